from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path
from random import Random

import pytest

from adapters.parnassys.sniff import SNIFF_BYTES, Sniffer
from validators.limits import FORBIDDEN_CONTENT_TYPES


def archive(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name in names:
            text = "application/vnd.oasis.opendocument.text" if name == "mimetype" else "<x/>"
            file.writestr(name, text)
    return buffer.getvalue()


BAD = {
    "exe": b"MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0" + b"\0" * 200,
    "a stub of an exe": b"MZ" + b"\0" * 10,
    "elf": Path("/bin/ls").read_bytes()[:SNIFF_BYTES],
    "the head of an elf": b"\x7fELF\2\1\1",
    "lnk": bytes.fromhex("4c0000000114020000000000c000000000000046") + b"\0" * 60,
    "bat": b"@echo off\r\ndel *.*\r\n",
    "BAT": b"@ECHO OFF\r\n",
    "bat in UTF-16": "\ufeff@echo off\r\n".encode("utf-16-le"),
    "shell": b"#!/bin/sh\nrm -rf /\n",
    "node": b"#!/usr/bin/env node\nprocess.exit()\n",
    "python": b"#!/usr/bin/env python3\nprint(1)\n",
    "perl": b"#!/usr/bin/perl\nuse strict;\n",
    "php": b"<?php echo 1; ?>",
    "powershell": b"#Requires -Version 5\nfunction F { Write-Host 'x' }\n",
    "vbs": b'Set o = CreateObject("WScript.Shell")\r\no.Run "calc"\r\n',
    "jscript": b'var x = new ActiveXObject("WScript.Shell"); x.Run("calc");\n',
    "encoded jscript": b"#@~^AAAAAA==",
    "hta": b'<html><head><HTA:APPLICATION ID="x"></head><body></body></html>',
    "wsf": b'<job><script language="JScript">x</script></job>',
    "wsf as xml": b'<?xml version="1.0"?><package><job id="a"><script>x</script></job></package>',
    "html with a script": b"<html><body><script>location='x'</script></body></html>",
    "svg with a script": b'<svg xmlns="http://www.w3.org/2000/svg"><script>x</script></svg>',
    "jar": archive("META-INF/MANIFEST.MF", "A.class"),
    "apk": archive("AndroidManifest.xml", "classes.dex"),
    "class": b"\xca\xfe\xba\xbe\0\0\0\x34\0\x1d",
    "mach-o": bytes.fromhex("cffaedfe07000001"),
    "dex": b"dex\n035\0",
    "wasm": b"\0asm\1\0\0\0",
    "url": b"[InternetShortcut]\r\nURL=file://x\r\n",
    "reg": b"Windows Registry Editor Version 5.00\r\n",
}

GOOD = {
    "nothing": b"",
    "a blank": b" ",
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /JS (x) /S /JavaScript >>\n",
    "docx": archive("[Content_Types].xml", "_rels/.rels", "word/document.xml"),
    "xlsx": archive("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"),
    "odt": archive("mimetype", "content.xml", "META-INF/manifest.xml"),
    "odt, manifest first": archive("META-INF/manifest.xml", "content.xml"),
    "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0",
    "jpg": b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0",
    "rtf": b"{\\rtf1\\ansi Verslag van het gesprek}",
    "csv": b"naam;groep\nNoor;3\nPim;4\n",
    "Dutch": "De leerling heeft moeite met begrijpend lezen; zie het verslag. Één overleg.\n".encode(),
    "Dutch in cp1252": "Eén overleg over de leerling\n".encode("cp1252"),
    "é in cp1252": "één overleg over de leerling\n".encode("cp1252"),
    "ë in cp1252": "ëven tekst\n".encode("cp1252"),
    "Dutch in UTF-16": "\ufeffVerslag van het overleg".encode("utf-16-le"),
    "a text that begins with MZ": b"MZ is hier de afkorting van Marieke Zandstra.\n",
    "only MZ": b"MZ",
    "a text about a script": b"Het script voor het gesprek: eerst echo's, dan de functie van de import.\n",
    "a text with an import": b"import van gegevens uit het LVS\nfrom groep 3 import alles\n",
    "a text that quotes a tag": b"In de les ging het over de tag <script> en over <job> in HTML.\n",
    "a long text": b"De leerling heeft moeite met lezen. " * 2000,
    "an e-mail": b"From: a@b.example\nTo: c@d.example\nSubject: script\n\nHallo\n",
    "html": b"<!DOCTYPE html>\n<html><head><title>Verslag</title></head><body>Hallo</body></html>",
    "xml": b'<?xml version="1.0"?><verslag><job>leerkracht</job></verslag>',
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><rect/></svg>',
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD.keys())
def test_what_runs_is_known_for_it(sniffer: Sniffer, content: bytes) -> None:
    assert sniffer.content_type(content) in FORBIDDEN_CONTENT_TYPES


@pytest.mark.parametrize("content", GOOD.values(), ids=GOOD.keys())
def test_an_ordinary_file_passes(sniffer: Sniffer, content: bytes) -> None:
    assert sniffer.content_type(content) not in FORBIDDEN_CONTENT_TYPES


@pytest.mark.parametrize(
    ("name", "content_type"),
    [("pdf", "application/pdf"), ("png", "image/png"), ("nothing", ""), ("Dutch", "text/plain")],
)
def test_ordinary_types_have_their_usual_names(sniffer: Sniffer, name: str, content_type: str) -> None:
    assert sniffer.content_type(GOOD[name]) == content_type


def test_random_bytes_are_no_program(sniffer: Sniffer) -> None:
    random = Random(1)
    heads = [random.randbytes(2000) for _ in range(3000)]
    assert not [head[:8] for head in heads if sniffer.content_type(head) in FORBIDDEN_CONTENT_TYPES]


@pytest.mark.parametrize("content", [b"\n" * SNIFF_BYTES, b" " * SNIFF_BYTES, b"<job " * 4000, b"#" * 20000])
@pytest.mark.parametrize("before", [b"", b"<html>"])
def test_no_content_takes_much_more_work_than_an_ordinary_text(
    sniffer: Sniffer, content: bytes, before: bytes
) -> None:
    ordinary = seconds_of_work(sniffer, GOOD["a long text"])
    assert (
        seconds_of_work(sniffer, before + content) < 500 * ordinary
    )  # libmagic takes 70 times as much for 16 KiB of line ends


def seconds_of_work(sniffer: Sniffer, content: bytes) -> float:
    """Of the processor for this thread, at the best of five: what else runs does not count."""
    found = []
    for _ in range(5):
        started = time.thread_time()
        sniffer.content_type(content)
        found.append(time.thread_time() - started)
    return min(found)

"""What a bijlage really is, by its first bytes: its name and the sender's word are worth nothing.

libmagic does the work. It was measured (5.46) to miss the few kinds listed here, all of which run when
somebody double-clicks them. The types that are forbidden are a setting: `validators.limits`.
"""

from __future__ import annotations

import re

import pylibmagic  # noqa: F401 - its import is what lets `magic` find the libmagic it ships

import magic  # isort: skip

SNIFF_BYTES = 16 * 1024

_PREFIXES: tuple[tuple[bytes, str], ...] = (
    (bytes.fromhex("4c0000000114020000000000c000000000000046"), "application/x-ms-shortcut"),
    (b"\x7fELF", "application/x-executable"),
    (b"dex\n0", "application/x-dex"),
    (b"\0asm", "application/wasm"),
    (b"#@~^", "text/javascript"),  # JScript.Encode, VBScript.Encode
    (b"[InternetShortcut]", "application/x-mswinurl"),
    (b"Windows Registry Editor Version", "text/x-ms-regedit"),
    (b"REGEDIT4", "text/x-ms-regedit"),
)
_QUICK = (b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff")  # PDF; docx, xlsx, odt; PNG; JPEG
_ARCHIVE_NAMES: tuple[tuple[bytes, str], ...] = (
    (b"META-INF/MANIFEST.MF", "application/java-archive"),
    (b"AndroidManifest.xml", "application/vnd.android.package-archive"),
)
_ARCHIVE_NAME_BYTES = 1024  # a jar begins with its manifest
_MZ_STUB_BYTES = 64  # the DOS header; it holds zeros, a text that begins with MZ does not
# Only looked for in what libmagic calls text: a PDF or a picture may hold any bytes. All must be there.
# A text about HTML does not begin with a tag; a page does.
_BEGINS_WITH_TAG = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<")
_SCRIPT = re.compile(rb"<script[\s>]", re.IGNORECASE)
_MARKUP: tuple[tuple[tuple[re.Pattern[bytes], ...], str], ...] = (
    ((re.compile(rb"<hta:application[\s/>]", re.IGNORECASE),), "application/hta"),
    ((_BEGINS_WITH_TAG, re.compile(rb"<job[\s>]", re.IGNORECASE), _SCRIPT), "application/x-wsf"),
    ((_BEGINS_WITH_TAG, _SCRIPT), "text/javascript"),
)
_PLAIN: tuple[tuple[tuple[re.Pattern[bytes], ...], str], ...] = (
    ((re.compile(rb"\A(?:\xef\xbb\xbf)?#!\s*/"),), "text/x-shellscript"),
    ((re.compile(rb"\bnew\s+ActiveXObject\s*\("),), "text/javascript"),
    ((re.compile(rb"\b(?:CreateObject|GetObject)\s*\(\s*\"", re.IGNORECASE),), "text/x-vbscript"),
    (
        (re.compile(rb"^[ \t]*#requires\s+-|\b(?:Invoke-Expression|Write-Host|New-Object)\s", re.I | re.M),),
        "text/x-powershell",
    ),
)
# libmagic says these of one or two bytes: of 1 in 100 random files, and of a text in cp1252 that begins
# with é (E9, the first byte of a .COM of DOS, which no Windows runs any more).
_DOUBTFUL = {"application/x-dosexec": b"MZ", "application/x-object": b"\x7fELF"}
_MARKUP_TYPES = frozenset({"text/html", "text/xml", "application/xhtml+xml", "image/svg+xml"})


class Sniffer:
    """May be used from any thread: python-magic holds a lock around libmagic."""

    def __init__(self) -> None:
        self._magic = magic.Magic(mime=True)

    @staticmethod
    def is_quick(head: bytes) -> bool:
        """Whether content_type() takes microseconds: for the usual documents and pictures, and for none."""
        return not head or head.startswith(_QUICK)

    def content_type(self, head: bytes) -> str:
        """The media type of content that begins with `head`, at most SNIFF_BYTES of it; "" for none.

        Takes 10 µs for a PDF, 3 ms for text, and 250 ms for the worst that is known (nothing but line ends).
        """
        if not head:
            return ""
        head = head[:SNIFF_BYTES]
        return _own_signature(head) or _refined(head, str(self._magic.from_buffer(head)))


def _own_signature(head: bytes) -> str:
    if head.startswith(b"MZ") and b"\0" in head[:_MZ_STUB_BYTES]:
        return "application/x-dosexec"
    if head.startswith(b"PK\x03\x04"):
        beginning = head[:_ARCHIVE_NAME_BYTES]
        return next((kind for name, kind in _ARCHIVE_NAMES if name in beginning), "")
    return next((kind for prefix, kind in _PREFIXES if head.startswith(prefix)), "")


def _refined(head: bytes, content_type: str) -> str:
    if not head.startswith(_DOUBTFUL.get(content_type, b"")):
        return "application/octet-stream"
    if content_type in _MARKUP_TYPES:
        patterns = _MARKUP
    elif content_type == "text/plain":
        patterns = _MARKUP[:1] + _PLAIN
    else:
        return content_type
    found = (kind for together, kind in patterns if all(pattern.search(head) for pattern in together))
    return next(found, content_type)

"""The boundary that schools meet most, over HTTP: 5 MiB is fine, one byte more is not (FAQ 6)."""

from __future__ import annotations

import re

import pytest

from acceptance.process import Gateway
from adapters.parnassys.standin.messages import File, Push, indienen

LARGEST = 5_242_880
NUMBER = re.compile(r"dossiernummer>([0-9]+)<")


@pytest.mark.parametrize("mtom", [False, True], ids=["inline", "mtom"])
def test_five_mebibyte_is_fine_and_one_byte_more_is_not(gateway: Gateway, mtom: bool) -> None:
    answers = {size: send(gateway, size, mtom=mtom) for size in (LARGEST - 1, LARGEST, LARGEST + 1)}

    assert NUMBER.search(answers[LARGEST - 1])
    number = NUMBER.findall(answers[LARGEST])[0]
    assert ">-1<" in answers[LARGEST + 1]
    assert re.findall("<code>(.*?)</code>", answers[LARGEST + 1]) == ["BIJLAGE_TE_GROOT"]
    assert "5.242.881 bytes" in answers[LARGEST + 1]
    assert "maximaal 5 MB (5.242.880 bytes)" in answers[LARGEST + 1]
    assert "<veld>bijlagen/bijlage[2]/inhoud</veld>" in answers[LARGEST + 1]
    assert gateway.reconciled().proven
    sizes = f"SELECT size_bytes FROM bijlage WHERE dossiernummer = {number} ORDER BY positie"
    assert gateway.store_rows(sizes) == [(3,), (LARGEST,)]


def send(gateway: Gateway, size: int, *, mtom: bool) -> str:
    files = (File(naam="klein.txt", content=b"abc"), File(naam="groot.txt", content=b"x" * size))
    message = indienen(Push(brin="17GU", files=files), mtom=mtom)
    return gateway.post(message.body, **message.headers()).text

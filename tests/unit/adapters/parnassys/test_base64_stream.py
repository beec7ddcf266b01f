from __future__ import annotations

import base64
import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.parnassys.base64_stream import Base64Stream
from dossier.errors import MalformedMessage

VELD = "bijlagen/bijlage[1]/inhoud"


def decode(*pieces: str) -> bytes:
    stream = Base64Stream(VELD)
    return b"".join([stream.feed(piece) for piece in pieces]) + stream.finish()


@given(content=st.binary(max_size=400), cuts=st.lists(st.integers(0, 600)), data=st.data())
def test_any_bytes_come_back_whatever_the_borders_and_the_whitespace(
    content: bytes, cuts: list[int], data: st.DataObject
) -> None:
    text = base64.b64encode(content).decode()
    for place in sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)), reverse=True):
        text = text[:place] + data.draw(st.sampled_from([" ", "\t", "\r", "\n", "\r\n"])) + text[place:]
    borders = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [text[start:end] for start, end in itertools.pairwise(borders)]
    assert decode(*pieces) == content


@given(size=st.integers(0, 300_000), piece=st.integers(1000, 200_000))
def test_large_content_comes_back_in_pieces(size: int, piece: int) -> None:
    content = random.Random(size).randbytes(size)
    text = base64.b64encode(content).decode()
    assert decode(*[text[i : i + piece] for i in range(0, len(text), piece)]) == content


@pytest.mark.parametrize("text", ["", " ", "\r\n\t "])
def test_nothing_but_whitespace_is_no_content(text: str) -> None:
    assert decode(text) == b""


BAD = [
    "Q",  # incomplete quads
    "QQ",
    "QQ=",
    "QUJDR",
    "Q===",  # too much padding
    "====",
    "=QQ=",
    "QUJD=",
    "QUJD====",
    "QQ==QUJD",  # something after the padding
    "QUI=QUJD",
    "QQ==QQ==",
    "QQ== =",
    "QU=I",
    "QR==",  # bits that are not zero under the padding
    "QUJ=",
    "-_-_",  # the alphabet of URLs
    "QUJD!",
    "QU*D",
    "QUJ\u00e9",
    "QUJ\u00a0D",  # no-break space is no XML whitespace
    "\ufeffQUJD",
    "QUJ\x0bD",
]


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_base64_is_refused_whole_and_character_by_character(text: str) -> None:
    for pieces in ([text], list(text)):
        with pytest.raises(MalformedMessage) as raised:
            decode(*pieces)
        assert raised.value.veld == VELD
        assert VELD in str(raised.value)
        assert text not in str(raised.value)


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_base64_is_refused_after_a_lot_that_is(text: str) -> None:
    with pytest.raises(MalformedMessage):
        decode("QUJD" * 40_000, text)


@pytest.mark.parametrize("text", ["QQ==", "Q Q = =", "QQ=\n=", "\nQQ==\n"])
def test_padding_may_be_broken_by_whitespace(text: str) -> None:
    assert decode(text) == b"A"
    assert decode(*text) == b"A"

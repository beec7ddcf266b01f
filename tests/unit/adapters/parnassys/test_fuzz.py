"""Messages damaged at random: whatever comes, it is read or refused, and never surprises us."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from adapters.parnassys.contract_check import Contract
from adapters.parnassys.names import WSA
from adapters.parnassys.standin.messages import File, Push, RawMessage, indienen
from adapters.parnassys.translate import Inhoud, to_dossier
from dossier.errors import MalformedMessage

ReadAll = Callable[..., Any]
HEADER = f'<MessageID xmlns="{WSA}">urn:1</MessageID><x mustUnderstand="0"/>'
FILES = (File(content=b"inhoud", omschrijving="&<>"), File(content=None), File(content=b"x" * 100))
MARKUP = b'< > / & " = : ]]> <![CDATA[ <!-- --> <?x?> <!DOCTYPE&nbsp;x> &#x0; &amp; </ <a/> x: -- cid: QQ=='
SPICE = [*MARKUP.split(), b"\0", b"\xff", b"\xc3", b"\r", b"\n", b" ", b'xmlns:s="x"', b"\r\n\r\n", b"--\r\n"]
SPICE += [b"\r\n--kindkans-proef", b"<!DOCTYPE x>"]


def damaged(body: bytes, random: Random) -> bytes:
    for _ in range(random.randint(1, 4)):
        place = random.randrange(len(body))
        length = random.choice([0, 0, 1, 1, 5, 50])
        other = random.randrange(len(body))
        new = random.choice([random.choice(SPICE), b"", random.randbytes(1), body[other : other + 30]])
        body = body[:place] + new + body[place + length :]
    return body


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("mtom", [False, True], ids=["inline", "mtom"])
def test_a_damaged_message_is_read_or_refused(
    read: ReadAll, contract: Contract, mtom: bool, seed: int
) -> None:
    random = Random(seed)
    raw: RawMessage = indienen(Push(files=FILES), mtom=mtom, header=HEADER)
    outcomes = set()
    for _ in range(250):
        body = damaged(raw.body, random)
        try:
            message = read(body, raw.content_type, piece=random.choice([None, 1, 50])).message
            contract.check(message.payload)
            to_dossier(message, {n: Inhoud(size_bytes=1) for n in message.bijlagen if n})
            outcomes.add("read")
        except MalformedMessage:
            outcomes.add("refused")
    assert outcomes == {"read", "refused"}

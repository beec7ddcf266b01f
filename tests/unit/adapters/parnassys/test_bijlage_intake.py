"""What is cut off between the end of a bijlage and its last write leaves no open file behind."""

from __future__ import annotations

import asyncio
import os

import pytest

from adapters.parnassys.bijlage_intake import BijlageIntake
from adapters.parnassys.sniff import Sniffer
from dossier.identifiers import new_inzending_id
from storage.keyring import Keyring
from storage.objects import LocalObjects
from storage.seal import Seal
from validators.limits import Limits


@pytest.mark.parametrize("turns", range(4))
async def test_a_message_that_is_aborted_while_it_finishes_closes_what_it_opened(tmp_path, turns):  # type: ignore[no-untyped-def]
    objects = LocalObjects(tmp_path / "bijlagen", Seal(Keyring.generate()))
    before = len(os.listdir("/proc/self/fd"))
    intake = BijlageIntake(new_inzending_id(), objects, Sniffer(), Limits())
    for number in (1, 2):
        intake.start(number)
        await intake.data(b"tekst " * 100_000)
        await intake.end(600_000)
    for _ in range(turns):
        await asyncio.sleep(0)
    await intake.abort()
    async with asyncio.timeout(60):
        while len(os.listdir("/proc/self/fd")) > before:  # noqa: ASYNC110 - a thread may be at its end
            await asyncio.sleep(0.01)

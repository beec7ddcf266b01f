"""The floors: what the same work costs with nothing around it, measured in the same run."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import time
import uuid
from dataclasses import replace
from pathlib import Path

import pybase64
import uvloop

from adapters.parnassys.contract_check import Contract
from adapters.parnassys.events import BijlageData
from adapters.parnassys.framing import parse_framing
from adapters.parnassys.limits import ReaderLimits
from adapters.parnassys.reader import Reader
from adapters.parnassys.standin.messages import File, Push, indienen
from database.committer import Committer
from database.engine import open_engine
from dossier.dossier import Dossier, Hulpvraag, Indiener, Leerling, School
from dossier.identifiers import BerichtId, HulpvraagId, OmgevingId, new_inzending_id
from dossier.timestamps import utc_now
from gateway import decide
from gateway.snapshots import Snapshots
from storage.keyring import Keyring
from storage.seal import Seal
from validators.limits import Limits

_SLICE = 64 * 1024


def bare_bytes(folder: Path, files: int, file_bytes: int, repeat: int) -> float:
    """Seconds per message for base64 decode + sha256 + a synced write of the same bytes."""
    encoded = base64.b64encode(os.urandom(file_bytes))
    began = time.perf_counter()
    for _ in range(repeat * files):
        raw = pybase64.b64decode(encoded, validate=True)
        hashlib.sha256(raw).digest()
        with (folder / "floor").open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
    return (time.perf_counter() - began) / repeat


def reading(file_bytes: int, repeat: int) -> tuple[float, float]:
    """Seconds per message of one file: parse, decode and hash it; and bare decode + sha256 of the same."""
    content = os.urandom(file_bytes)
    message = indienen(Push(files=(File(content=content),)))
    encoded = base64.b64encode(content)
    contract = Contract()
    ours, bare = [], []
    for _ in range(repeat):
        began = time.perf_counter()
        reader = Reader(parse_framing(message.content_type, message.soap_action), ReaderLimits())
        digest = hashlib.sha256()
        for at in range(0, len(message.body), _SLICE):
            for event in reader.feed(message.body[at : at + _SLICE]):
                if isinstance(event, BijlageData):
                    digest.update(event.chunk)
        *_, last = reader.close()
        contract.check(last.payload)  # type: ignore[union-attr]
        ours.append(time.perf_counter() - began)
        if digest.digest() != hashlib.sha256(content).digest():
            raise AssertionError("the reader read something else")
        began = time.perf_counter()
        hashlib.sha256(pybase64.b64decode(encoded, validate=True)).digest()
        bare.append(time.perf_counter() - began)
    return sorted(ours)[repeat // 2], sorted(bare)[repeat // 2]


def committer_alone(database_url: str, senders: int, pushes: int) -> float:
    """Accepts per second by the committer, with everything before it done beforehand."""
    engine = open_engine(database_url)
    prepared = _prepare(pushes)
    committer = Committer(engine)
    committer.start()
    snapshots, limits = Snapshots(), Limits()

    async def run() -> float:
        todo = iter(prepared)

        async def sender() -> None:
            for push in todo:
                await committer.transact(
                    lambda connection, push=push: decide.decide(connection, push, snapshots, limits)
                )

        began = time.perf_counter()
        await asyncio.gather(*(sender() for _ in range(senders)))
        return time.perf_counter() - began

    seconds = uvloop.run(run())
    committer.stop()
    engine.dispose()
    return pushes / seconds


def _prepare(pushes: int) -> list[decide.Push]:
    seal = Seal(Keyring.generate())
    hulpvraag = Hulpvraag(
        hulpvraag_id=HulpvraagId("h"),
        soort="adviesvraag",
        titel="Ondersteuning bij lezen",
        omschrijving="tekst " * 270,
        hulpvraagdatum="2026-01-30",
        indiener=Indiener(naam="A. Jansen"),
        toestemming_ouders=True,
    )
    base = Dossier(
        bericht_id=BerichtId("b"),
        tijdstip=utc_now(),
        school=School(brin="32DD", naam="De Regenboog"),
        leerling=Leerling(leerling_id="1", achternaam="Vries", geboortedatum="2017-05-04"),
        hulpvraag=hulpvraag,
    )
    return [_one(seal, base) for _ in range(pushes)]


def _one(seal: Seal, base: Dossier) -> decide.Push:
    inzending_id = new_inzending_id()
    dossier = replace(
        base,
        bericht_id=BerichtId(str(uuid.uuid4())),
        hulpvraag=replace(base.hulpvraag, hulpvraag_id=HulpvraagId(uuid.uuid4().hex)),
    )
    content = dossier.content_bytes()
    return decide.Push(
        inzending_id=inzending_id,
        omgeving_id=OmgevingId("bench"),
        dossier=dossier,
        inhoud_hash=seal.keyed_hash(content),
        naam_hash=seal.naam_hash("Vries"),
        verzegeld=seal.seal(content, inzending_id),
        received_at=utc_now(),
        decided_at=utc_now(),
    )

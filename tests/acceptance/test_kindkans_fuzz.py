"""The JSON API keeps its own document, whatever is sent: no 500, no status or field that is not in it.

A short run here, of one seed. A long one: `make fuzz` (FUZZ_EXAMPLES, SEED).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete
from starlette.types import Receive, Scope, Send

from components.fuzzing import aimed, fuzz
from components.http_server import served
from components.kindkans_api import StoreWorld
from database import people_schema
from database.engine import writing
from database.migrate import History
from dossier.identifiers import OrganisatieId, SwvId
from gateway.kindkans_openapi import document
from kindkans.dossiers.aanpakken import AanpakInvoer, add_aanpak
from kindkans.dossiers.notities import add_notitie
from kindkans.dossiers.organisaties import ensure_organisatie
from kindkans.dossiers.overlegronden import add_overlegronde
from kindkans.dossiers.tlvs import TlvInvoer, add_tlv
from kindkans.dossiers.vergaderingen import add_vergadering, put_on_agenda

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES") or 4)
SEED = int(os.environ.get("SEED") or 6)
PHASES = "examples,coverage,fuzzing,stateful" if EXAMPLES > 20 else "fuzzing"

pytestmark = pytest.mark.timeout(3700)


class Filled:
    """A store with three dossiers, and something on each tab of the first."""

    def __init__(self, world: StoreWorld) -> None:
        self.world = world
        for organisatie, swv in (("o1", "s1"), ("o2", "s1"), ("o3", "s2")):
            world.do(ensure_organisatie, OrganisatieId(organisatie), SwvId(swv), f"School {organisatie}")
        self.key = world.key("root", "root")
        world.key("ib", "intern_begeleider", swv="s1", organisatie="o1")
        world.put(1)
        world.put(1, versie=2, titel="Lezen")
        world.put(2, "o2", files=0)
        world.put(3, "o3", "s2", files=2)
        self.known = {
            "dossiernummer": [1, 2, 3],
            "positie": [1],
            "account": ["ib", "root"],
            "rij_id": self._fill(),
        }

    def _fill(self) -> list[str]:
        do, seal, lid, today = self.world.do, self.world.seal, self.world.lid("root"), self.world.today
        ids = [
            do(add_overlegronde, seal, lid, 1, onderwerp="o", verslag="", einddatum=today),
            do(add_vergadering, seal, lid, "s1", datum=today, titel="v", plaats=""),
            do(
                add_aanpak,
                seal,
                lid,
                1,
                AanpakInvoer(
                    soort="overig", behandelaar_id=lid.account_id, begindatum=today, omschrijving="a"
                ),
            ),
            do(
                add_tlv,
                seal,
                lid,
                1,
                TlvInvoer(
                    categorie="laag", afgiftedatum=today, begindatum=today, einddatum=today, nummer="1"
                ),
            ),
            do(add_notitie, seal, lid.account_id, 1, "n"),
        ]
        do(put_on_agenda, lid, 1, ids[1])
        return [str(one) for one in ids]


@pytest.fixture
def filled(new_sqlite: Callable[[History], str], tmp_path: Path) -> Iterator[Filled]:
    world = StoreWorld(new_sqlite(History.KINDKANS), tmp_path)
    yield Filled(world)
    world.close()  # and nothing failed by our own fault


def _run(filled: Filled, folder: Path, promised: dict[str, Any]) -> tuple[int, str]:
    app, engine = filled.world.app, filled.world.engine

    async def forgetful(scope: Scope, receive: Receive, send: Send) -> None:
        """Wrong keys by the hundred are not slowed down here: each must get its 401."""
        with writing(engine) as connection:
            connection.execute(delete(people_schema.login_mislukking))
        await app(scope, receive, send)

    with served(forgetful) as url:
        done = fuzz(folder, promised, url, filled.key, examples=EXAMPLES, seed=SEED, phases=PHASES)
    return done.returncode, done.stdout[-8000:] + done.stderr[-2000:]


def test_the_api_keeps_its_document_whatever_is_sent(filled: Filled, tmp_path: Path) -> None:
    code, said = _run(filled, tmp_path, aimed(document(), filled.known))
    assert code == 0, said


def test_an_answer_that_is_not_in_the_document_is_found(filled: Filled, tmp_path: Path) -> None:
    """As if an endpoint gave a status, and another a field, that is not as it was written down."""
    promised = document()
    promised["paths"] = {path: promised["paths"][path] for path in ("/api/mij", "/api/kengetallen")}
    del promised["paths"]["/api/mij"]["get"]["responses"]["200"]
    promised["components"]["schemas"]["KengetallenAnswer"]["properties"]["aantal"] = {"type": "string"}
    code, said = _run(filled, tmp_path, promised)
    assert code == 1, said
    assert "Undocumented status code" in said, said
    assert "Response violates schema" in said


def test_an_endpoint_that_forgets_to_ask_for_a_key_is_found(filled: Filled, tmp_path: Path) -> None:
    promised = document()
    promised["paths"] = {"/api/mij": promised["paths"]["/api/mij"]}

    async def open_door(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            kept = [one for one in scope["headers"] if one[0] != b"authorization"]
            scope = {**scope, "headers": [*kept, (b"authorization", f"Bearer {filled.key}".encode())]}
        await app(scope, receive, send)

    app, filled.world.app = filled.world.app, open_door
    code, said = _run(filled, tmp_path, promised)
    assert code == 1, said
    assert "API accepts" in said

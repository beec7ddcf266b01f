"""Settings change while dossiers are on their way."""

from __future__ import annotations

import random

from acceptance.process import wait_for
from database.engine import writing
from dossier.identifiers import OrganisatieId
from faults.catalogue.case import FaultCase
from faults.load import BRIN, Load
from faults.stack import Stack
from gateway.databases import open_gateway_database
from helpdesk.actions import set_brin
from helpdesk.administration import as_brin

_FROM, _TO = "gong", "vijfster"


def _move_brin(stack: Stack, load: Load, rng: random.Random) -> None:
    """What was accepted stays where it was accepted; what comes later goes to the new organisatie.

    The checker compares the organisatie of each version in the store with that of its acceptance.
    """
    with stack.without("relay"):
        load.answered(10)
        under_way = {row[0] for row in stack.rows("SELECT event_id FROM outbox WHERE state = 'wachtend'")}
        assert under_way
        _give(stack, _TO, BRIN, take_from=_FROM)
        load.answered(10)
    ours = ",".join(f"'{event_id}'" for event_id in sorted(under_way))
    query = (
        "SELECT DISTINCT organisatie_id FROM versie JOIN dossier USING (dossiernummer) "
        f"WHERE event_id IN ({ours})"
    )
    wait_for(lambda: stack.store_rows(query))
    assert {row[0] for row in stack.store_rows(query)} == {_FROM}
    _give(stack, _FROM, BRIN, take_from=_TO)


def _give(stack: Stack, organisatie: str, brin: str, *, take_from: str) -> None:
    engine = open_gateway_database(stack.settings)
    with writing(engine) as connection:
        set_brin(connection, "test", OrganisatieId(take_from), None, None)
        set_brin(connection, "test", OrganisatieId(organisatie), as_brin(brin), None)
    engine.dispose()


SETTINGS = (FaultCase(name="settings: BRIN moved between accept and relay", inject=_move_brin),)

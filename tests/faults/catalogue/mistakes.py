"""Something of ours raises what nobody expects, and somebody of theirs repairs a setting."""

from __future__ import annotations

import random

from adapters.parnassys.standin.messages import Push
from database.engine import writing
from dossier.identifiers import OrganisatieId
from faults.catalogue.case import FaultCase
from faults.catalogue.waiting import until_delivered
from faults.history import Refusal, Sent
from faults.load import CANARY, Load
from faults.stack import Stack
from gateway.databases import open_gateway_database
from gateway.failpoints import Failpoint
from helpdesk.actions import set_brin
from helpdesk.administration import as_brin

# Of the demo's world: an organisatie without a BRIN, and an omgeving whose koppeling covers that BRIN.
_ORGANISATIE, _OMGEVING, _BRIN = "vijfster", "parnassys-vijfster", "07CX"


def exception_in_the_store(stack: Stack, load: Load, rng: random.Random) -> None:
    stack.restart("kindkans", FAILPOINTS=f"{Failpoint.STORE_RECEIVED}=error@{rng.randint(1, 10)}")
    until_delivered(stack, more=15)
    stack.restart("kindkans")


def repaired(stack: Stack, load: Load, rng: random.Random) -> None:
    """A push gets -1, rightly. After the repair the same bericht must get a number."""
    other = Load(stack.soap_url, stack.authorization(_OMGEVING), load.history, seed=0, senders=0)
    push = Push(brin=_BRIN, titel=f"{CANARY} {rng.randrange(10**9)}")
    first = other.send(Sent(push=push, may_in=False, versie_of=push.hulpvraag_id))
    assert first == Refusal(codes=("BRIN_NIET_INGESTELD",))
    _set_brin(stack, _BRIN)
    other.send(load.history.add(Sent(push=push, may_in=True, versie_of=push.hulpvraag_id)))
    _set_brin(stack, None)


def _set_brin(stack: Stack, brin: str | None) -> None:
    engine = open_gateway_database(stack.settings)
    with writing(engine) as connection:
        set_brin(connection, "test", OrganisatieId(_ORGANISATIE), as_brin(brin) if brin else None, None)
    engine.dispose()


MISTAKES = (
    FaultCase(name="an exception in the store's handler", inject=exception_in_the_store),
    FaultCase(name="a BRIN is set after a -1", inject=repaired),
)

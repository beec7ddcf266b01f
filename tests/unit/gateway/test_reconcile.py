"""The proof: equal is equal, and every difference has its name."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.answered import AnsweredVersion
from database.outbox_rows import State
from dossier.identifiers import Dossiernummer, InzendingId, OrganisatieId
from gateway.reconcile import Kind, reconcile

NUMBER, HERE = Dossiernummer(1), OrganisatieId("o")


@dataclass(frozen=True)
class Held:
    dossiernummer: Dossiernummer = NUMBER
    versie: int = 1
    inhoud_hash: str = "h"
    organisatie_id: OrganisatieId = HERE


ANSWERED = AnsweredVersion(
    dossiernummer=Dossiernummer(1),
    versie=1,
    inhoud_hash="h",
    organisatie_id=OrganisatieId("o"),
    event_id=InzendingId("e"),
    state=State.BEZORGD,
)
CASES = {
    "on its way": ([replace(ANSWERED, state=State.WACHTEND)], [], Kind.ONDERWEG),
    "published": ([replace(ANSWERED, state=State.GEPUBLICEERD)], [], Kind.ONDERWEG),
    "held, not yet confirmed": ([replace(ANSWERED, state=State.GEPUBLICEERD)], [Held()], Kind.ONDERWEG),
    "dead": ([replace(ANSWERED, state=State.DOOD)], [], Kind.DOOD),
    "no event": ([replace(ANSWERED, state=None)], [], Kind.ZONDER_GEBEURTENIS),
    "lost": ([ANSWERED], [], Kind.NIET_IN_KINDKANS),
    "from nowhere": ([], [Held()], Kind.ONBEKEND_NUMMER),
    "answered twice": ([ANSWERED, ANSWERED], [Held()], Kind.DUBBEL),
    "held twice": ([ANSWERED], [Held(), Held()], Kind.DUBBEL),
    "other content": ([ANSWERED], [Held(inhoud_hash="x")], Kind.INHOUD_WIJKT_AF),
    "elsewhere": ([ANSWERED], [Held(organisatie_id=OrganisatieId("x"))], Kind.ORGANISATIE_WIJKT_AF),
}


@pytest.mark.parametrize(("answered", "held", "kind"), CASES.values(), ids=CASES.keys())
def test_every_difference_is_named_and_nothing_is_proven(
    answered: list[AnsweredVersion], held: list[Held], kind: Kind
) -> None:
    report = reconcile(answered, held)

    assert [d.kind for d in report.differences] == [kind]
    assert not report.proven


def test_nothing_at_all_is_proven() -> None:
    assert reconcile([], []).proven


@given(
    st.sets(st.tuples(st.integers(1, 9), st.integers(1, 3))),
    st.sets(st.tuples(st.integers(1, 9), st.integers(1, 3))),
)
def test_it_is_proven_exactly_when_both_sides_hold_the_same(
    left: set[tuple[int, int]], right: set[tuple[int, int]]
) -> None:
    report = reconcile(
        [replace(ANSWERED, dossiernummer=Dossiernummer(n), versie=v) for n, v in sorted(left)],
        [Held(Dossiernummer(n), v) for n, v in sorted(right)],
    )

    assert report.proven == (left == right)
    assert (report.answered, report.held, report.equal) == (len(left), len(right), len(left & right))
    assert {(d.dossiernummer, d.versie) for d in report.differences} == left ^ right

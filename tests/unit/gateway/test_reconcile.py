"""The proof: equal is equal, and every difference has its name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.answered import AnsweredVersion
from database.outbox_rows import State
from dossier.identifiers import Dossiernummer, OrganisatieId
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


def on_its_way(age_ms: int) -> AnsweredVersion:
    return replace(ANSWERED, state=State.GEPUBLICEERD, age_ms=age_ms)


@pytest.mark.parametrize("held", [[], [Held()]], ids=["not held yet", "held, not confirmed"])
def test_what_is_on_its_way_is_counted_until_it_takes_too_long(held: list[Held]) -> None:
    in_time = reconcile([on_its_way(300_000)], held, patience_ms=300_000)
    too_late = reconcile([on_its_way(300_001)], held, patience_ms=300_000)

    assert (in_time.sound, in_time.proven, in_time.under_way, in_time.equal) == (True, False, 1, 0)
    assert (too_late.sound, too_late.under_way) == (False, 0)
    assert [d.kind for d in too_late.differences] == [Kind.ONDERWEG]


def test_no_youth_excuses_other_content_or_a_dead_letter() -> None:
    for answered, held in (
        ([on_its_way(1)], [Held(inhoud_hash="x")]),
        ([replace(ANSWERED, state=State.DOOD, age_ms=1)], []),
        ([replace(ANSWERED, age_ms=1)], []),
        ([replace(ANSWERED, state=None)], []),
    ):
        assert not reconcile(answered, held, patience_ms=300_000).sound


def version(number: int, versie: int = 1) -> AnsweredVersion:
    return replace(ANSWERED, dossiernummer=Dossiernummer(number), versie=versie)


@given(
    st.sets(st.tuples(st.integers(1, 9), st.integers(1, 3))),
    st.sets(st.tuples(st.integers(1, 9), st.integers(1, 3))),
    st.sets(st.tuples(st.integers(1, 9), st.integers(1, 3))),
)
def test_what_was_answered_after_the_first_look_does_not_count_and_what_nobody_was_answered_does(
    first: set[tuple[int, int]], meanwhile: set[tuple[int, int]], from_nowhere: set[tuple[int, int]]
) -> None:
    known = first | meanwhile
    report = reconcile(
        [version(*key) for key in sorted(first)],
        [Held(Dossiernummer(n), v) for n, v in sorted(known | from_nowhere)],
        [version(*key) for key in sorted(known)],
    )

    strangers = from_nowhere - known
    assert {(d.dossiernummer, d.versie) for d in report.differences} == strangers
    assert {d.kind for d in report.differences} <= {Kind.ONBEKEND_NUMMER}
    assert report.equal == report.answered == len(first)
    assert report.proven == (not strangers)


def test_all_sides_are_read_side_by_side_and_none_is_kept() -> None:
    at = {"answered": 0, "held": 0, "later": 0}
    furthest_apart = 0

    def side(name: str) -> Iterator[AnsweredVersion]:
        nonlocal furthest_apart
        for number in range(1, 5_001):
            at[name] = number
            moving = [n for side, n in at.items() if side != "later"]
            furthest_apart = max(furthest_apart, max(moving) - min(moving))
            yield version(number)

    assert reconcile(side("answered"), side("held"), side("later")).proven
    assert furthest_apart <= 2
    assert at["later"] <= 1  # asked only where one side lacks something

"""The small values: identifiers, moments, verdicts, errors."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.errors import (
    DeadlinePassed,
    Draining,
    GatewayError,
    MessageTooLarge,
    PoisonCode,
    PoisonEvent,
    Unavailable,
)
from dossier.identifiers import Dossiernummer, new_inzending_id
from dossier.reden import Reden, RedenCode
from dossier.timestamps import from_ms, to_ms, utc_now
from dossier.verdict import Accepted, Refused, Soort


def test_an_inzending_id_is_a_uuid_of_version_7() -> None:
    for _ in range(100):
        value = uuid.UUID(new_inzending_id())

        assert (value.version, value.variant) == (7, uuid.RFC_4122)


def test_an_inzending_id_holds_the_moment_at_which_it_was_made() -> None:
    before = time.time_ns() // 1_000_000
    made = int(new_inzending_id()[:12], 16)

    assert before <= made <= time.time_ns() // 1_000_000


def test_an_inzending_id_of_a_later_millisecond_sorts_later() -> None:
    first = new_inzending_id()
    while (second := new_inzending_id())[:12] == first[:12]:
        pass

    assert first < second
    assert len({len(first), len(second), 32}) == 1


def test_a_thousand_inzending_ids_are_a_thousand() -> None:
    assert len({new_inzending_id() for _ in range(1000)}) == 1000


@given(moment=st.datetimes(datetime(1800, 1, 1), datetime(9999, 12, 30), timezones=st.timezones()))  # noqa: DTZ001
def test_a_moment_in_milliseconds_is_the_same_moment_within_one(moment: datetime) -> None:
    back = from_ms(to_ms(moment))

    assert timedelta(0) <= moment - back < timedelta(milliseconds=1)
    assert back.tzinfo is UTC
    assert to_ms(back) == to_ms(moment)


def test_a_moment_before_1970_is_rounded_down_like_any_other() -> None:
    assert to_ms(datetime(1969, 12, 31, 23, 59, 59, 999_900, tzinfo=UTC)) == -1


def test_the_same_moment_in_two_time_zones_has_the_same_milliseconds() -> None:
    moment = datetime(2026, 3, 29, 3, 0, tzinfo=timezone(timedelta(hours=2)))

    assert to_ms(moment) == to_ms(moment.astimezone(UTC))


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        to_ms(datetime(2026, 9, 1))  # noqa: DTZ001
    assert utc_now().tzinfo is UTC


@pytest.mark.parametrize(("number", "versie"), [(0, 1), (-1, 1), (1, 0), (1, -1)])
def test_minus_one_is_no_accepted_number(number: int, versie: int) -> None:
    with pytest.raises(ValueError, match="positive"):
        Accepted(dossiernummer=Dossiernummer(number), versie=versie, soort=Soort.NIEUW)


def test_a_refusal_has_a_reden() -> None:
    with pytest.raises(ValueError, match="reden"):
        Refused(())
    assert Refused((Reden(code=RedenCode.BRIN_ONGELDIG, veld=""),)).redenen


@pytest.mark.parametrize("kind", [Unavailable, DeadlinePassed, Draining])
def test_not_knowing_says_what_was_not_there(kind: type[Unavailable]) -> None:
    error = kind("database")

    assert (error.what, str(error)) == ("database", "database unavailable")
    assert isinstance(error, Unavailable | GatewayError)


def test_poison_says_its_code_and_nothing_else() -> None:
    assert str(PoisonEvent(PoisonCode.ZEGEL_ONGELDIG)) == "ZEGEL_ONGELDIG"


def test_a_malformed_message_says_where() -> None:
    assert MessageTooLarge("te groot", veld="bijlagen").veld == "bijlagen"
    assert MessageTooLarge("te groot").veld == ""

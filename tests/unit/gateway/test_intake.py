"""The use case: three outcomes, a number that sticks, a -1 that does not, and objects that follow."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

from database.engine import writing
from database.inzendingen import with_objects
from dossier.delivery import Delivery
from dossier.dossier import Bijlage, Dossier
from dossier.errors import BerichtConflict, Draining, Unavailable
from dossier.identifiers import BerichtId, InzendingId, OmgevingId, new_inzending_id
from dossier.verdict import Accepted, RouteRule, Soort
from routing.tables import KoppelingStatus

MakeDossier = Callable[..., Dossier]
BERICHT = BerichtId("6f1c1a3e-7b0e-4a55-9d1e-0a4b7d0c2f11")
OTHER = BerichtId("00000000-0000-4000-8000-000000000001")


def events(world: Any) -> list[Delivery]:
    rows = world.rows(
        "SELECT p.body FROM outbox_payload p JOIN outbox o USING (event_id) ORDER BY dossiernummer, versie"
    )
    return [Delivery.decode(row[0]) for row in rows]


# Three outcomes -------------------------------------------------------------------------------


async def test_a_good_push_is_accepted_with_an_event_and_its_bijlagen_kept(
    world: Any, make_dossier: MakeDossier
) -> None:
    inzending_id = new_inzending_id()
    dossier = make_dossier()
    verdict = await world.push(dossier, b"%PDF een", b"%PDF twee", inzending_id=inzending_id)

    assert verdict == Accepted(dossiernummer=1, versie=1, soort=Soort.NIEUW)  # type: ignore[arg-type]
    [delivery] = events(world)
    assert (delivery.event_id, delivery.dossiernummer, delivery.versie) == (inzending_id, 1, 1)
    assert (delivery.swv_id, delivery.organisatie_id, delivery.brin) == ("swv-a", "es", "32DD")
    assert [(b.positie, b.size_bytes, b.object_id) for b in delivery.bijlagen] == [
        (1, 8, f"{inzending_id}/1"),
        (2, 9, f"{inzending_id}/2"),
    ]
    content = json.loads(world.seal.open(delivery.verzegeld, inzending_id))
    assert content["leerling"]["achternaam"] == "Zonnebloem"
    assert world.stored() == {inzending_id}
    assert len(world.nudges) == 1


@pytest.mark.parametrize(
    ("brin", "vestiging", "recorded"),
    [
        ("32DD", "01", ("32DD", "32DD01", "swv-a")),
        ("32DD", "11AA00", ("32DD", None, "swv-a")),
        ("99ZZ", "", ("99ZZ", None, "swv-a")),
        ("geen", "01", ("", None, "swv-a")),
    ],
)
async def test_the_record_says_which_vestiging_and_whose_a_push_is_also_where_it_is_refused(
    world: Any, make_dossier: MakeDossier, brin: str, vestiging: str, recorded: tuple[str | None, ...]
) -> None:
    await world.push(make_dossier(brin=brin, vestiging=vestiging))

    [row] = world.rows("SELECT brin, vestiging, swv_id FROM inzending")
    assert tuple(row) == recorded


async def test_a_bad_push_is_refused_with_every_reden_and_leaves_no_number_event_or_object(
    world: Any, make_dossier: MakeDossier
) -> None:
    dossier = make_dossier(brin="99ZZ", achternaam="")

    assert await world.codes(dossier, b"", b"x") == [
        "LEERLING_ONVOLLEDIG",
        "BIJLAGE_ZONDER_BESTAND",
        "BRIN_ONBEKEND",
        "KOPPELING_ONJUIST",
    ]
    assert [world.count(table) for table in ("dossier", "outbox", "outbox_payload")] == [0, 0, 0]
    assert world.count("inzending", "uitkomst = 'afgewezen'") == 1
    assert (world.stored(), world.nudges) == (set(), [])


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
async def test_a_database_that_stays_locked_is_unknown_and_never_refused(
    world: Any, make_dossier: MakeDossier
) -> None:
    [committer] = world._running  # it need not wait ten seconds
    event.listen(committer._engine, "connect", lambda dbapi, _: dbapi.execute("PRAGMA busy_timeout=20"))
    stranger: sqlite3.Connection = world.locked()
    inzending_id = new_inzending_id()
    with pytest.raises(Unavailable):
        await world.push(make_dossier(bericht_id=BERICHT), b"inhoud", inzending_id=inzending_id)
    with pytest.raises(Unavailable):
        await world.push(make_dossier(brin="onzin"))

    assert world.stored() == {inzending_id}  # it may have been accepted, for all we know
    stranger.close()
    assert world.count("inzending") == 0
    assert await world.number(make_dossier(bericht_id=BERICHT), b"inhoud") == 1


async def test_while_we_stop_the_outcome_is_unknown(world: Any, make_dossier: MakeDossier) -> None:
    world.stop()

    with pytest.raises(Draining):
        await world.push(make_dossier())


async def test_a_bijlage_that_was_not_stored_is_never_accepted(
    world: Any, make_dossier: MakeDossier, make_bijlage: Callable[..., Bijlage]
) -> None:
    with pytest.raises(AssertionError, match="not stored"):
        await world.push(make_dossier(bijlagen=(make_bijlage(object_id=""),)))
    assert world.count("dossier") == 0


async def test_objects_that_cannot_be_removed_are_told_and_change_no_answer(
    world: Any, make_dossier: MakeDossier
) -> None:
    class Stuck:
        async def discard(self, inzending_id: InzendingId) -> None:
            raise Unavailable("storage")

    inzending_id = new_inzending_id()
    intake = world.start(objects=Stuck())

    codes = await world.codes(make_dossier(brin="x"), b"inhoud", intake=intake, inzending_id=inzending_id)
    assert codes == ["BRIN_ONGELDIG"]
    assert world.left_behind == [inzending_id]


# The number is sticky -------------------------------------------------------------------------


async def test_the_same_bericht_again_has_the_same_number_and_leaves_nothing_new(
    world: Any, make_dossier: MakeDossier
) -> None:
    dossier, first = make_dossier(), new_inzending_id()
    number = await world.number(dossier, b"inhoud", inzending_id=first)
    verdict = await world.push(replace(dossier, tijdstip=dossier.tijdstip.replace(year=2027)), b"inhoud")

    assert verdict == Accepted(dossiernummer=number, versie=1, soort=Soort.HERHALING)  # type: ignore[arg-type]
    assert [world.count(table) for table in ("inzending", "outbox", "dossier")] == [1, 1, 1]
    assert world.stored() == {first}


async def test_the_sweeper_is_told_of_the_bijlagen_of_every_version_and_of_nothing_else(
    world: Any, make_dossier: MakeDossier
) -> None:
    new, version, double, refused = [new_inzending_id() for _ in range(4)]
    await world.push(make_dossier(), b"een", inzending_id=new)
    await world.push(make_dossier(), b"twee", inzending_id=version)
    await world.push(make_dossier(), b"twee", inzending_id=double)
    await world.push(make_dossier(brin="99ZZ"), b"drie", inzending_id=refused)

    assert world.read(with_objects, [new, version, double, refused]) == {new, version}
    assert world.count("inzending_bijlage") == 4


@pytest.mark.parametrize(
    ("sent", "recorded"), [("32DD", "32DD"), (" 32dd ", "32DD"), ("Quirijn Zonnebloem", ""), ("", "")]
)
async def test_what_is_no_brin_is_recorded_as_none(
    world: Any, make_dossier: MakeDossier, sent: str, recorded: str
) -> None:
    await world.push(make_dossier(brin=sent))

    assert world.rows("SELECT brin FROM inzending") == [(recorded,)]


@pytest.mark.parametrize("change", ["koppeling off", "brin gone", "brin unlisted", "koppeling elsewhere"])
async def test_a_number_stays_whatever_happens_to_the_settings(
    world: Any, make_dossier: MakeDossier, change: str
) -> None:
    dossier = make_dossier()
    number = await world.number(dossier)
    match change:
        case "koppeling off":
            world.koppeling("k-es", "omg-es", "swv-a", "32DD", status=KoppelingStatus.INACTIEF)
        case "brin gone":
            world.organisatie("es", "swv-a", None)
        case "brin unlisted":
            with writing(world.engine) as connection:
                connection.exec_driver_sql("DELETE FROM listed_school")
        case "koppeling elsewhere":
            world.koppeling("k-es", "omg-es", "swv-a", "11AA")
    again = await world.push(dossier)
    double = await world.push(replace(dossier, bericht_id=OTHER))

    assert (again.dossiernummer, again.soort) == (number, Soort.HERHALING)
    assert (double.dossiernummer, double.soort) == (number, Soort.DUBBEL)


async def test_the_same_bericht_with_other_content_is_a_conflict_and_the_first_stays(
    world: Any, make_dossier: MakeDossier
) -> None:
    first = new_inzending_id()
    number = await world.number(make_dossier(bericht_id=BERICHT), b"inhoud", inzending_id=first)
    before = world.rows("SELECT * FROM inzending") + world.rows("SELECT * FROM dossier")
    other = make_dossier(bericht_id=BERICHT, omschrijving="Toch iets anders.")
    for push in (
        world.push(other),
        world.push(make_dossier(bericht_id=BERICHT), b"andere inhoud"),
        world.push(make_dossier(bericht_id=BERICHT, achternaam=""), b"inhoud"),
        world.intake.controleren(OmgevingId("omg-es"), other),
    ):
        with pytest.raises(BerichtConflict) as caught:
            await push
        assert "Zonnebloem" not in str(caught.value)

    assert world.rows("SELECT * FROM inzending") + world.rows("SELECT * FROM dossier") == before
    assert world.stored() == {first}
    assert await world.number(make_dossier(bericht_id=BERICHT), b"inhoud") == number


async def test_one_berichtid_of_two_omgevingen_is_two_berichten(
    world: Any, make_dossier: MakeDossier
) -> None:
    world.koppeling("k-2", "omg-2", "swv-a", "32DD")
    one = await world.number(make_dossier(bericht_id=BERICHT))
    two = await world.number(make_dossier(bericht_id=BERICHT), omgeving=OmgevingId("omg-2"))

    assert one != two


async def test_a_double_entry_gets_the_number_there_is_and_is_marked(
    world: Any, make_dossier: MakeDossier
) -> None:
    first = new_inzending_id()
    number = await world.number(make_dossier(), b"inhoud", inzending_id=first)
    double = make_dossier()
    verdict = await world.push(double, b"inhoud")

    assert verdict == Accepted(dossiernummer=number, versie=1, soort=Soort.DUBBEL)  # type: ignore[arg-type]
    assert (world.count("outbox"), world.stored()) == (1, {first})
    assert world.rows("SELECT uitkomst, route_rule FROM inzending ORDER BY inzending_id") == [
        ("nieuw", RouteRule.BRIN),
        ("dubbel", RouteRule.EERDERE_VERSIE),
    ]
    assert await world.push(double, b"inhoud") == verdict  # the same berichtId, the same answer
    assert world.stored() == {first}


async def test_other_content_of_one_hulpvraag_is_its_next_version_under_its_number(
    world: Any, make_dossier: MakeDossier
) -> None:
    number = await world.number(make_dossier(), b"een")
    for versie, content in ((2, b"twee"), (3, b"een")):  # also what it was before
        verdict = await world.push(make_dossier(), content)
        assert verdict == Accepted(dossiernummer=number, versie=versie, soort=Soort.VERSIE)  # type: ignore[arg-type]

    assert [(e.dossiernummer, e.versie) for e in events(world)] == [(number, n) for n in (1, 2, 3)]
    assert len(world.stored()) == 3


async def test_a_new_version_that_may_not_in_leaves_the_dossier_as_it_was(
    world: Any, make_dossier: MakeDossier
) -> None:
    number = await world.number(make_dossier())

    assert await world.codes(make_dossier(achternaam="")) == ["LEERLING_ONVOLLEDIG"]
    assert world.rows("SELECT dossiernummer, versie FROM dossier") == [(number, 1)]


async def test_a_dossier_stays_at_its_organisatie_when_the_brin_moves(
    world: Any, make_dossier: MakeDossier
) -> None:
    number = await world.number(make_dossier())
    world.organisatie("es", "swv-a", None)
    world.organisatie("eik", "swv-a", "32DD")
    await world.push(make_dossier(omschrijving="Nieuwe versie."))
    other = await world.number(make_dossier(hulpvraag_id="hv-2"))

    assert [(e.dossiernummer, e.organisatie_id) for e in events(world)] == [
        (number, "es"),
        (number, "es"),
        (other, "eik"),
    ]
    assert world.rows("SELECT route_rule, koppeling_id FROM inzending WHERE versie = 2") == [
        ("EERDERE_VERSIE", "k-es")
    ]


async def test_a_caller_who_leaves_changes_nothing_of_the_decision(
    world: Any, make_dossier: MakeDossier
) -> None:
    dossier = make_dossier()
    leaving = asyncio.create_task(world.push(dossier))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)

    assert await world.number(dossier) == 1
    assert world.count("outbox", "state = 'wachtend'") == 1

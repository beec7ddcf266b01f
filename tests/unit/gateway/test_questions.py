"""Controleren says what indienen would; opvragen says what became of a push. Both write nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from database.outbox import claim, mark_dead, mark_delivered, mark_published, retry_dead
from dossier.dossier import Dossier
from dossier.identifiers import BerichtId, OmgevingId
from dossier.status import Gebeurtenis, Toestand
from routing.tables import KoppelingStatus

MakeDossier = Callable[..., Dossier]
OTHER = BerichtId("00000000-0000-4000-8000-000000000001")


async def test_checking_says_what_pushing_would_and_writes_nothing(
    world: Any, make_dossier: MakeDossier
) -> None:
    bad, good = make_dossier(brin="99ZZ", achternaam=""), make_dossier()
    redenen = await world.intake.controleren(OmgevingId("omg-es"), bad)

    assert [r.code.value for r in redenen] == await world.codes(bad)
    assert await world.intake.controleren(OmgevingId("omg-es"), good) == ()
    assert (world.count("inzending"), world.count("dossier")) == (1, 0)
    assert await world.number(good) == 1


async def test_checking_a_double_entry_or_repeat_says_that_it_has_its_number_whatever_has_changed(
    world: Any, make_dossier: MakeDossier
) -> None:
    dossier = make_dossier()
    await world.push(dossier)
    world.koppeling("k-es", "omg-es", "swv-a", "32DD", status=KoppelingStatus.INACTIEF)

    assert await world.intake.controleren(OmgevingId("omg-es"), dossier) == ()
    assert await world.intake.controleren(OmgevingId("omg-es"), replace(dossier, bericht_id=OTHER)) == ()
    newer = replace(make_dossier(omschrijving="Nieuwe versie."), bericht_id=OTHER)
    redenen = await world.intake.controleren(OmgevingId("omg-es"), newer)
    assert [r.code.value for r in redenen] == ["KOPPELING_INACTIEF"]


async def test_a_status_is_only_for_the_afzender_itself(world: Any, make_dossier: MakeDossier) -> None:
    dossier = make_dossier()
    number = await world.number(dossier)
    es, other = OmgevingId("omg-es"), OmgevingId("omg-2")

    for question in ((dossier.bericht_id, None), (None, number)):
        status = await world.intake.opvragen(es, *question)
        assert (status.dossiernummer, status.organisatie, status.dubbel) == (number, "School es", False)
        assert await world.intake.opvragen(other, *question) is None
    assert await world.intake.opvragen(es, OTHER, None) is None
    assert await world.intake.opvragen(es, None, None) is None


async def test_a_rejection_shows_its_redenen_until_it_is_repaired(
    world: Any, make_dossier: MakeDossier
) -> None:
    dossier = make_dossier(brin="99ZZ")
    await world.push(dossier)
    status = await world.intake.opvragen(OmgevingId("omg-es"), dossier.bericht_id, None)

    assert (status.toestand, status.dossiernummer) == (Toestand.AFGEWEZEN, None)
    assert [r.code.value for r in status.redenen] == ["BRIN_ONBEKEND", "KOPPELING_ONJUIST"]
    assert [m.gebeurtenis for m in status.tijdlijn] == [Gebeurtenis.ONTVANGEN, Gebeurtenis.AFGEWEZEN]

    world.list_school("99ZZ00")
    world.organisatie("nieuw", "swv-a", "99ZZ")
    world.koppeling("k-zz", "omg-es", "swv-a", "99ZZ")
    await world.push(dossier)
    status = await world.intake.opvragen(OmgevingId("omg-es"), dossier.bericht_id, None)
    assert (status.toestand, status.redenen) == (Toestand.GEACCEPTEERD, ())


async def test_the_tijdlijn_follows_the_event_to_its_end(world: Any, make_dossier: MakeDossier) -> None:
    dossier = make_dossier()
    await world.push(dossier)
    [(event_id,)] = world.rows("SELECT event_id FROM outbox")

    async def state() -> tuple[Toestand, Gebeurtenis]:
        status = await world.intake.opvragen(OmgevingId("omg-es"), dossier.bericht_id, None)
        return status.toestand, status.tijdlijn[-1].gebeurtenis

    assert await state() == (Toestand.GEACCEPTEERD, Gebeurtenis.GEACCEPTEERD)
    world.change(lambda c, _: claim(c, token="t", lease_ms=60_000, batch=1))
    world.change(lambda c, _: mark_published(c, [event_id], token="t", receipt_within_ms=1))
    assert await state() == (Toestand.GEPUBLICEERD, Gebeurtenis.GEPUBLICEERD)
    world.change(lambda c, _: mark_dead(c, event_id, "BIJLAGE_ONTBREEKT"))
    assert await state() == (Toestand.VASTGELOPEN, Gebeurtenis.VASTGELOPEN)
    world.change(lambda c, _: retry_dead(c))
    assert await state() == (Toestand.GEACCEPTEERD, Gebeurtenis.OPNIEUW)
    world.change(lambda c, _: mark_delivered(c, event_id))
    assert await state() == (Toestand.BEZORGD, Gebeurtenis.BEZORGD)


async def test_a_double_entry_shows_the_event_of_the_push_that_it_repeats(
    world: Any, make_dossier: MakeDossier
) -> None:
    first, double = make_dossier(), make_dossier()
    await world.push(first)
    await world.push(double)
    [(event_id,)] = world.rows("SELECT event_id FROM outbox")
    world.change(lambda c, _: mark_delivered(c, event_id))
    status = await world.intake.opvragen(OmgevingId("omg-es"), double.bericht_id, None)

    assert (status.toestand, status.dubbel, status.dossiernummer) == (Toestand.BEZORGD, True, 1)
    assert Gebeurtenis.DUBBEL in [m.gebeurtenis for m in status.tijdlijn]

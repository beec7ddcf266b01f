"""-1 is not sticky: what people mend through the administration is seen by the very next push."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dossier.dossier import Dossier
from dossier.identifiers import BerichtId
from helpdesk import actions
from routing.tables import KoppelingStatus
from validators.limits import Limits

MakeDossier = Callable[..., Dossier]
BERICHT = BerichtId("6f1c1a3e-7b0e-4a55-9d1e-0a4b7d0c2f11")


async def test_after_a_repair_the_same_bericht_gets_a_number(world: Any, make_dossier: MakeDossier) -> None:
    dossier = make_dossier(brin="99ZZ")
    assert await world.codes(dossier) == ["BRIN_ONBEKEND", "KOPPELING_ONJUIST"]
    world.list_school("99ZZ00")
    assert await world.codes(dossier) == ["KOPPELING_ONJUIST"]
    world.koppeling("k-zz", "omg-es", "swv-a", "99ZZ", status=KoppelingStatus.AANGEVRAAGD)
    assert await world.codes(dossier) == ["BRIN_NIET_INGESTELD", "KOPPELING_INACTIEF"]
    world.organisatie("nieuw", "swv-a", "99ZZ")
    assert await world.codes(dossier) == ["KOPPELING_INACTIEF"]
    world.change(actions.set_status, "k-zz", KoppelingStatus.ACTIEF)

    assert await world.number(dossier) == 1
    assert (world.count("inzending"), world.count("dossier")) == (5, 1)


async def test_a_refused_bericht_may_come_again_with_other_content(
    world: Any, make_dossier: MakeDossier
) -> None:
    assert await world.codes(make_dossier(bericht_id=BERICHT, achternaam=""))

    assert await world.number(make_dossier(bericht_id=BERICHT)) == 1


async def test_what_is_allowed_is_a_setting_of_the_process(world: Any, make_dossier: MakeDossier) -> None:
    strict = world.start(limits=Limits(bijlage_bytes=5))
    dossier = make_dossier()

    assert await world.codes(dossier, b"123456", intake=strict) == ["BIJLAGE_TE_GROOT"]
    assert await world.number(dossier, b"123456") == 1

"""Beheer > Herstellijst: after a repair, who must send again, with a text for each school."""

from __future__ import annotations

from components.intake_world import World
from database.organisaties import Swv
from dossier.brin import Brin
from dossier.identifiers import KoppelingId, OmgevingId, SwvId
from helpdesk import actions
from helpdesk import administration as admin
from helpdesk.roles import Role
from routing.tables import KoppelingStatus
from unit.conftest import MakeDossier
from unit.helpdesk.pages.conftest import Visitor

LIST = "/beheer/herstellijst"
NOTHING = "Er is niets te herstellen"


async def test_after_a_repair_the_schools_that_must_send_again_are_listed_until_they_did(
    world: World, visitor: Visitor, make_dossier: MakeDossier
) -> None:
    world.change(actions.set_status, KoppelingId("k-es"), KoppelingStatus.INACTIEF)
    first, second = make_dossier(hulpvraag_id="hv-1"), make_dossier(hulpvraag_id="hv-2")
    for dossier in (first, first, second):
        await world.codes(dossier)
    browser = visitor(Role.HELPDESK)
    assert NOTHING in await browser.page(LIST)

    path = "/beheer/koppelingen/k-es/activeren"
    assert "3 inzendingen van de afgelopen 30 dagen" in await browser.page(path)
    await browser.submit(path, path)

    text = await browser.page(LIST)
    assert "De Es (32DD): 2 hulpvragen" in text
    assert "Komt terecht bij School es (De Heuvels)" in text
    assert "Wilt u deze hulpvragen opnieuw versturen?" in text
    assert "Zonnebloem" not in text
    assert "Quirijn" not in text

    await world.number(first)
    after = await browser.page(LIST)
    assert "De Es (32DD): 1 hulpvraag" in after
    assert "Wilt u deze hulpvraag opnieuw versturen?" in after
    await world.number(second)
    assert NOTHING in await browser.page(LIST)


async def test_what_the_school_must_mend_itself_is_not_listed(
    world: World, visitor: Visitor, make_dossier: MakeDossier
) -> None:
    world.change(actions.set_status, KoppelingId("k-es"), KoppelingStatus.INACTIEF)
    await world.codes(make_dossier(hulpvraag_id="hv-1", achternaam=""))
    await world.codes(make_dossier(hulpvraag_id="hv-2"), b"x" * (5 * 1024 * 1024 + 1))
    world.change(actions.set_status, KoppelingId("k-es"), KoppelingStatus.ACTIEF)
    assert NOTHING in await visitor(Role.HELPDESK).page(LIST)


async def test_an_applicatiebeheerder_sees_the_schools_of_its_own_swv(
    world: World, visitor: Visitor, make_dossier: MakeDossier
) -> None:
    world.list_school("17GU00")
    world.change(admin.put_swv, Swv(swv_id=SwvId("swv-b"), naam="Het Dal"))
    world.organisatie("es", "swv-a", None)
    other = OmgevingId("omg-gong")
    await world.codes(make_dossier())
    await world.codes(make_dossier(brin="17GU"), omgeving=other)
    world.organisatie("es", "swv-a", "32DD")
    world.organisatie("gong", "swv-b", "17GU")
    world.koppeling("k-gong", other, "swv-b", "17GU")

    own = await visitor(Role.APPLICATIEBEHEERDER, "swv-a").page(LIST)
    assert "(32DD)" in own
    assert "17GU" not in own
    assert "Het Dal" not in own
    theirs = await visitor(Role.APPLICATIEBEHEERDER, "swv-b").page(LIST)
    assert "(17GU)" in theirs
    assert "32DD" not in theirs
    everything = await visitor(Role.HELPDESK).page(LIST)
    assert "van 2 scholen" in everything


async def test_a_link_leads_only_to_what_may_be_seen(
    world: World, visitor: Visitor, make_dossier: MakeDossier
) -> None:
    """A push without any koppeling was nobody's; the SWV that it leads to now may not open it."""
    world.list_school("17GU00")
    world.organisatie("gong", "swv-a", "17GU")
    other = OmgevingId("omg-gong")
    await world.codes(make_dossier(brin="17GU"), omgeving=other)
    world.koppeling("k-gong", other, "swv-a", str(Brin("17GU")))

    own = await visitor(Role.APPLICATIEBEHEERDER, "swv-a").page(LIST)
    assert "(17GU): 1 hulpvraag" in own
    assert 'href="/inzendingen/' not in own
    desk = await visitor(Role.HELPDESK).page(LIST)
    link = desk.split('href="/inzendingen/')[1].split('"')[0]
    assert (await visitor(Role.HELPDESK).get(f"/inzendingen/{link}")).status_code == 200

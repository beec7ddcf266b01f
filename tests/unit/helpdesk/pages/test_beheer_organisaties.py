"""Beheer > Organisaties, as FAQ 6 tells it: a push is refused, the BRIN is set, the push is accepted."""

from __future__ import annotations

import pytest

from components.intake_world import World
from database.organisaties import Swv
from dossier.identifiers import SwvId
from helpdesk import administration as admin
from helpdesk.roles import Role
from unit.conftest import MakeDossier
from unit.helpdesk.pages.conftest import Browser, Visitor, fields_of

ORGANISATIES = "/beheer/organisaties"
ES = f"{ORGANISATIES}/es"


@pytest.fixture
def two_swvs(world: World) -> World:
    """swv-b has a school of its own, 17GU."""
    world.list_school("17GU00")
    world.change(admin.put_swv, Swv(swv_id=SwvId("swv-b"), naam="Het Dal"))
    world.organisatie("gong", "swv-b", "17GU")
    return world


def brin_of(world: World, key: str) -> str | None:
    return next(row[1] for row in world.rows("SELECT organisatie_id, brin FROM organisatie") if row[0] == key)


async def set_brin(browser: Browser, brin: str, naam: str = "School es") -> int:
    confirm = f"{ES}/controleren?naam={naam}&swv=swv-a&brin={brin}"
    return (await browser.submit(confirm, f"{ES}/bewerken")).status_code


async def test_a_brin_that_was_set_wrong_is_mended_and_the_same_push_is_accepted(
    world: World, visitor: Visitor, make_dossier: MakeDossier
) -> None:
    world.organisatie("es", "swv-a", None)
    dossier = make_dossier()
    assert await world.codes(dossier) == ["BRIN_NIET_INGESTELD"]
    beheerder = visitor(Role.APPLICATIEBEHEERDER, "swv-a")
    assert "Geen brincode ingesteld" in await beheerder.page(ORGANISATIES)
    assert "Geen brincode ingesteld" in await beheerder.page(ES)

    confirm = f"{ES}/controleren?naam=School+es&brin=32dd"
    text = await beheerder.page(confirm)
    assert "1 inzending van de afgelopen 30 dagen zou nu wel worden geaccepteerd" in text
    done = await beheerder.submit(confirm, f"{ES}/bewerken")

    assert (done.status_code, done.headers["location"]) == (303, f"{ES}?gedaan=opgeslagen")
    assert await world.number(dossier) > 0
    after = await beheerder.page(ES)
    assert "Geen brincode" not in after
    assert "lokaal:pietje applicatiebeheerder" in after
    assert "swv=swv-a brin=32DD" in after


async def test_what_schools_would_lose_is_told_before(
    world: World, visitor: Visitor, make_dossier: MakeDossier
) -> None:
    await world.number(make_dossier())
    world.list_school("17GU00")
    browser = visitor(Role.HELPDESK)

    text = await browser.page(f"{ES}/controleren?naam=School+es&swv=swv-a&brin=17GU")
    assert "1 school (32DD) die de afgelopen 30 dagen iets verstuurde zou dan dossiernummer -1" in text
    renamed = await browser.page(f"{ES}/controleren?naam=De+Nieuwe+Es&swv=swv-a&brin=32DD")
    assert "verandert hierdoor niets" in renamed
    assert "School es" in renamed
    assert "De Nieuwe Es" in renamed
    assert brin_of(world, "es") == "32DD"  # to look is not to change


async def test_the_national_list_offers_schools_with_and_without_javascript(
    world: World, visitor: Visitor
) -> None:
    world.list_school("32DD01")
    browser = visitor(Role.APPLICATIEBEHEERDER, "swv-a")

    whole = await browser.page(f"{ES}/bewerken?naam=Nieuwe+naam&brin=32DD&zoek=hasselt")
    assert 'value="32DD01"' in whole
    assert 'value="Nieuwe naam"' in whole  # what was typed is kept
    part = await browser.get(f"{ES}/bewerken?zoek=32dd", **{"HX-Request": "true"})
    assert "alleen deze vestiging" in part.text
    assert "<html" not in part.text
    assert "Niet gevonden" in await browser.page(f"{ES}/bewerken?naam=x&zoek=nergenshuizen")

    confirm = f"{ES}/controleren?naam=School+es&brin=&zoek=hasselt&keuze=32DD01"
    await browser.submit(confirm, f"{ES}/bewerken")
    assert world.rows("SELECT brin, vestiging FROM organisatie") == [("32DD", "32DD01")]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("naam=&swv=swv-a&brin=32DD", "Vul de naam in."),
        ("naam=x&swv=swv-a&brin=3DD2", "Een brincode is twee cijfers en twee letters"),
        ("naam=x&swv=swv-a&brin=32DD0", "Een brincode is twee cijfers en twee letters"),
        ("naam=x&swv=swv-a&brin=98ZZ", "98ZZ staat (nog) niet in de landelijke lijst"),
        ("naam=x&swv=swv-a&brin=32DD77", "32DD77 staat (nog) niet in de landelijke lijst"),
        ("naam=x&swv=nergens&brin=32DD", "Kies een samenwerkingsverband."),
    ],
)
async def test_what_is_wrong_is_told_beside_the_field_and_what_was_typed_stays(
    world: World, visitor: Visitor, typed: str, told: str
) -> None:
    response = await visitor(Role.HELPDESK).get(f"{ES}/controleren?{typed}")
    assert response.status_code == 422
    assert told in response.text
    assert 'aria-invalid="true"' in response.text
    assert brin_of(world, "es") == "32DD"


async def test_a_brin_at_two_organisaties_is_told_in_the_list_on_the_page_and_before_saving(
    world: World, visitor: Visitor
) -> None:
    browser = visitor(Role.HELPDESK)
    world.organisatie("tweede", "swv-a", None)
    confirm = f"{ORGANISATIES}/tweede/controleren?naam=Tweede&swv=swv-a&brin=32DD"
    assert "Ook ingesteld bij School es (es)" in await browser.page(confirm)
    await browser.submit(confirm, f"{ORGANISATIES}/tweede/bewerken")

    assert (await browser.page(ORGANISATIES)).count("bij twee organisaties") == 2
    assert "Dezelfde brincode staat ook bij" in await browser.page(ES)
    only = await browser.page(f"{ORGANISATIES}?alleen=problemen&zoek=tweede")
    assert "Tweede" in only
    assert "School es" not in only


async def test_an_organisatie_is_added_and_a_second_click_adds_no_other(
    world: World, visitor: Visitor
) -> None:
    world.list_school("17GU00")
    browser = visitor(Role.APPLICATIEBEHEERDER, "swv-a")
    confirm = f"{ORGANISATIES}/nieuw/controleren?naam=De+Gong&brin=17GU&kenmerk=es&swv=swv-b"
    html = await browser.page(confirm)
    fields = fields_of(html)

    first = await browser.post(f"{ORGANISATIES}/nieuw", **fields)
    second = await browser.post(f"{ORGANISATIES}/nieuw", **fields)

    assert (first.status_code, second.status_code) == (303, 409)
    rows = world.rows("SELECT naam, brin, swv_id FROM organisatie WHERE organisatie_id <> 'es'")
    assert rows == [("De Gong", "17GU", "swv-a")]
    assert world.count("audit", "actor = 'lokaal:pietje applicatiebeheerder'") == 1


async def test_the_helpdesk_names_the_new_organisatie_itself(world: World, visitor: Visitor) -> None:
    browser = visitor(Role.HELPDESK)
    taken = await browser.get(f"{ORGANISATIES}/nieuw/controleren?naam=x&swv=swv-a&kenmerk=es")
    assert (taken.status_code, "al in gebruik" in taken.text) == (422, True)
    strange = await browser.get(f"{ORGANISATIES}/nieuw/controleren?naam=x&swv=swv-a&kenmerk=a/b")
    assert (strange.status_code, "letters, cijfers" in strange.text) == (422, True)
    confirm = f"{ORGANISATIES}/nieuw/controleren?naam=Nieuw&swv=swv-a&kenmerk=org-7"
    done = await browser.submit(confirm, f"{ORGANISATIES}/nieuw")
    assert done.headers["location"].startswith(f"{ORGANISATIES}/org-7")


async def test_of_two_people_at_once_the_second_is_told(world: World, visitor: Visitor) -> None:
    world.list_school("17GU00")
    confirm = f"{ES}/controleren?naam=School+es&swv=swv-a&brin=17GU"
    browser = visitor(Role.HELPDESK, naam="Late")
    late = fields_of(await browser.page(confirm))
    assert await set_brin(visitor(Role.BEHEERDER), "", "Anders") == 303

    response = await browser.post(f"{ES}/bewerken", **late)

    assert response.status_code == 409
    assert "Iemand heeft dit intussen gewijzigd" in response.text
    assert brin_of(world, "es") is None


async def test_another_swvs_organisatie_does_not_exist(two_swvs: World, visitor: Visitor) -> None:
    browser = visitor(Role.APPLICATIEBEHEERDER, "swv-a")
    gong = f"{ORGANISATIES}/gong"
    for path in (gong, f"{gong}/bewerken", f"{gong}/controleren?naam=x&brin=32DD"):
        assert (await browser.get(path)).status_code == 404, path
    assert (await browser.post(f"{gong}/bewerken", naam="x", brin="", slot="x")).status_code == 404
    assert "gong" not in await browser.page(ORGANISATIES)
    # Nor can one be given away, or taken.
    moved = f"{ES}/controleren?naam=Anders&swv=swv-b&brin=32DD"
    await browser.submit(moved, f"{ES}/bewerken", swv="swv-b")
    assert two_swvs.rows("SELECT swv_id FROM organisatie WHERE organisatie_id = 'es'") == [("swv-a",)]
    assert "17GU" in await visitor(Role.HELPDESK).page(gong)


async def test_what_a_school_calls_itself_is_shown_as_text(world: World, visitor: Visitor) -> None:
    browser = visitor(Role.HELPDESK)
    evil = "%3Cscript%3Ealert(1)%3C/script%3E"
    await browser.submit(f"{ES}/controleren?naam={evil}&swv=swv-a&brin=32DD", f"{ES}/bewerken")
    for path in (ORGANISATIES, ES, f"{ES}/bewerken"):
        text = await browser.page(path)
        assert "<script>alert" not in text
        assert "&lt;script&gt;" in text

"""Beheer > BRIN-lijst, as FAQ 9 tells it: a new BRIN is added, and DUO's file is shown before it applies."""

from __future__ import annotations

import pytest

from components.intake_world import World
from database.listed_schools import list_schools
from dossier.brin import Brin
from helpdesk.roles import Role
from unit.conftest import MakeDossier
from unit.helpdesk.pages.conftest import Browser, Visitor, fields_of

LIST = "/beheer/brin"
HEADER = "INSTELLINGSCODE;VESTIGINGSCODE;VESTIGINGSNAAM;PLAATSNAAM"
ES = "32DD;32DD00;De Es;Hasselt"
GONG = "17GU;17GU00;De Gong;Apeldoorn"
PATH = f"{LIST}/inlezen"


def file(*rows: str) -> tuple[str, bytes, str]:
    return ("lijst.csv", "\n".join((HEADER, *rows)).encode(), "text/csv")


async def upload(browser: Browser, *rows: str) -> str:
    response = await browser.post(PATH, bestand=file(*rows))
    assert response.status_code == 200, response.text[-600:]
    return response.text


def names(world: World) -> list[tuple[str, str]]:
    return [(str(school.vestiging), school.naam) for school in world.read(list_schools)]


async def test_a_new_brin_is_added_set_and_the_same_push_is_accepted(
    world: World, visitor: Visitor, make_dossier: MakeDossier
) -> None:
    world.organisatie("polder", "swv-a", "98ZZ")
    world.koppeling("k-polder", "omg-es", "swv-a", "98ZZ")
    dossier = make_dossier(brin="98ZZ")
    assert await world.codes(dossier) == ["BRIN_ONBEKEND"]
    browser = visitor(Role.HELPDESK)
    assert "98zz staat (nog) niet in de lijst" in await browser.page(f"{LIST}?zoek=98zz")

    asked = f"{LIST}/nieuw/controleren?brin=98zz&vestiging=00&naam=De+Polder&plaats=Zwolle"
    text = await browser.page(asked)
    assert "1 inzending van de afgelopen 30 dagen zou nu wel worden geaccepteerd" in text
    fields = fields_of(text)
    first = await browser.post(f"{LIST}/nieuw", **fields)
    second = await browser.post(f"{LIST}/nieuw", **fields)

    assert (first.status_code, second.status_code) == (303, 409)
    assert first.headers["location"] == f"{LIST}/98ZZ00?gedaan=opgeslagen"
    assert await world.number(dossier) > 0
    assert "98ZZ00" in await browser.page(f"{LIST}?zoek=polder+zwolle")
    page = await browser.page(f"{LIST}/98ZZ00")
    assert "met de hand toegevoegd" in page
    assert "lokaal:pietje helpdesk" in page
    assert "k-polder" in page
    assert world.count("audit", "action = 'brin_added' AND subject = '98ZZ00'") == 1


async def test_what_was_added_by_hand_is_mended_and_removed_unless_it_is_used(
    world: World, visitor: Visitor
) -> None:
    world.list_school("98ZZ00")
    browser = visitor(Role.HELPDESK)
    one = f"{LIST}/98ZZ00"
    await browser.submit(f"{one}/controleren?naam=De+Polder&plaats=Zwolle", f"{one}/bewerken")
    assert ("98ZZ00", "De Polder") in names(world)

    world.organisatie("polder", "swv-a", "98ZZ")
    used = await browser.get(f"{one}/verwijderen")
    assert (used.status_code, "organisatie School polder" in used.text) == (422, True)
    world.organisatie("polder", "swv-a", None)
    done = await browser.submit(f"{one}/verwijderen", f"{one}/verwijderen")
    assert done.headers["location"] == f"{LIST}?gedaan=verwijderd"
    assert names(world) == [("32DD00", "De Es")]
    assert (await browser.get(one)).status_code == 404


async def test_what_the_national_list_has_is_not_changed_by_hand(world: World, visitor: Visitor) -> None:
    browser = visitor(Role.HELPDESK)
    await browser.post(f"{LIST}/toepassen", **fields_of(await upload(browser, ES, GONG)))
    for end in ("bewerken", "controleren?naam=x&plaats=y", "verwijderen"):
        assert (await browser.get(f"{LIST}/17GU00/{end}")).status_code == 403
    assert "nieuwere lijst" in await browser.page(f"{LIST}/17GU00")


async def test_duos_file_is_shown_before_it_applies_and_applies_once(world: World, visitor: Visitor) -> None:
    browser = visitor(Role.HELPDESK)
    await browser.post(f"{LIST}/toepassen", **fields_of(await upload(browser, ES, GONG)))
    before = names(world)

    text = await upload(browser, "32DD;32DD00;De Nieuwe Es;Hasselt", "30AK;30AK00;De Kei;Ede", "geen;school")
    for told in ("Nieuw: 1", "Gewijzigd: 1", "Verdwijnt: 1", "De Kei", "De Es, Hasselt", "regel 4"):
        assert told in text
    assert names(world) == before
    fields = fields_of(text)
    first = await browser.post(f"{LIST}/toepassen", **fields)
    second = await browser.post(f"{LIST}/toepassen", **fields)

    assert (first.status_code, second.status_code) == (303, 409)
    assert "twee keer geklikt" in second.text
    assert names(world) == [("30AK00", "De Kei"), ("32DD00", "De Nieuwe Es")]
    assert world.count("audit", "detail = 'added=1 changed=1 removed=1'") == 1
    assert "added=1 changed=1 removed=1" in await browser.page(LIST)
    assert "niets te wijzigen" in await upload(
        browser, "32DD;32DD00;De Nieuwe Es;Hasselt", "30AK;30AK00;De Kei;Ede"
    )


async def test_a_list_without_what_is_in_use_is_warned_of(
    world: World, visitor: Visitor, make_dossier: MakeDossier
) -> None:
    browser = visitor(Role.HELPDESK)
    await browser.post(f"{LIST}/toepassen", **fields_of(await upload(browser, f"{ES}lt")))
    await world.number(make_dossier())

    text = await upload(browser, GONG)
    assert "32DD is ingesteld bij organisatie School es (es)" in text
    assert "32DD staat in koppeling k-es" in text
    assert "1 school (32DD) die de afgelopen 30 dagen iets verstuurde zou" in text
    assert "meer dan een tiende" in text


async def test_what_was_added_by_hand_survives_an_import(world: World, visitor: Visitor) -> None:
    world.list_school("98ZZ00")
    browser = visitor(Role.HELPDESK)
    await browser.post(f"{LIST}/toepassen", **fields_of(await upload(browser, ES)))
    assert [vestiging for vestiging, _ in names(world)] == ["32DD00", "98ZZ00"]


async def test_a_list_that_changed_meanwhile_is_not_applied(world: World, visitor: Visitor) -> None:
    browser = visitor(Role.HELPDESK)
    fields = fields_of(await upload(browser, ES, GONG))
    world.list_school("17GU00")
    assert (await browser.post(f"{LIST}/toepassen", **fields)).status_code == 409
    assert ("17GU00", "De Gong") not in names(world)


async def test_a_list_that_we_did_not_seal_for_this_person_is_refused(world: World, visitor: Visitor) -> None:
    fields = fields_of(await upload(visitor(Role.HELPDESK), ES, GONG))
    del fields["csrf"]
    other = visitor(Role.BEHEERDER)
    half = {**fields, "lijst": fields["lijst"][:-8]}
    for answer in (
        await other.post(f"{LIST}/toepassen", **fields),
        await other.post(f"{LIST}/toepassen", **half),
        await other.post(f"{LIST}/toepassen", lijst="", slot=""),
        await other.post(f"{LIST}/toepassen", lijst="a.b", slot=""),
    ):
        assert (answer.status_code, "Lees het bestand opnieuw in" in answer.text) == (422, True)
    assert names(world) == [("32DD00", "De Es")]


async def test_the_whole_national_list_fits_in_the_page_that_asks(world: World, visitor: Visitor) -> None:
    browser = visitor(Role.HELPDESK)
    rows = [
        f"{n // 676:02d}{letters};{n // 676:02d}{letters}00;School {n * 7919 % 9973} van {letters};Plaats {n}"
        for n, letters in ((n, chr(65 + n // 26 % 26) + chr(65 + n % 26)) for n in range(9_000))
    ]
    text = await upload(browser, *rows)
    assert "De eerste 200" in text
    done = await browser.post(f"{LIST}/toepassen", **fields_of(text))
    assert done.status_code == 303
    assert len(names(world)) == 9_000 + (1 if world.read(list_schools, Brin("32DD")) else 0)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "Kies een bestand"),
        (b"naam;leeftijd\nx;3\n", "geen BRIN-lijst"),
        (b"\x00\x01\x02", "geen BRIN-lijst"),
        (HEADER.encode(), "geen enkele school"),
    ],
)
async def test_another_file_is_refused_in_words(visitor: Visitor, content: bytes, told: str) -> None:
    response = await visitor(Role.HELPDESK).post(PATH, bestand=("x.csv", content, "text/csv"))
    assert response.status_code == 422
    assert told in response.text


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("brin=&naam=x&plaats=y", "Vul de brincode in"),
        ("brin=3DD2&naam=x&plaats=y", "twee cijfers en twee letters"),
        ("brin=98ZZ&vestiging=abc&naam=x&plaats=y", "twee letters of cijfers"),
        ("brin=98ZZ&naam=&plaats=y", "Vul de naam in"),
        ("brin=98ZZ&naam=x&plaats=", "Vul de plaats in"),
        ("brin=32DD&naam=x&plaats=y", "32DD00 staat al in de lijst: De Es, Hasselt"),
    ],
)
async def test_what_is_wrong_is_told_beside_the_field(visitor: Visitor, typed: str, told: str) -> None:
    response = await visitor(Role.HELPDESK).get(f"{LIST}/nieuw/controleren?{typed}")
    assert response.status_code == 422
    assert told in response.text
    assert 'aria-invalid="true"' in response.text

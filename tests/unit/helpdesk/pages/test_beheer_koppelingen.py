"""Beheer > Koppelingen, as FAQ 8 tells it: asked for, activated, and then a school's push is accepted."""

from __future__ import annotations

import asyncio
import re

import pytest

from components.intake_world import World
from database.koppelingen import list_omgevingen
from database.secret_hashes import verify_secret
from dossier.identifiers import OmgevingId
from helpdesk.roles import Role
from routing.tables import KoppelingStatus
from unit.conftest import MakeDossier
from unit.helpdesk.pages.conftest import Visitor, fields_of

KOPPELINGEN = "/beheer/koppelingen"
ES = f"{KOPPELINGEN}/k-es"
NEW = f"{KOPPELINGEN}/nieuw"


def secret_in(html: str) -> str:
    found = re.search(r'<textarea id="geheim"[^>]*>([^<]+)</textarea>', html)
    assert found is not None
    return found[1].strip()


def secret_works(world: World, omgeving: str, secret: str) -> bool:
    hashes = {o.omgeving_id: o.secret_hash for o in world.read(list_omgevingen)}
    return verify_secret(secret, hashes[OmgevingId(omgeving)])


def everything_written(world: World) -> str:
    """All that the database holds of settings and audit, as text."""
    tables = ("audit", "omgeving", "koppeling", "koppeling_brin", "sessie")
    return " ".join(str(world.rows(f"SELECT * FROM {table}")) for table in tables)


async def test_a_school_without_a_koppeling_gets_one_and_the_same_push_is_accepted(
    world: World, visitor: Visitor, make_dossier: MakeDossier
) -> None:
    world.list_school("17GU00")
    world.organisatie("gong", "swv-a", "17GU")
    dossier, omgeving = make_dossier(brin="17GU"), OmgevingId("omg-gong")
    assert await world.codes(dossier, omgeving=omgeving) == ["KOPPELING_ONTBREEKT"]
    browser = visitor(Role.HELPDESK)

    asked = f"{NEW}/controleren?omgeving=omg-gong&omgeving_naam=De+Gong&swv=swv-a&brins=17gu"
    assert "niet geactiveerd" in await browser.page(asked)
    made = await browser.submit(asked, NEW)
    assert made.status_code == 200
    assert made.headers["cache-control"] == "no-store"
    assert secret_works(world, "omg-gong", secret_in(made.text))
    assert await world.codes(dossier, omgeving=omgeving) == ["KOPPELING_INACTIEF"]
    assert "Aangevraagd" in await browser.page(f"{KOPPELINGEN}?status=aangevraagd")

    activate = f"{KOPPELINGEN}/k-omg-gong/activeren"
    assert "2 inzendingen van de afgelopen 30 dagen zouden nu wel" in await browser.page(activate)
    done = await browser.submit(activate, activate)

    assert "gedaan=geactiveerd" in done.headers["location"]
    assert await world.number(dossier, omgeving=omgeving) > 0
    after = await browser.page(f"{KOPPELINGEN}/k-omg-gong")
    assert "nooit" not in after
    assert "Nieuw geheim voor een ParnasSys-omgeving gemaakt" in after
    assert "lokaal:pietje helpdesk" in after


async def test_a_secret_is_in_one_answer_and_nowhere_else(
    world: World, visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    browser = visitor(Role.HELPDESK)
    given = await browser.submit(f"{ES}/geheim", f"{ES}/geheim")
    secret = secret_in(given.text)

    assert given.status_code == 200  # no redirect: a URL is written down by many
    assert "location" not in given.headers
    assert secret_works(world, "omg-es", secret)
    assert secret not in everything_written(world)
    assert secret not in caplog.text
    for path in (ES, KOPPELINGEN, f"{ES}/geheim"):
        assert secret not in await browser.page(path)
    assert world.count("audit", "action = 'secret_given' AND detail = ''") == 2


async def test_a_double_click_makes_one_secret_that_works(world: World, visitor: Visitor) -> None:
    browser = visitor(Role.HELPDESK)
    fields = fields_of(await browser.page(f"{ES}/geheim"))
    both = await asyncio.gather(*(browser.post(f"{ES}/geheim", **fields) for _ in range(2)))

    won = [answer for answer in both if answer.status_code == 200]
    lost = [answer for answer in both if answer.status_code == 409]
    assert (len(won), len(lost)) == (1, 1)
    assert secret_works(world, "omg-es", secret_in(won[0].text))
    assert "twee keer geklikt" in lost[0].text
    assert world.count("audit", "action = 'secret_given' AND actor = 'lokaal:pietje helpdesk'") == 1


async def test_a_double_click_on_a_new_koppeling_makes_one_secret(world: World, visitor: Visitor) -> None:
    browser = visitor(Role.HELPDESK)
    fields = fields_of(
        await browser.page(f"{NEW}/controleren?omgeving=nieuw&omgeving_naam=Nieuw&swv=swv-a&brins=17GU")
    )
    both = await asyncio.gather(*(browser.post(NEW, **fields) for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [200, 409]
    won = next(answer for answer in both if answer.status_code == 200)
    assert secret_works(world, "nieuw", secret_in(won.text))


async def test_a_known_omgeving_keeps_its_secret(world: World, visitor: Visitor) -> None:
    before = world.rows("SELECT secret_hash FROM omgeving")
    browser = visitor(Role.HELPDESK)
    asked = f"{NEW}/controleren?omgeving=omg-es&swv=swv-a&brins=17GU&kenmerk=tweede&activeren=ja"
    assert "houdt zijn geheim" in await browser.page(asked)
    done = await browser.submit(asked, NEW)
    assert done.headers["location"] == f"{KOPPELINGEN}/tweede?gedaan=opgeslagen"
    assert world.rows("SELECT secret_hash FROM omgeving") == before


async def test_a_brin_is_added_to_a_koppeling_and_taken_out(
    world: World, visitor: Visitor, make_dossier: MakeDossier
) -> None:
    world.list_school("17GU00")
    world.organisatie("gong", "swv-a", "17GU")
    dossier = make_dossier(brin="17GU")
    assert await world.codes(dossier) == ["KOPPELING_ONJUIST"]
    browser = visitor(Role.HELPDESK)

    added = f"{ES}/brin-erbij?brins=17gu+98ZZ"
    text = await browser.page(added)
    assert "1 inzending van de afgelopen 30 dagen" in text
    assert "98ZZ: Een (relatief nieuwe) brincode" in text
    await browser.submit(added, f"{ES}/brin-erbij")
    assert await world.number(dossier) > 0

    removed = f"{ES}/brin-eraf?brins=17GU"
    assert "1 school (17GU) die de afgelopen 30 dagen iets verstuurde zou" in await browser.page(removed)
    await browser.submit(removed, f"{ES}/brin-eraf")
    assert sorted(world.rows("SELECT brin FROM koppeling_brin")) == [("32DD",), ("98ZZ",)]
    nothing = await browser.get(removed)
    assert "gedaan=niets" in nothing.headers["location"]


async def test_a_koppeling_is_switched_off_once_by_two_people(
    world: World, visitor: Visitor, make_dossier: MakeDossier
) -> None:
    await world.number(make_dossier())
    first, second = visitor(Role.HELPDESK, naam="Anna"), visitor(Role.BEHEERDER, naam="Bert")
    path = f"{ES}/uitzetten"
    told = await second.page(path)
    assert "1 school (32DD)" in told
    assert (await first.submit(path, path)).status_code == 303
    assert (await second.post(path, **fields_of(told))).status_code == 409
    assert await world.codes(make_dossier(hulpvraag_id="hv-2")) == ["KOPPELING_INACTIEF"]
    assert world.count("audit", "action = 'koppeling_saved' AND actor <> 'test'") == 1


async def test_only_what_was_never_used_can_be_removed(
    world: World, visitor: Visitor, make_dossier: MakeDossier
) -> None:
    await world.number(make_dossier())
    world.koppeling("fout", "omg-es", "swv-a", "17GU", status=KoppelingStatus.AANGEVRAAGD)
    browser = visitor(Role.HELPDESK)

    assert "Verwijderen" not in await browser.page(ES)
    used = await browser.get(f"{ES}/verwijderen")
    assert (used.status_code, "U kunt haar wel uitzetten" in used.text) == (422, True)
    path = f"{KOPPELINGEN}/fout/verwijderen"
    done = await browser.submit(path, path)
    assert done.headers["location"] == f"{KOPPELINGEN}?gedaan=verwijderd"
    assert world.rows("SELECT koppeling_id FROM koppeling") == [("k-es",)]


async def test_the_list_says_when_each_was_last_used(
    world: World, visitor: Visitor, make_dossier: MakeDossier
) -> None:
    world.koppeling("ongebruikt", "omg-x", "swv-a", "98ZZ")
    await world.push(make_dossier())
    browser = visitor(Role.HELPDESK)
    assert "nooit" in await browser.page(f"{KOPPELINGEN}?zoek=98zz")
    assert "nooit" not in await browser.page(f"{KOPPELINGEN}?zoek=32dd")
    assert "Geen koppeling gevonden" in await browser.page(f"{KOPPELINGEN}?zoek=32dd&status=inactief")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (f"{NEW}/controleren?omgeving=a.b&swv=swv-a&brins=17GU", "letters, cijfers"),
        (f"{NEW}/controleren?omgeving=nieuw&swv=&brins=17GU", "Kies een samenwerkingsverband"),
        (f"{NEW}/controleren?omgeving=nieuw&swv=swv-a&brins=1", "Vul een of meer brincodes in"),
        (f"{NEW}/controleren?omgeving=nieuw&swv=swv-a&brins=17GU&kenmerk=k-es", "Er is al een koppeling"),
        (f"{NEW}/controleren?omgeving=omg-es&swv=swv-a&brins=32DD&kenmerk=x", "al in koppeling k-es"),
        (
            f"{NEW}/controleren?omgeving=omg-es&omgeving_naam=Anders&swv=swv-a&brins=17GU&kenmerk=x",
            "heet al omg-es",
        ),
        (f"{ES}/brin-erbij?brins=hoi", "Vul een of meer brincodes in"),
        (f"{ES}/swv?swv=nergens", "Kies een samenwerkingsverband"),
    ],
)
async def test_what_is_wrong_is_told_beside_the_field(visitor: Visitor, path: str, told: str) -> None:
    response = await visitor(Role.HELPDESK).get(path)
    assert response.status_code == 422
    assert told in response.text
    assert 'aria-invalid="true"' in response.text


async def test_what_does_not_exist_is_a_404(visitor: Visitor) -> None:
    browser = visitor(Role.HELPDESK)
    for path in (f"{KOPPELINGEN}/nergens", f"{KOPPELINGEN}/nergens/geheim", f"{ES}/ontploffen"):
        assert (await browser.get(path)).status_code == 404, path
        if path.count("/") > 3:
            assert (await browser.post(path, slot="x")).status_code == 404, path

"""The page of one inzending: what it tells, to whom, and what the audit keeps of it."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from components.intake_world import World
from database import outbox, retention
from database.engine import writing
from dossier.brin import Brin, Vestiging
from dossier.dossier import Dossier
from dossier.errors import PoisonCode
from dossier.identifiers import OrganisatieId, SwvId
from dossier.reden import CATALOGUE, RedenCode
from helpdesk import administration as admin
from helpdesk.dead_words import DEAD_WORDS
from helpdesk.pages import inzending, leerling, verplaats
from helpdesk.roles import Role
from outbox.settings import REFUSED_BY_BROKER
from routing.tables import Organisatie
from unit.conftest import build_bijlage, build_dossier
from unit.helpdesk.pages.cases import CASES, audited, dies, is_delivered, pushed, pushed_case
from unit.helpdesk.pages.conftest import Visitor

EVIL = "<script>alert('x')</script><img src=x onerror=alert(1)>\"'"


def text_of(page: str) -> str:
    """What a reader reads: without tags, blanks as one."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_there_is_a_push_for_every_reden() -> None:
    assert set(CASES) == set(RedenCode)


@pytest.mark.parametrize("code", RedenCode)
async def test_each_reden_says_what_it_means_and_what_school_and_beheerder_do(
    world: World, visitor: Visitor, code: RedenCode
) -> None:
    inzending_id = await pushed_case(world, code)
    page = await visitor(Role.HELPDESK).page(f"/inzendingen/{inzending_id}")
    seen = text_of(page)
    assert CATALOGUE[code].betekenis in seen
    for title in ("Wat betekent dit", "Wat moet de school doen", "Wat moet de beheerder doen"):
        assert title in seen
    for template in (CATALOGUE[code].oplossing, CATALOGUE[code].beheerder):
        assert all(part.strip() in seen for part in re.split(r"\{.*?\}", template))
    assert "Afgewezen (-1)" in seen
    if code.value.startswith("KOPPELING"):
        assert "/beheer/koppelingen?zoek=omg-" in page
    elif code in (RedenCode.BRIN_NIET_INGESTELD, RedenCode.BRIN_DUBBEL_INGESTELD):
        assert 'href="/beheer/organisaties?zoek=32DD"' in page
    elif code is RedenCode.BRIN_ONBEKEND:
        assert 'href="/beheer/brin?zoek=99ZZ"' in page
    check = await visitor(Role.HELPDESK).page(f"/inzendingen/{inzending_id}/controle")
    assert "Laat de school de hulpvraag opnieuw versturen." not in check


async def test_an_accepted_one_tells_its_timeline_and_its_route_in_one_sentence(
    world: World, visitor: Visitor
) -> None:
    inzending_id = await pushed(world, build_dossier(), b"een", b"twee")
    browser = visitor(Role.HELPDESK)
    page = await browser.page(f"/inzendingen/{inzending_id}")
    seen = text_of(page)
    assert "Geaccepteerd, wacht op verzending" in seen
    assert "Volgende poging" in seen
    assert 'hx-trigger="every 5s"' in page
    assert "every 5s" not in await browser.page(f"/inzendingen/{inzending_id}?live=nee")
    for link in ("/beheer/koppelingen/k-es", "/beheer/organisaties/es", "/beheer/brin?zoek=32DD"):
        assert f'href="{link}"' in page
    assert (
        "Omgeving omg-es is via koppeling k-es verbonden met samenwerkingsverband De Heuvels; daarin heeft "
        "organisatie School es de BRIN 32DD ingesteld."
    ) in seen.replace(" ;", ";").replace(" .", ".").replace("  ", " ")
    assert "Bijlage 2" in seen
    assert "4 bytes van maximaal 5,0 MB" in seen
    assert "21 van maximaal 100 tekens" in seen
    assert "Verslag Quirijn" not in page
    with writing(world.engine) as connection:
        (claimed,) = outbox.claim(connection, token="t", lease_ms=1000, batch=10)
        outbox.mark_published(connection, [claimed.event_id], token="t", receipt_within_ms=60_000)
    assert "Verzonden naar Kindkans." in await browser.page(f"/inzendingen/{inzending_id}")
    is_delivered(world, inzending_id)
    done = await browser.page(f"/inzendingen/{inzending_id}")
    assert "Bezorgd: Kindkans heeft bevestigd" in done
    assert "every 5s" not in done


async def test_the_live_part_is_only_that_part_and_no_new_view(world: World, visitor: Visitor) -> None:
    inzending_id = await pushed(world, build_dossier())
    browser = visitor(Role.HELPDESK)
    part = (await browser.get(f"/inzendingen/{inzending_id}", **{"HX-Request": "true"})).text
    assert part.startswith("<section")
    assert "<html" not in part
    assert audited(world, "inzending_seen") == []


async def test_a_view_is_in_the_audit_once_in_five_minutes_per_person(world: World, visitor: Visitor) -> None:
    inzending_id = await pushed(world, build_dossier())
    first, second = visitor(Role.HELPDESK), visitor(Role.BEHEERDER)
    hyphens = "-".join((inzending_id[:8], inzending_id[8:12], inzending_id[12:16], inzending_id[16:]))
    for path in (inzending_id, hyphens, inzending_id.upper()):
        await first.page(f"/inzendingen/{path}")
    await second.page(f"/inzendingen/{inzending_id}")
    assert audited(world, "inzending_seen") == [
        ("lokaal:pietje helpdesk", inzending_id, ""),
        ("lokaal:pietje beheerder", inzending_id, ""),
    ]
    with writing(world.engine) as connection:
        connection.exec_driver_sql("UPDATE audit SET at_ms = at_ms - 301000")
    await first.page(f"/inzendingen/{inzending_id}")
    assert len(audited(world, "inzending_seen")) == 3


async def test_another_swv_finds_nothing_on_any_route(world: World, visitor: Visitor) -> None:
    accepted = await pushed(world, build_dossier())
    refused = await pushed(world, build_dossier(hulpvraag_id="hv-2", achternaam=""))
    stranger = visitor(Role.APPLICATIEBEHEERDER, "swv-b")
    for page in (*inzending.PAGES, *leerling.PAGES, *verplaats.PAGES):
        for inzending_id in (accepted, refused, "nergens", "0" * 32):
            path = page.path.replace("{inzending_id}", inzending_id)
            response = await (stranger.get(path) if page.method == "GET" else stranger.post(path))
            assert response.status_code == 404, path
            assert "De Es" not in response.text
    assert audited(world, "inzending_seen") == audited(world, "leerling_seen") == []
    own = visitor(Role.APPLICATIEBEHEERDER, "swv-a")
    for inzending_id in (accepted, refused):
        await own.page(f"/inzendingen/{inzending_id}")


async def test_what_is_no_swvs_is_only_for_who_sees_all(world: World, visitor: Visitor) -> None:
    inzending_id = await pushed_case(world, RedenCode.KOPPELING_ONTBREEKT)
    response = await visitor(Role.APPLICATIEBEHEERDER, "swv-a").get(f"/inzendingen/{inzending_id}")
    assert response.status_code == 404
    await visitor(Role.HELPDESK).page(f"/inzendingen/{inzending_id}")


async def test_versions_and_double_entries_name_each_other(world: World, visitor: Visitor) -> None:
    first = await pushed(world, build_dossier())
    second = await pushed(world, build_dossier(omschrijving="Ook lezen."))
    double = await pushed(world, build_dossier(omschrijving="Ook lezen."))
    browser = visitor(Role.HELPDESK)
    version = await browser.page(f"/inzendingen/{second}")
    assert "een nieuwe versie blijft bij de organisatie waar het dossier stond" in text_of(version)
    assert f'href="/inzendingen/{first}"' in version
    assert f'href="/inzendingen/{double}"' in version
    page = await browser.page(f"/inzendingen/{double}")
    assert "Dit is een dubbele inzending van" in text_of(page)
    assert f'href="/inzendingen/{second}"' in page
    assert "Dubbel" in text_of(page)


async def test_a_rejection_that_was_repaired_says_so_and_its_text_is_for_the_school(
    world: World, visitor: Visitor
) -> None:
    inzending_id = await pushed_case(world, RedenCode.BRIN_NIET_INGESTELD)
    browser = visitor(Role.APPLICATIEBEHEERDER, "swv-a")
    page = await browser.page(f"/inzendingen/{inzending_id}")
    area = html.unescape(re.findall(r"<textarea.*?>(.*?)</textarea>", page, re.S)[0])
    for words in (
        "De Es (brincode 32DD)",
        "zo 1 sep 2024 14:00",
        "De brincode 32DD is in Kindkans",
        "Vraag uw",
    ):
        assert words in area
    assert "Zonnebloem" not in page
    assert "/beheer/koppelingen" not in page  # that is not theirs to change
    path = f"/inzendingen/{inzending_id}/controle"
    assert "Laat de school nog niet opnieuw versturen." in await browser.page(path)
    world.organisatie("es", "swv-a", "32DD")
    repaired = await browser.page(path)
    assert "Laat de school de hulpvraag opnieuw versturen." in repaired
    assert "bij organisatie School es komen" in text_of(repaired)


async def test_pupil_data_is_hidden_until_asked_for_with_a_reason(world: World, visitor: Visitor) -> None:
    inzending_id = await pushed(world, build_dossier(), b"een")
    path, browser = f"/inzendingen/{inzending_id}", visitor(Role.HELPDESK)
    hidden = await browser.page(path)
    for secret in ("Quirijn", "Zonnebloem", "Rekenen lukt niet", "2015-03-09", "J. de Vries"):
        assert secret not in hidden

    no_reason = await browser.submit(path, f"{path}/leerling", toelichting="Ouders van Jan")
    assert no_reason.status_code == 422
    assert "Kies waarom u de gegevens nodig heeft." in no_reason.text
    assert 'value="Ouders van Jan"' in no_reason.text
    too_long = await browser.submit(path, f"{path}/leerling", reden="dubbel", toelichting="x" * 201)
    assert too_long.status_code == 422
    assert audited(world, "leerling_seen") == []

    shown = await browser.submit(path, f"{path}/leerling", reden="dubbel", toelichting="Ouders van Jan")
    assert shown.status_code == 200
    assert shown.headers["cache-control"] == "no-store"
    for secret in ("Quirijn", "Zonnebloem", "Rekenen lukt niet.", "2015-03-09", "Verslag Quirijn 1.pdf"):
        assert secret in shown.text
    ((nummer,),) = world.rows("SELECT dossiernummer FROM dossier")
    assert audited(world, "leerling_seen") == [
        ("lokaal:pietje helpdesk", inzending_id, f"reden=dubbel dossiernummer={nummer}")
    ]
    assert "Ouders" not in str(world.rows("SELECT * FROM audit"))


async def test_content_that_retention_took_is_said_to_be_gone(world: World, visitor: Visitor) -> None:
    inzending_id = await pushed(world, build_dossier())
    path, browser = f"/inzendingen/{inzending_id}", visitor(Role.HELPDESK)
    is_delivered(world, inzending_id)
    with writing(world.engine) as connection:
        retention.remove_content(connection, 0, 10)
    assert "De bewaartermijn is voorbij" in await browser.page(path)
    late = await browser.post(f"{path}/leerling", reden="dubbel")  # its form was open since before
    assert "De bewaartermijn is voorbij" in late.text
    assert audited(world, "leerling_seen") == []
    with writing(world.engine) as connection:
        retention.remove_history(connection, 0, 10)
    assert "Bezorgd in Kindkans" in await browser.page(path)


async def test_content_whose_seal_is_broken_is_not_shown_but_said(world: World, visitor: Visitor) -> None:
    first = await pushed(world, build_dossier())
    second = await pushed(world, build_dossier(hulpvraag_id="hv-2"))
    (body,) = world.rows(f"SELECT body FROM outbox_payload WHERE event_id = '{second}'")[0]
    swapped = bytes(body).replace(second.encode(), first.encode())
    with writing(world.engine) as connection:
        mark = "?" if world.engine.dialect.name == "sqlite" else "%s"
        connection.exec_driver_sql(
            f"UPDATE outbox_payload SET body = {mark} WHERE event_id = '{first}'", (swapped,)
        )
    response = await visitor(Role.HELPDESK).post(f"/inzendingen/{first}/leerling", reden="dubbel")
    assert response.status_code == 200
    assert "ZEGEL_ONGELDIG" in response.text
    assert "Quirijn" not in response.text


async def test_a_rejection_has_no_content_to_ask_for(world: World, visitor: Visitor) -> None:
    inzending_id = await pushed_case(world, RedenCode.LEERLING_ONVOLLEDIG)
    browser = visitor(Role.HELPDESK)
    page = await browser.page(f"/inzendingen/{inzending_id}")
    assert "Van een afgewezen hulpvraag bewaren wij geen inhoud." in page
    assert (await browser.post(f"/inzendingen/{inzending_id}/leerling", reden="dubbel")).status_code == 404


def evil_dossier(**fields: str) -> Dossier:
    """A string that would run in every field that a school can fill."""
    dossier = build_dossier(
        hulpvraag_id=EVIL[:60], bijlagen=(build_bijlage(1, naam="x"),), omschrijving=EVIL, **fields
    )
    hulpvraag = replace(
        dossier.hulpvraag,
        soort=EVIL,
        titel=EVIL,
        hulpvraagdatum=EVIL,
        indiener=replace(dossier.hulpvraag.indiener, naam=EVIL, functie=EVIL, email=EVIL),
    )
    pupil = replace(
        dossier.leerling,
        voornamen=EVIL,
        tussenvoegsel=EVIL,
        achternaam=fields.get("achternaam", EVIL),
        geslacht=EVIL,
        groep=EVIL,
    )
    bijlage = replace(dossier.bijlagen[0], naam=EVIL.replace("/", ""), mediatype=EVIL, omschrijving=EVIL)
    return replace(
        dossier,
        school=replace(dossier.school, naam=EVIL, plaats=EVIL),
        leerling=pupil,
        hulpvraag=hulpvraag,
        bijlagen=(bijlage,),
    )


async def test_nothing_that_a_school_fills_in_runs_on_any_page(world: World, visitor: Visitor) -> None:
    accepted = await pushed(world, evil_dossier())
    refused = await pushed(world, evil_dossier(achternaam="", brin="geen"))
    browser = visitor(Role.HELPDESK)
    is_delivered(world, accepted)
    pages = [
        await browser.page(f"/inzendingen/{accepted}"),
        await browser.page(f"/inzendingen/{refused}"),
        await browser.page(f"/inzendingen/{refused}/controle"),
        await browser.page(f"/inzendingen/{accepted}/verplaats"),
        (await browser.post(f"/inzendingen/{accepted}/leerling", reden="dubbel", toelichting=EVIL)).text,
    ]
    assert world.count("dossier") == 1
    for page in pages:
        assert "<script>alert" not in page
        assert "<img" not in page
    assert pages[0].count("&lt;script&gt;alert") >= 4
    assert pages[4].count("&lt;script&gt;alert") >= 14


async def test_a_dead_one_says_in_words_why_and_what_to_do(world: World, visitor: Visitor) -> None:
    inzending_id = await pushed(world, build_dossier())
    dies(world, inzending_id, "BIJLAGE_ONTBREEKT")
    page = await visitor(Role.HELPDESK).page(f"/inzendingen/{inzending_id}")
    words = DEAD_WORDS["BIJLAGE_ONTBREEKT"]
    assert words.betekenis in page
    assert words.doen in page
    assert f'href="/herstel/bevestig?id={inzending_id}"' in page
    assert "Vastgelopen" in page


def test_every_code_of_a_dead_letter_has_words() -> None:
    assert set(DEAD_WORDS) == {*(code.value for code in PoisonCode), REFUSED_BY_BROKER}


async def test_a_vestiging_and_a_brin_that_changed_later_are_in_the_explanation(
    world: World, visitor: Visitor
) -> None:
    school = Organisatie(
        organisatie_id=OrganisatieId("es"),
        swv_id=SwvId("swv-a"),
        naam="School es",
        brin=Brin("32DD"),
        vestiging=Vestiging("32DD01"),
    )
    world.change(admin.put_organisatie, school)
    inzending_id = await pushed(world, build_dossier(vestiging="01"))
    browser = visitor(Role.HELPDESK)
    seen = text_of(await browser.page(f"/inzendingen/{inzending_id}"))
    assert "daarin is organisatie School es ingesteld voor vestiging 32DD01" in seen
    world.organisatie("es", "swv-a", None)
    later = text_of(await browser.page(f"/inzendingen/{inzending_id}"))
    assert "bij School es is nu geen BRIN ingesteld" in later


async def test_an_accepted_one_has_nothing_to_check_again(world: World, visitor: Visitor) -> None:
    inzending_id = await pushed(world, build_dossier())
    response = await visitor(Role.HELPDESK).get(f"/inzendingen/{inzending_id}/controle")
    assert response.status_code == 404
    assert "er valt niets opnieuw te controleren" in response.text

"""Waar is mijn hulpvraag, as the helpdesk and an applicatiebeheerder see it: FAQ 2, 6, 8 and 9."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sqlalchemy import insert, select

from components.intake_world import World
from components.statements import record_statements
from database import outbox
from database.diagnosis import Asked, read_facts
from database.engine import reading, writing
from database.organisaties import Swv
from database.schema import inzending, listed_school
from dossier.brin import Brin
from dossier.identifiers import InzendingId, OmgevingId, SwvId, new_inzending_id
from helpdesk import administration as admin
from helpdesk.roles import Role
from routing.tables import KoppelingStatus
from unit.conftest import MakeDossier
from unit.helpdesk.pages.conftest import Browser, Visitor

MAIN = re.compile(r"<main.*</main>", re.S)


def text_of(html: str) -> str:
    """What is read of it."""
    found = MAIN.search(html)
    assert found is not None
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[0])).split())


async def ask(browser: Browser, query: str) -> str:
    return text_of(await browser.page(f"/waar?{query}"))


def titles(html: str) -> list[str]:
    return [text_of(f"<main>{t}</main>") for t in re.findall(r"<h3 id=\"uitkomst.*?</h3>", html, re.S)]


def deliver(world: World) -> None:
    for (event_id,) in world.rows("SELECT event_id FROM outbox"):
        world.change(lambda connection, _, id=event_id: outbox.mark_delivered(connection, InzendingId(id)))


def other_swv(world: World) -> None:
    world.change(admin.put_swv, Swv(swv_id=SwvId("swv-b"), naam="Geheim Verband"))


# The phone calls --------------------------------------------------------------------------------


async def test_faq_2_a_number_that_is_not_seen_is_at_an_organisatie_that_is_named(
    world: World, visitor: Visitor, make_dossier: MakeDossier
) -> None:
    number = await world.number(make_dossier())
    deliver(world)
    html = await visitor(Role.HELPDESK).page("/waar?brin=32DD")
    assert titles(html) == [
        "Goed Bezorgd bij School es",
        "Goed Aan de instellingen valt niets te herstellen",
    ]
    text = text_of(html)
    assert f"dossiernummer {number}" in text
    assert "Controleer via Beheer > Accounts > Accounts welke school bij het account staat ingesteld" in text
    assert "Geef dit aan bij uw samenwerkingsverband. Vermeld daarbij de brincode van uw school" in text


async def test_faq_2_a_brin_that_was_repaired_shows_what_was_delivered_elsewhere(
    world: World, visitor: Visitor, make_dossier: MakeDossier
) -> None:
    await world.number(make_dossier())
    deliver(world)
    world.organisatie("es", "swv-a", None)
    world.organisatie("juist", "swv-a", "32DD")
    text = await ask(visitor(Role.HELPDESK), "brin=32DD")
    assert "Bezorgd bij School es, maar de brincode hoort nu bij School juist" in text
    assert "verplaats de hulpvraag" in text


async def test_faq_6_a_file_that_is_too_large_is_told_with_what_the_school_must_do(
    world: World, visitor: Visitor, make_dossier: MakeDossier
) -> None:
    await world.push(make_dossier(), b"x" * (5 * 1024 * 1024 + 1))
    html = await visitor(Role.HELPDESK).page("/waar?brin=32dd")
    assert titles(html) == ["Herstellen Afgewezen: de hulpvraag kreeg dossiernummer -1"]
    text = text_of(html)
    assert "Bijlage 1 is te groot" in text
    assert "Verklein het bestand of splits het in kleinere bestanden" in text
    assert "Quirijn" not in html  # the names of leerling and file are nowhere


async def test_faq_6_a_brin_that_is_set_nowhere_is_told_and_after_the_repair_to_send_again(
    world: World, visitor: Visitor, make_dossier: MakeDossier
) -> None:
    world.organisatie("es", "swv-a", None)
    assert await world.codes(make_dossier()) == ["BRIN_NIET_INGESTELD"]
    browser = visitor(Role.HELPDESK)
    before = titles(await browser.page("/waar?brin=32DD"))
    assert before == [
        "Herstellen De brincode is niet ingesteld",
        "Herstellen Afgewezen: de hulpvraag kreeg dossiernummer -1",
    ]
    world.organisatie("es", "swv-a", "32DD")
    text = await ask(browser, "brin=32DD")
    assert "Afgewezen, maar de oorzaak is hersteld" in text
    assert "Verstuur de hulpvraag opnieuw vanuit ParnasSys" in text


async def test_faq_6_what_was_refused_first_and_then_accepted_is_no_problem(
    world: World, visitor: Visitor, make_dossier: MakeDossier
) -> None:
    world.organisatie("es", "swv-a", None)
    await world.codes(make_dossier())
    world.organisatie("es", "swv-a", "32DD")
    await world.number(make_dossier())
    assert "Afgewezen" not in await ask(visitor(Role.HELPDESK), "brin=32DD")


async def test_faq_6_a_vestiging_that_is_set_nowhere_is_told(
    world: World, visitor: Visitor, make_dossier: MakeDossier
) -> None:
    with writing(world.engine) as connection:
        connection.exec_driver_sql("UPDATE organisatie SET vestiging = '32DD01'")
        connection.exec_driver_sql("UPDATE settings_version SET version = version + 1")
    assert await world.codes(make_dossier(vestiging="00")) == ["BRIN_NIET_INGESTELD"]
    assert "alleen ingesteld voor School es (32DD01)" in await ask(visitor(Role.HELPDESK), "brin=32DD")


async def test_faq_8_a_school_without_a_koppeling_is_told_to_give_brin_and_swv(
    world: World, visitor: Visitor
) -> None:
    world.list_school("17GU00")
    world.organisatie("gu", "swv-a", "17GU")
    html = await visitor(Role.HELPDESK).page("/waar?brin=17GU")
    assert titles(html) == ["Herstellen Er is geen koppeling", "Let op Niets ontvangen"]
    assert "bij Leerling > Begeleiding geen ‘Kindkans’ staan" in text_of(html)
    assert 'href="/beheer/koppelingen"' in html


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (KoppelingStatus.INACTIEF, "De koppeling staat uit"),
        (KoppelingStatus.AANGEVRAAGD, "De koppeling is aangevraagd, maar nog niet geactiveerd"),
    ],
)
async def test_faq_8_a_koppeling_that_is_not_active_is_told_with_its_last_use(
    world: World, visitor: Visitor, make_dossier: MakeDossier, status: KoppelingStatus, said: str
) -> None:
    world.koppeling("k-es", "omg-es", "swv-a", "32DD", status=status)
    assert await world.codes(make_dossier()) == ["KOPPELING_INACTIEF"]
    text = await ask(visitor(Role.HELPDESK), "brin=32DD")
    assert said in text
    if status is KoppelingStatus.INACTIEF:
        assert "Er kwam nog nooit een hulpvraag van deze school door" in text


async def test_faq_8_all_is_set_and_nothing_came(world: World, visitor: Visitor) -> None:
    text = await ask(visitor(Role.HELPDESK), "brin=32DD")
    assert "Alles is goed ingesteld, maar van deze school is nog geen hulpvraag ontvangen" in text
    assert "Raadpleeg in ParnasSys het dossiernummer van de hulpvraag" in text


async def test_faq_9_a_brin_that_is_in_no_list_shows_all_that_is_wrong_at_once(
    world: World, visitor: Visitor
) -> None:
    html = await visitor(Role.HELPDESK).page("/waar?brin=99ZZ")
    assert titles(html) == [
        "Herstellen De brincode staat niet in de landelijke lijst",
        "Herstellen Er is geen koppeling",
        "Herstellen De brincode is niet ingesteld",
        "Let op Niets ontvangen",
    ]


async def test_a_brin_at_two_organisaties_and_a_koppeling_of_another_school_are_told(
    world: World, visitor: Visitor, make_dossier: MakeDossier
) -> None:
    world.organisatie("es2", "swv-a", "32DD")
    world.list_school("17GU00")
    await world.push(make_dossier(brin="17GU"))
    browser = visitor(Role.HELPDESK)
    assert "32DD is ingesteld bij School es en School es2 van De Heuvels" in await ask(browser, "brin=32DD")
    assert "geldt niet voor deze brincode" in await ask(browser, "brin=17GU")


async def test_a_dead_letter_and_what_is_under_way_are_told(
    world: World, visitor: Visitor, make_dossier: MakeDossier
) -> None:
    await world.number(make_dossier())
    browser = visitor(Role.HELPDESK)
    assert "Onderweg naar Kindkans" in await ask(browser, "brin=32DD")
    with writing(world.engine) as connection:
        connection.exec_driver_sql(
            "UPDATE outbox SET state = 'dood', dead_code = 'ONLEESBAAR', finished_ms = created_ms"
        )
    text = await ask(browser, "brin=32DD")
    assert "Vastgelopen: geaccepteerd, maar niet in Kindkans aangekomen" in text
    assert "Verstuur de hulpvraag niet opnieuw" in text


# What is typed ----------------------------------------------------------------------------------


async def test_a_part_of_a_name_offers_the_schools_that_have_it(world: World, visitor: Visitor) -> None:
    world.list_school("17GU00")
    html = await visitor(Role.HELPDESK).page("/waar?brin=es+HASS%C3%89LT")
    assert 'href="/waar?brin=32DD"' in html
    assert 'href="/waar?brin=17GU"' in html


async def test_no_more_than_25_schools_are_offered(world: World, visitor: Visitor) -> None:
    rows = [
        {
            "vestiging": f"10A{chr(65 + n)}00",
            "brin": f"10A{chr(65 + n)}",
            "naam": "De Es",
            "plaats": "Hasselt",
            "origin": "lijst",
        }
        for n in range(26)
    ]
    with writing(world.engine) as connection:
        connection.execute(insert(listed_school), rows)
    html = await visitor(Role.HELPDESK).page("/waar?brin=hasselt")
    assert html.count('href="/waar?brin=') == 25
    assert "Er zijn meer dan 25 scholen" in html


@pytest.mark.parametrize(
    ("query", "error"),
    [("brin=Nergens", "Dit is geen brincode"), ("brin=32DD&datum=morgen", "Dit is geen datum")],
)
async def test_what_is_typed_wrong_is_told_beside_its_field(
    world: World, visitor: Visitor, query: str, error: str
) -> None:
    response = await visitor(Role.HELPDESK).get(f"/waar?{query}")
    assert response.status_code == 422
    assert error in response.text
    assert 'aria-invalid="true"' in response.text


async def test_a_vestigingscode_is_its_brin_and_nothing_typed_is_an_empty_form(
    world: World, visitor: Visitor
) -> None:
    browser = visitor(Role.HELPDESK)
    assert "De Es (brincode 32DD)" in await ask(browser, "brin=32dd00")
    assert "uitkomst-1" not in await browser.page("/waar")


async def test_a_date_looks_three_days_around_it(
    world: World, visitor: Visitor, make_dossier: MakeDossier
) -> None:
    await world.push(make_dossier())  # received on 2024-09-01
    browser = visitor(Role.HELPDESK)
    for day in ("2024-08-29", "2024-09-01", "2024-09-04"):
        assert "Onderweg" in await ask(browser, f"brin=32DD&datum={day}")
    for day in ("2024-08-28", "2024-09-05"):
        assert "Andere hulpvragen van deze school zijn er wel" in await ask(browser, f"brin=32DD&datum={day}")


# The surname ------------------------------------------------------------------------------------


async def test_a_surname_finds_only_the_pupils_own_and_leaves_no_trace(
    world: World, visitor: Visitor, make_dossier: MakeDossier, caplog: pytest.LogCaptureFixture
) -> None:
    number = await world.number(make_dossier(achternaam="Vlinderstruik"))
    await world.push(make_dossier(hulpvraag_id="hv-2", achternaam="Anders"), b"")
    browser = visitor(Role.HELPDESK)
    response = await browser.post("/waar", brin="32DD", achternaam="VLINDERSTRUÍK")
    assert response.status_code == 200
    assert str(response.url).endswith("/waar")
    assert f"dossiernummer {number}" in text_of(response.text)
    assert "Afgewezen" not in text_of(response.text)
    audited = world.rows("SELECT actor, subject, detail FROM audit WHERE action = 'surname_searched'")
    assert audited == [("lokaal:pietje helpdesk", "32DD", "")]
    assert "vlinder" not in caplog.text.lower()
    for (table,) in [("audit",), ("sessie",), ("inzending",)]:
        assert "vlinder" not in str(world.rows(f"SELECT * FROM {table}")).lower()
    for link in re.findall(r'(?:href|action)="([^"]*)"', response.text):
        assert "vlinder" not in link.lower()
    mails = re.findall(r"<textarea.*?</textarea>", response.text, re.S)
    assert mails
    assert "vlinder" not in "".join(mails).lower()


async def test_a_surname_in_the_url_is_not_looked_at(
    world: World, visitor: Visitor, make_dossier: MakeDossier
) -> None:
    await world.number(make_dossier(achternaam="Vlinderstruik"))
    html = await visitor(Role.HELPDESK).page("/waar?brin=32DD&achternaam=Niemand")
    assert "Niemand" not in html
    assert "Onderweg" in html
    assert not world.count("audit", "action = 'surname_searched'")


async def test_a_surname_nobody_sent_says_that_there_are_others(
    world: World, visitor: Visitor, make_dossier: MakeDossier
) -> None:
    await world.number(make_dossier())
    response = await visitor(Role.HELPDESK).post("/waar", brin="32DD", achternaam="Niemand")
    assert "Van wat u zocht is niets ontvangen" in text_of(response.text)


async def test_a_surname_is_needed_and_kept_in_the_form(world: World, visitor: Visitor) -> None:
    browser = visitor(Role.HELPDESK)
    empty = await browser.post("/waar", brin="32DD", achternaam="")
    assert empty.status_code == 422
    assert "Vul de achternaam van de leerling in" in empty.text
    assert 'name="csrf"' in empty.text
    kept = await browser.post("/waar", brin="32DD", datum="x", achternaam="De Vries")
    assert kept.status_code == 422
    assert 'value="De Vries"' in kept.text


# Another SWV's ----------------------------------------------------------------------------------


async def test_an_applicatiebeheerder_is_told_only_of_the_own_swv(
    world: World, visitor: Visitor, make_dossier: MakeDossier
) -> None:
    other_swv(world)
    number = await world.number(make_dossier())
    deliver(world)
    html = await visitor(Role.APPLICATIEBEHEERDER, "swv-b").page("/waar?brin=32DD")
    text = text_of(html)
    assert "32DD staat niet bij uw samenwerkingsverband ingesteld" in text
    for secret in ("swv-a", "De Heuvels", "School es", "k-es", "omg-es", f"dossiernummer {number}"):
        assert secret not in html
    own = await ask(visitor(Role.APPLICATIEBEHEERDER, "swv-a"), "brin=32DD")
    assert "Bezorgd bij School es" in own


async def test_a_brin_at_another_swv_is_named_to_the_helpdesk_and_not_to_an_applicatiebeheerder(
    world: World, visitor: Visitor, make_dossier: MakeDossier
) -> None:
    other_swv(world)
    world.organisatie("es", "swv-a", None)
    world.organisatie("elders", "swv-b", "32DD")
    assert await world.codes(make_dossier()) == ["BRIN_NIET_INGESTELD"]
    helpdesk = await ask(visitor(Role.HELPDESK), "brin=32DD")
    assert "leidt naar De Heuvels, maar 32DD is ingesteld bij School elders (Geheim Verband)" in helpdesk
    html = await visitor(Role.APPLICATIEBEHEERDER, "swv-a").page("/waar?brin=32DD")
    assert "staat niet bij uw samenwerkingsverband ingesteld" in html
    assert "Afgewezen" in html  # its own koppeling, so its own inzending
    for secret in ("Geheim", "swv-b", "elders"):
        assert secret not in html


async def test_a_dossier_that_went_to_another_swv_is_told_without_a_name(
    world: World, visitor: Visitor, make_dossier: MakeDossier
) -> None:
    other_swv(world)
    await world.number(make_dossier())
    deliver(world)
    world.organisatie("elders", "swv-b", None)
    with writing(world.engine) as connection:
        connection.exec_driver_sql("UPDATE dossier SET swv_id = 'swv-b', organisatie_id = 'elders'")
    html = await visitor(Role.APPLICATIEBEHEERDER, "swv-a").page("/waar?brin=32DD")
    assert "een organisatie die niet (meer) bij uw samenwerkingsverband hoort" in html
    for secret in ("Geheim", "swv-b", "elders"):
        assert secret not in html
    theirs = await visitor(Role.APPLICATIEBEHEERDER, "swv-b").page("/waar?brin=32DD")
    assert "Bezorgd bij School elders" in theirs


async def test_an_applicatiebeheerder_asks_the_helpdesk_for_a_koppeling(
    world: World, visitor: Visitor
) -> None:
    world.list_school("17GU00")
    world.organisatie("gu", "swv-a", "17GU")
    html = await visitor(Role.APPLICATIEBEHEERDER, "swv-a").page("/waar?brin=17GU")
    assert "Neem contact op met de helpdesk van Kindkans via het formulier" in html
    assert "/beheer/koppelingen" not in html


# The rest ---------------------------------------------------------------------------------------

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


async def test_what_a_school_or_a_person_types_is_text(
    world: World, visitor: Visitor, make_dossier: MakeDossier
) -> None:
    await world.number(make_dossier())
    deliver(world)
    with writing(world.engine) as connection:
        connection.exec_driver_sql("UPDATE organisatie SET naam = '" + EVIL.replace("'", "''") + "'")
        connection.exec_driver_sql("UPDATE listed_school SET naam = '" + EVIL.replace("'", "''") + "'")
    browser = visitor(Role.HELPDESK, naam=EVIL)
    pages = [
        await browser.page("/waar?brin=32DD"),
        await browser.page("/waar?brin=hasselt"),
        (await browser.client.get("/waar", params={"brin": EVIL, "datum": EVIL})).text,
        (await browser.post("/waar", brin="32DD", achternaam=EVIL)).text,
    ]
    for html in pages:
        assert "<script>alert" not in html
        assert "<img" not in html
        assert "&lt;script&gt;" in html


async def test_the_number_of_statements_does_not_grow(world: World, make_dossier: MakeDossier) -> None:
    def count() -> int:
        ran = record_statements(world.engine)
        with reading(world.engine) as connection:
            read_facts(connection, Asked(brin=Brin("32DD")))
        return len([1 for statement, _ in ran if statement.lstrip().upper().startswith("SELECT")])

    before = count()
    for n in range(4):
        await world.push(make_dossier(hulpvraag_id=f"hv-{n}"), b"" if n % 2 else b"x")
    world.organisatie("es2", "swv-a", "32DD")
    world.koppeling("k2", "omg-2", "swv-a", "32DD")
    await world.push(make_dossier(), omgeving=OmgevingId("omg-3"), inzending_id=new_inzending_id())
    assert count() == before


@pytest.mark.parametrize("visible_to", [None, SwvId("swv-a")])
async def test_the_inzendingen_are_found_through_the_index_on_brin(
    world: World, make_dossier: MakeDossier, visible_to: SwvId | None
) -> None:
    await world.codes(make_dossier(), b"")
    (one,) = world.rows("SELECT inzending_id FROM inzending")
    rows = [
        {"inzending_id": f"{n:032x}", "bericht_id": f"{n:036x}", "brin": f"{n % 90 + 10}AA"}
        for n in range(5_000)
    ]
    with writing(world.engine) as connection:
        like = select(inzending).where(inzending.c.inzending_id == one[0])
        model = dict(connection.execute(like).one()._mapping)
        connection.execute(insert(inzending), [{**model, **row} for row in rows])
    with world.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    ran = record_statements(world.engine)
    with reading(world.engine) as connection:
        read_facts(connection, Asked(brin=Brin("32DD"), visible_to=visible_to))
        asked = [s for s in ran if "FROM inzending LEFT" in s[0]]
        assert len(asked) == 2
        explain = "EXPLAIN QUERY PLAN " if world.engine.dialect.name == "sqlite" else "EXPLAIN "
        for statement, parameters in asked:
            plan = str(connection.exec_driver_sql(explain + statement, parameters).all())
            assert "ix_inzending_brin" in plan, plan

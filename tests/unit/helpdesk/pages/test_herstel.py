"""Offering again what is stuck, and moving a dossier: confirmed, once, by who may, with an audit row."""

from __future__ import annotations

import html
import re

import pytest

from components.intake_world import World
from database import outbox
from database.engine import writing
from database.organisaties import Swv
from dossier.identifiers import InzendingId, OmgevingId, SwvId
from helpdesk import administration as admin
from helpdesk.roles import Role
from unit.conftest import build_dossier
from unit.helpdesk.pages.cases import audited, dies, is_delivered, pushed
from unit.helpdesk.pages.conftest import Browser, Visitor

EVIL = "<script>alert(1)</script>"


def state(world: World, event_id: InzendingId) -> str:
    return str(world.rows(f"SELECT state FROM outbox WHERE event_id = '{event_id}'")[0][0])


def second_swv(world: World) -> None:
    """swv-b with a school of its own, and an omgeving that pushes for it."""
    world.list_school("17GU00")
    world.change(admin.put_swv, Swv(swv_id=SwvId("swv-b"), naam="De Dalen"))
    world.organisatie("dal", "swv-b", "17GU")
    world.koppeling("k-dal", "omg-dal", "swv-b", "17GU")


async def dead(world: World, n: int, code: str = "VERWERKING_MISLUKT") -> InzendingId:
    event_id = await pushed(world, build_dossier(hulpvraag_id=f"hv-{n}"))
    dies(world, event_id, code)
    return event_id


def hidden(page: str, action: str) -> dict[str, str]:
    form = next(
        f for f in re.findall(r"<form.*?</form>", page, re.S) if f'action="{action}" method="post"' in f
    )
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in fields}


# Dead letters -----------------------------------------------------------------------------------


async def test_one_is_offered_again_once_however_often_is_clicked(world: World, visitor: Visitor) -> None:
    event_id = await dead(world, 1)
    browser = visitor(Role.HELPDESK)
    confirm = await browser.page(f"/herstel/bevestig?id={event_id}")
    assert "1 hulpvraag opnieuw aanbieden?" in confirm
    assert state(world, event_id) == "dood"  # asking does nothing
    fields = hidden(confirm, "/herstel")
    first = await browser.post("/herstel", **fields)
    second = await browser.post("/herstel", **fields)
    assert first.headers["location"] == f"/inzendingen/{event_id}?gedaan=opnieuw"
    assert second.headers["location"] == f"/inzendingen/{event_id}?gedaan=opnieuw-niets"
    assert "Opnieuw aangeboden aan Kindkans" in await browser.page(first.headers["location"])
    assert state(world, event_id) == "wachtend"
    assert audited(world, "dead_letter_retried") == [("lokaal:pietje helpdesk", event_id, "")]


async def test_two_people_with_the_same_page_do_it_once(world: World, visitor: Visitor) -> None:
    events = [await dead(world, n) for n in (1, 2)]
    path = "/herstel/bevestig?" + "&".join(f"id={e}" for e in events)
    ours, theirs = visitor(Role.HELPDESK), visitor(Role.BEHEERDER)
    mine, other = [hidden(await b.page(path), "/herstel") for b in (ours, theirs)]
    await ours.post("/herstel", **{**mine, "id": events})
    late = await theirs.post("/herstel", **{**other, "id": events})
    assert late.headers["location"] == "/herstel?gedaan=opnieuw-niets"
    assert len(audited(world, "dead_letter_retried")) == 2

    dies(world, events[0])  # it died again since the page was made: that is another thing to decide
    again = await theirs.post("/herstel", **{**other, "id": events})
    assert again.status_code == 409
    assert state(world, events[0]) == "dood"


async def test_the_list_is_by_code_in_words_and_can_be_filtered(world: World, visitor: Visitor) -> None:
    one = await dead(world, 1)
    other = await dead(world, 2, "BIJLAGE_ONTBREEKT")
    browser = visitor(Role.HELPDESK)
    page = await browser.page("/herstel")
    assert "1 keer VERWERKING_MISLUKT" in page
    assert "Het bestand van een bijlage staat niet (meer) in de opslag." in page
    assert one in page
    assert other in page
    filtered = await browser.page("/herstel?code=BIJLAGE_ONTBREEKT")
    assert f'value="{other}"' in filtered
    assert f'value="{one}"' not in filtered
    assert "Zonnebloem" not in page + filtered


async def test_all_of_one_kind_are_those_that_were_seen(world: World, visitor: Visitor) -> None:
    seen = [await dead(world, n) for n in (1, 2)]
    other = await dead(world, 3, "BIJLAGE_ONTBREEKT")
    browser = visitor(Role.HELPDESK)
    confirm = await browser.page("/herstel/bevestig?soort=VERWERKING_MISLUKT")
    assert "2 hulpvragen opnieuw aanbieden?" in confirm
    fields = hidden(confirm, "/herstel")
    later = await dead(world, 4)
    with writing(world.engine) as connection:
        connection.exec_driver_sql(
            f"UPDATE outbox SET finished_ms = finished_ms + 1000 WHERE event_id = '{later}'"
        )
    done = await browser.post("/herstel", **fields)
    assert done.headers["location"] == "/herstel?gedaan=opnieuw"
    assert [state(world, e) for e in seen] == ["wachtend", "wachtend"]
    assert [state(world, e) for e in (other, later)] == ["dood", "dood"]
    again = await browser.post("/herstel", **fields)
    assert again.headers["location"] == "/herstel?gedaan=opnieuw-niets"


async def test_a_colleague_who_took_some_of_a_kind_is_told(world: World, visitor: Visitor) -> None:
    one, _ = [await dead(world, n) for n in (1, 2)]
    browser = visitor(Role.HELPDESK)
    fields = hidden(await browser.page("/herstel/bevestig?soort=VERWERKING_MISLUKT"), "/herstel")
    world.change(admin.retry_dead_letters, [one])
    response = await browser.post("/herstel", **fields)
    assert response.status_code == 409
    assert "Iemand heeft dit intussen gewijzigd." in response.text


async def test_an_applicatiebeheerder_sees_and_retries_only_its_own(world: World, visitor: Visitor) -> None:
    second_swv(world)
    own = await dead(world, 1)
    foreign = await pushed(
        world, build_dossier(hulpvraag_id="hv-9", brin="17GU"), omgeving=OmgevingId("omg-dal")
    )
    dies(world, foreign)
    browser = visitor(Role.APPLICATIEBEHEERDER, "swv-a")
    page = await browser.page("/herstel")
    assert own in page
    assert foreign not in page
    assert (await browser.get(f"/herstel/bevestig?id={foreign}")).status_code == 404
    fields = hidden(await browser.page(f"/herstel/bevestig?id={own}"), "/herstel")
    sneaked = await browser.post("/herstel", **{**fields, "id": [own, foreign]})
    assert sneaked.status_code == 303
    kind = await browser.post("/herstel", soort="VERWERKING_MISLUKT", tot="9" * 15, slot="x")
    assert kind.headers["location"] == "/herstel?gedaan=opnieuw-niets"
    assert state(world, own) == "wachtend"
    assert state(world, foreign) == "dood"


@pytest.mark.parametrize("fields", [{"soort": "X\0", "tot": "1"}, {"soort": "X", "tot": "1e3"}])
async def test_a_form_that_is_not_ours_in_full_does_nothing(
    world: World, visitor: Visitor, fields: dict[str, str]
) -> None:
    response = await visitor(Role.HELPDESK).post("/herstel", **fields)
    assert response.status_code == 422


async def test_nothing_chosen_and_nothing_stuck_are_said_in_words(world: World, visitor: Visitor) -> None:
    browser = visitor(Role.HELPDESK)
    assert "Er is niets vastgelopen." in await browser.page("/herstel")
    nothing = await browser.get("/herstel/bevestig")
    assert nothing.status_code == 422
    assert "Kies eerst wat u opnieuw wilt aanbieden." in nothing.text
    assert (await browser.get("/herstel/bevestig?soort=ONLEESBAAR")).status_code == 404
    many = "&".join(["id=" + "0" * 32] * 101)
    assert (await browser.get(f"/herstel/bevestig?{many}")).status_code == 422


async def test_a_school_whose_name_is_a_script_stays_a_name(world: World, visitor: Visitor) -> None:
    event_id = await dead(world, 1)
    with writing(world.engine) as connection:
        connection.exec_driver_sql(f"UPDATE inzending SET schoolnaam = '{EVIL}'")
    browser = visitor(Role.HELPDESK)
    for path in ("/herstel", f"/herstel/bevestig?id={event_id}"):
        page = await browser.page(path)
        assert EVIL not in page
        assert html.escape(EVIL) in page


# Moves ------------------------------------------------------------------------------------------


async def delivered(world: World, n: int = 1) -> str:
    event_id = await pushed(world, build_dossier(hulpvraag_id=f"hv-{n}"))
    is_delivered(world, event_id)
    return f"/inzendingen/{event_id}"


def path_id(path: str) -> InzendingId:
    return InzendingId(path.rsplit("/", 1)[1])


async def confirmed(browser: Browser, path: str, naar: str, toelichting: str = "Verkeerde school") -> str:
    """The page that asks for a confirmation."""
    response = await browser.submit(
        f"{path}/verplaats", f"{path}/verplaats/bevestig", organisatie=naar, toelichting=toelichting
    )
    assert response.status_code == 200, response.text
    return response.text


async def test_a_move_says_what_it_will_do_and_does_it_once(world: World, visitor: Visitor) -> None:
    world.organisatie("wei", "swv-a", "17GU")
    path, browser = await delivered(world), visitor(Role.HELPDESK)
    page = await confirmed(browser, path, "wei", f"Verkeerde school {EVIL}")
    assert EVIL not in page
    assert "verplaatsen naar School wei?" in page
    assert "de school hoeft niets opnieuw te versturen" in page
    assert world.count("verplaatsing") == 0
    fields = hidden(page, f"{path}/verplaats")
    first = await browser.post(f"{path}/verplaats", **fields)
    second = await browser.post(f"{path}/verplaats", **fields)
    assert first.headers["location"] == f"{path}?gedaan=verplaatst"
    assert second.headers["location"] == f"{path}?gedaan=verplaatst-niets"
    assert world.rows("SELECT organisatie_id FROM dossier") == [("wei",)]
    assert world.count("verplaatsing") == 1
    ((actor, _, detail),) = audited(world, "dossier_moved")
    assert actor == "lokaal:pietje helpdesk"
    assert "Verkeerde" not in detail
    after = html.unescape(await browser.page(path))
    assert "Verplaatst van School es naar School wei door lokaal:pietje helpdesk." in after
    assert "Daarna is het dossier verplaatst" in after
    assert EVIL not in await browser.page(path)
    assert 'hx-trigger="every 5s"' in after  # the store has not confirmed the move yet


async def test_two_people_who_move_it_elsewhere_are_not_both_right(world: World, visitor: Visitor) -> None:
    world.organisatie("wei", "swv-a", "17GU")
    world.organisatie("hei", "swv-a", "18AA")
    path = await delivered(world)
    ours, theirs = visitor(Role.HELPDESK), visitor(Role.BEHEERDER)
    mine = hidden(await confirmed(ours, path, "wei"), f"{path}/verplaats")
    other = hidden(await confirmed(theirs, path, "hei"), f"{path}/verplaats")
    await ours.post(f"{path}/verplaats", **mine)
    assert (await theirs.post(f"{path}/verplaats", **other)).status_code == 409
    assert world.rows("SELECT organisatie_id FROM dossier") == [("wei",)]


async def test_what_is_not_filled_in_is_said_beside_the_field(world: World, visitor: Visitor) -> None:
    world.organisatie("wei", "swv-a", "17GU")
    path, browser = await delivered(world), visitor(Role.HELPDESK)
    empty = await browser.post(f"{path}/verplaats/bevestig")
    assert empty.status_code == 422
    assert "Kies een organisatie." in empty.text
    assert "Schrijf op waarom u het dossier verplaatst." in empty.text
    for organisatie, toelichting, message in (
        ("es", "waarom", "Het dossier staat al bij deze organisatie."),
        ("wei", "x" * 1001, "De toelichting mag maximaal 1000 tekens zijn."),
        ("wei", "a\0b", "De toelichting bevat een teken dat niet mag."),
    ):
        response = await browser.post(
            f"{path}/verplaats/bevestig", organisatie=organisatie, toelichting=toelichting
        )
        assert response.status_code == 422
        assert message in response.text
    assert 'value="wei" required checked' in response.text


async def test_organisaties_are_found_by_name_and_brin_and_are_the_own_swvs(
    world: World, visitor: Visitor
) -> None:
    second_swv(world)
    world.organisatie("wei", "swv-a", "18AA")
    path = await delivered(world)
    helpdesk, own = visitor(Role.HELPDESK), visitor(Role.APPLICATIEBEHEERDER, "swv-a")
    everything = await helpdesk.page(f"{path}/verplaats")
    assert "School dal" in everything
    assert "School dal" in await helpdesk.page(f"{path}/verplaats?zoek=17gu")
    assert "School wei" not in await helpdesk.page(f"{path}/verplaats?zoek=17gu")
    assert "School dal" not in await own.page(f"{path}/verplaats")
    refused = await own.post(f"{path}/verplaats/bevestig", organisatie="dal", toelichting="waarom")
    assert refused.status_code == 422
    assert "De Dalen" not in refused.text


async def test_a_dossier_that_went_to_another_swv_is_theirs(world: World, visitor: Visitor) -> None:
    second_swv(world)
    path, browser = await delivered(world), visitor(Role.HELPDESK)
    page = await confirmed(browser, path, "dal")
    assert "Dit is een ander samenwerkingsverband." in page
    await browser.post(f"{path}/verplaats", **hidden(page, f"{path}/verplaats"))
    old, new = visitor(Role.APPLICATIEBEHEERDER, "swv-a"), visitor(Role.APPLICATIEBEHEERDER, "swv-b")
    assert "verplaatst naar een ander samenwerkingsverband" in await old.page(path)
    assert (await old.post(f"{path}/leerling", reden="dubbel")).status_code == 404
    assert (await old.get(f"{path}/verplaats")).status_code == 404
    assert "Zonnebloem" in (await new.post(f"{path}/leerling", reden="dubbel")).text


async def test_what_the_store_does_not_have_yet_is_not_moved(world: World, visitor: Visitor) -> None:
    world.organisatie("wei", "swv-a", "17GU")
    path = f"/inzendingen/{await pushed(world, build_dossier())}"
    browser = visitor(Role.HELPDESK)
    message = "Het dossier is nog niet helemaal bezorgd in Kindkans."
    assert message in await browser.page(f"{path}/verplaats")
    fields = {"organisatie": "wei", "toelichting": "Verkeerde school"}
    early = await browser.post(f"{path}/verplaats/bevestig", **fields)
    assert (early.status_code, message in early.text) == (422, True)

    world.change(lambda connection, _: outbox.mark_delivered(connection, path_id(path)))
    ready = hidden(await confirmed(browser, path, "wei"), f"{path}/verplaats")
    with writing(world.engine) as connection:  # the store lost it since the page was made
        outbox.offer_again(connection, path_id(path))
    late = await browser.post(f"{path}/verplaats", **ready)
    assert (late.status_code, message in late.text) == (422, True)
    assert world.count("verplaatsing") == 0


async def test_a_move_that_got_stuck_is_offered_again_from_the_page(world: World, visitor: Visitor) -> None:
    world.organisatie("wei", "swv-a", "17GU")
    path, browser = await delivered(world), visitor(Role.HELPDESK)
    await browser.post(
        f"{path}/verplaats", **hidden(await confirmed(browser, path, "wei"), f"{path}/verplaats")
    )
    ((event_id,),) = world.rows("SELECT event_id FROM verplaatsing")
    dies(world, event_id, "DOSSIER_ONBEKEND")
    page = await browser.page(path)
    assert "Een verplaatsing is vastgelopen (DOSSIER_ONBEKEND)" in page
    assert f"/herstel/bevestig?id={event_id}" in page
    assert "(verplaatsing)" in await browser.page("/herstel")
    fields = hidden(await browser.page(f"/herstel/bevestig?id={event_id}"), "/herstel")
    assert (await browser.post("/herstel", **fields)).headers["location"] == "/herstel?gedaan=opnieuw"
    assert state(world, event_id) == "wachtend"

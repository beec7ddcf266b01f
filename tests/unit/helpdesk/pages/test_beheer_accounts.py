"""Beheer > Accounts: an account is made and changed, and what is shown once (FAQ 10)."""

from __future__ import annotations

import asyncio
import re

import pytest

from components.intake_world import World
from database.engine import reading, writing
from helpdesk.audit_words import words_of_action
from helpdesk.desk import Desk
from helpdesk.roles import Role
from unit.helpdesk.pages.account_pages import (
    ACCOUNTS,
    ANNA,
    NEW,
    Make,
    add,
    ask_new,
    code_of,
    everything_written,
    id_in,
    log_in,
    maker,
    path_of,
    shown,
)
from unit.helpdesk.pages.cases import audited
from unit.helpdesk.pages.conftest import Visitor, fields_of
from unit.helpdesk.pages.listed import plain


@pytest.fixture
def make(world: World, desk: Desk) -> Make:
    return maker(world, desk)


# A new one -------------------------------------------------------------------------------------


async def test_a_new_account_logs_in_with_what_was_shown_and_is_out_once_it_is_blocked(
    visitor: Visitor, desk: Desk, make: Make, world: World
) -> None:
    boss = visitor(Role.BEHEERDER)
    made = await add(boss)
    password, sleutel = shown(made.text, "wachtwoord"), shown(made.text, "sleutel")
    anna = await log_in(visitor, "anna", password, code_of(desk, sleutel))
    assert anna is not None
    assert "Anna de Vries" in await anna.page("/mijn-account")

    path = f"{ACCOUNTS}/{id_in(made.text)}"
    assert "1 sessie, laatst gezien" in await boss.page(path)
    assert "wordt meteen uitgelogd" in await boss.page(f"{path}/blokkeren")
    done = await boss.submit(f"{path}/blokkeren", f"{path}/blokkeren")
    assert done.headers["location"] == f"{path}?gedaan=geblokkeerd"
    assert (await anna.get("/mijn-account")).headers["location"].startswith("/inloggen")
    assert await log_in(visitor, "anna", password, code_of(desk, sleutel, 1)) is None
    assert "Geblokkeerd" in await boss.page(path)

    await boss.submit(f"{path}/deblokkeren", f"{path}/deblokkeren")
    assert await log_in(visitor, "anna", password, code_of(desk, sleutel, 1)) is not None
    told = plain(await boss.page(path))
    for action in ("account_added", "account_blocked", "account_unblocked"):
        assert f"lokaal:pietje beheerder {words_of_action(action)}" in told
        assert [row[:2] for row in audited(world, action)] == [("lokaal:pietje beheerder", "lokaal:anna")]


async def test_the_secrets_of_a_new_account_are_in_one_answer_and_nowhere_else(
    visitor: Visitor, make: Make, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    boss = visitor(Role.BEHEERDER)
    made = await add(boss)
    assert (made.status_code, made.headers["cache-control"]) == (200, "no-store")
    assert "location" not in made.headers
    assert "<svg width=" in made.text
    assert "style=" not in made.text
    assert not re.search(r"<script(?! src=)", made.text)
    path = f"{ACCOUNTS}/{id_in(made.text)}"
    for secret in (shown(made.text, "wachtwoord"), shown(made.text, "sleutel")):
        assert secret not in everything_written(world)
        assert secret not in caplog.text
        assert not any(secret in url for url in re.findall(r'(?:href|action|src)="([^"]*)"', made.text))
        for page in (path, ACCOUNTS, NEW, f"{path}/wachtwoord", f"{path}/tweede-stap"):
            assert secret not in await boss.page(page)
    assert "otpauth" not in made.text


async def test_a_name_that_is_typed_is_in_no_url(visitor: Visitor, make: Make) -> None:
    boss = visitor(Role.BEHEERDER)
    for page in (NEW, path_of(make("bert"))):
        for form in re.findall(r"<form.*?</form>", await boss.page(page), re.S):
            assert 'name="naam"' not in form or 'method="post"' in form
    made = await add(boss, naam="Quirijn Jansma")
    assert not any("Quirijn" in str(r.url) for r in (made, *made.history))


async def test_a_double_click_makes_one_account_of_which_the_password_works(
    visitor: Visitor, desk: Desk, make: Make, world: World
) -> None:
    boss = visitor(Role.BEHEERDER)
    fields = fields_of((await ask_new(boss)).text)
    both = await asyncio.gather(*(boss.post(NEW, **fields) for _ in range(2)))
    won, lost = sorted(both, key=lambda answer: answer.status_code)
    assert (won.status_code, lost.status_code) == (200, 409)
    assert "twee keer klikte" in lost.text
    assert world.count("account") == 1
    password, sleutel = shown(won.text, "wachtwoord"), shown(won.text, "sleutel")
    assert await log_in(visitor, "anna", password, code_of(desk, sleutel)) is not None


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("naam", {"naam": " "}, "Vul een naam in"),
        ("naam", {"naam": "x" * 101}, "hooguit 100 tekens"),
        ("gebruikersnaam", {"gebruikersnaam": "an na"}, "kleine letters, cijfers"),
        ("gebruikersnaam", {"gebruikersnaam": "Bert"}, "Er is al een account"),
        ("rol", {"rol": ""}, "Kies een rol"),
        ("rol", {"rol": "root"}, "Kies een rol"),
        ("swv", {"rol": "applicatiebeheerder", "swv": ""}, "Kies welk"),
        ("swv", {"rol": "beheerder"}, "Laat het leeg"),
        ("swv", {"swv": "nergens"}, "is er niet"),
    ],
)
async def test_what_is_wrong_is_told_beside_the_field_and_nothing_is_made(
    visitor: Visitor, make: Make, world: World, field: str, typed: dict[str, str], told: str
) -> None:
    make("bert")
    boss = visitor(Role.BEHEERDER)
    response = await ask_new(boss, **typed)
    assert response.status_code == 422
    assert re.search(rf'class="error" id="f-{field}">[^<]*{told}', response.text)
    assert 'aria-invalid="true"' in response.text
    if "naam" not in typed:
        assert 'value="Anna de Vries"' in response.text
    slot = fields_of((await ask_new(boss)).text)["slot"]
    forged = await boss.post(NEW, slot=slot, **{**ANNA, **typed})
    assert forged.status_code == (409 if field == "gebruikersnaam" else 422)
    assert world.count("account") == 1


# One that there is -----------------------------------------------------------------------------


@pytest.mark.parametrize(("actie", "name"), [("wachtwoord", "wachtwoord"), ("tweede-stap", "sleutel")])
async def test_a_new_password_or_second_factor_is_shown_once_and_works_also_after_a_double_click(
    visitor: Visitor, desk: Desk, make: Make, world: World, actie: str, name: str
) -> None:
    boss = visitor(Role.BEHEERDER)
    first = await add(boss)
    known = {n: shown(first.text, n) for n in ("wachtwoord", "sleutel")}
    anna = await log_in(visitor, "anna", known["wachtwoord"], code_of(desk, known["sleutel"]))
    assert anna is not None
    path = f"{ACCOUNTS}/{id_in(first.text)}/{actie}"

    fields = fields_of(await boss.page(path))
    both = await asyncio.gather(*(boss.post(path, **fields) for _ in range(2)))
    won, lost = sorted(both, key=lambda answer: answer.status_code)

    assert (won.status_code, lost.status_code) == (200, 409)
    assert won.headers["cache-control"] == "no-store"
    secret = shown(won.text, name)
    assert secret != known[name]
    assert secret not in everything_written(world)
    assert secret not in lost.text
    assert (await anna.get("/mijn-account")).status_code == 303
    old = await log_in(visitor, "anna", known["wachtwoord"], code_of(desk, known["sleutel"], 1))
    assert old is None
    new = {**known, name: secret}
    assert await log_in(visitor, "anna", new["wachtwoord"], code_of(desk, new["sleutel"], 1)) is not None
    action = {"wachtwoord": "account_password_given", "tweede-stap": "account_totp_given"}[actie]
    assert audited(world, action) == [("lokaal:pietje beheerder", "lokaal:anna", "")]


async def test_an_account_is_logged_out_everywhere(
    visitor: Visitor, desk: Desk, make: Make, world: World
) -> None:
    boss, anna = visitor(Role.BEHEERDER), make("anna")
    with writing(desk.engine) as connection:
        tokens = [desk.sessions.start(connection, anna.person.who, anna.account_id) for _ in range(2)]
    assert "2 sessies, laatst gezien" in await boss.page(path_of(anna))
    page = f"{path_of(anna)}/sessies"
    done = await boss.submit(page, page)
    assert done.headers["location"] == f"{path_of(anna)}?gedaan=sessies"
    with reading(desk.engine) as connection:
        assert [desk.sessions.find(connection, token) for token in tokens] == [None, None]
    await boss.submit(page, page)  # there are none any more
    assert len(audited(world, "account_sessions_ended")) == 1


async def test_a_role_is_changed_once_by_two_people(visitor: Visitor, make: Make, world: World) -> None:
    anna = make("anna")
    one, two = visitor(Role.BEHEERDER, naam="Een"), visitor(Role.BEHEERDER, naam="Twee")
    page, action = f"{path_of(anna)}/rol?rol=applicatiebeheerder&swv=swv-b", f"{path_of(anna)}/rol"
    asked = await two.page(page)
    assert "Type Rest Beheer" in plain(asked)
    assert (await one.submit(page, action)).headers["location"] == f"{path_of(anna)}?gedaan=opgeslagen"
    assert (await two.post(action, **fields_of(asked))).status_code == 409
    assert audited(world, "account_role_changed") == [
        ("lokaal:een", "lokaal:anna", "auditor swv=swv-a -> applicatiebeheerder swv=swv-b")
    ]
    assert "gedaan=niets" in (await one.get(page)).headers["location"]
    wrong = await one.get(f"{path_of(anna)}/rol?rol=helpdesk&swv=swv-b")
    assert (wrong.status_code, "Laat het leeg" in wrong.text) == (422, True)
    assert 'value="Anna Achternaam"' in wrong.text


async def test_an_account_is_renamed(visitor: Visitor, make: Make, world: World) -> None:
    boss, anna = visitor(Role.BEHEERDER), make("anna")
    check, action = f"{path_of(anna)}/naam/controleren", f"{path_of(anna)}/naam"
    wrong = await boss.post(check, naam=" ")
    assert (wrong.status_code, "Vul een naam in" in wrong.text) == (422, True)
    fields = fields_of((await boss.post(check, naam="Anna  Bakker")).text)
    answers = [(await boss.post(action, **fields)).status_code for _ in range(2)]
    assert answers[0] == 303
    assert "Anna Bakker" in await boss.page(path_of(anna))
    assert audited(world, "account_renamed")[0] == ("lokaal:pietje beheerder", "lokaal:anna", "")
    assert "gedaan=niets" in (await boss.post(check, naam="Anna Bakker")).headers["location"]

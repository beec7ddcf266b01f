"""Beheer > Accounts, as FAQ 10 tells it: who sees and changes whose, and what is shown once."""

from __future__ import annotations

import asyncio
import re
from base64 import b32decode
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from components.intake_world import World
from database.engine import reading, writing
from database.login_failures import read_clock
from database.organisaties import Swv
from dossier.identifiers import SwvId
from helpdesk import accounts, totp
from helpdesk import administration as admin
from helpdesk.accounts import Account
from helpdesk.audit_words import words_of_action
from helpdesk.pages.beheer_account_wijzigen import ACTIES
from helpdesk.pages.beheer_accounts import RECHTEN
from helpdesk.roles import RIGHTS, TYPES, Person, Right, Role
from helpdesk.web.desk import Desk
from helpdesk.web.routes import PAGES
from unit.helpdesk.pages.cases import audited
from unit.helpdesk.pages.conftest import Browser, Visitor, fields_of
from unit.helpdesk.pages.listed import plain

ACCOUNTS, NEW = "/beheer/accounts", "/beheer/accounts/nieuw"
PASSWORD = "een paard in de gang"
CLI = Person(actor="cli:test", naam="", role=Role.BEHEERDER)
ANNA = {"naam": "Anna de Vries", "gebruikersnaam": "anna", "rol": "auditor", "swv": "swv-a"}
Make = Callable[..., Account]


@pytest.fixture
def make(world: World, desk: Desk) -> Make:
    """make("anna"): an auditor of swv-a."""
    world.change(admin.put_swv, Swv(swv_id=SwvId("swv-b"), naam="De Kust"))

    def run(name: str, role: Role = Role.AUDITOR, swv: str | None = "swv-a") -> Account:
        with writing(desk.engine) as connection:
            account, _ = accounts.add_account(
                connection,
                desk.seal,
                CLI,
                gebruikersnaam=name,
                naam=f"{name.title()} Achternaam",
                role=role,
                swv_id=SwvId(swv) if swv else None,
                password=PASSWORD,
            )
        return account

    return run


def path_of(account: Account) -> str:
    return f"{ACCOUNTS}/{account.account_id}"


def shown(html: str, name: str) -> str:
    found = re.search(rf'<textarea id="{name}"[^>]*>([^<]+)</textarea>', html)
    assert found is not None, name
    return found[1].strip()


def stored(world: World, account: Account) -> Any:
    return world.rows(f"SELECT * FROM account WHERE account_id = '{account.account_id}'")


def everything_written(world: World) -> str:
    return " ".join(str(world.rows(f"SELECT * FROM {table}")) for table in ("audit", "account", "sessie"))


def code_of(desk: Desk, sleutel: str, later: int = 0) -> str:
    with reading(desk.engine) as connection:
        step = read_clock(connection) // 30_000
    return totp.code_at(b32decode(sleutel), step + later)


async def log_in(visitor: Visitor, name: str, password: str, code: str) -> Browser | None:
    browser = visitor()
    fields = {"gebruikersnaam": name, "wachtwoord": password, "code": code, "naar": ""}
    response = await browser.post("/inloggen", **fields)
    if response.status_code != 303:
        return None
    return Browser(browser.desk, browser.client, browser.client.cookies["kindkans"])


async def ask_new(browser: Browser, **changed: str) -> httpx.Response:
    return await browser.post(f"{NEW}/controleren", **{**ANNA, **changed})


async def add(browser: Browser, **changed: str) -> httpx.Response:
    asked = await ask_new(browser, **changed)
    assert asked.status_code == 200, plain(asked.text)
    return await browser.post(NEW, **fields_of(asked.text))


def id_in(html: str) -> str:
    found = re.search(r'href="/beheer/accounts/([0-9a-f]{32})"', html)
    assert found is not None
    return found[1]


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
        tokens = [desk.sessions.start(connection, anna.person, anna.account_id) for _ in range(2)]
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


async def test_nobody_changes_their_own_role_block_password_or_second_factor(
    visitor: Visitor, make: Make, world: World
) -> None:
    mine, other = make("boss", Role.BEHEERDER, None), make("anna")
    boss = visitor(Role.BEHEERDER, naam="Boss")
    page = await boss.page(path_of(mine))
    assert "Dit is uw eigen account" in page
    before = stored(world, mine)
    slot = fields_of((await boss.post(f"{path_of(mine)}/naam/controleren", naam="Anders")).text)["slot"]
    for actie in (*ACTIES, "rol"):
        assert f"{path_of(mine)}/{actie}" not in page
        asked = await boss.get(f"{path_of(mine)}/{actie}?rol=auditor&swv=")
        done = await boss.post(f"{path_of(mine)}/{actie}", slot=slot, rol="auditor", swv="")
        if actie != "deblokkeren":  # who is blocked is not here
            assert (asked.status_code, done.status_code) == (403, 403), actie
            assert "Dit is uw eigen account" in done.text
    assert stored(world, mine) == before
    assert (
        await boss.submit(f"{path_of(other)}/blokkeren", f"{path_of(other)}/blokkeren")
    ).status_code == 303


async def test_the_last_active_beheerder_is_neither_blocked_nor_changed(
    visitor: Visitor, make: Make, world: World
) -> None:
    last = make("boss", Role.BEHEERDER, None)
    before = stored(world, last)
    other = visitor(Role.BEHEERDER, naam="Via de inlogdienst")
    for page in ("blokkeren", "rol?rol=helpdesk&swv="):
        response = await other.submit(f"{path_of(last)}/{page}", f"{path_of(last)}/{page.split('?')[0]}")
        assert response.status_code == 422
        assert "Dit is de laatste actieve beheerder" in response.text
    assert stored(world, last) == before


# Who sees whose --------------------------------------------------------------------------------


async def test_the_list_shows_the_type_and_finds_by_name_role_and_swv(visitor: Visitor, make: Make) -> None:
    make("anna")
    make("bert", Role.APPLICATIEBEHEERDER, "swv-b")
    make("carla", Role.HELPDESK, None)
    boss = visitor(Role.BEHEERDER)
    text = plain(await boss.page(ACCOUNTS))
    assert "Bert Achternaam bert applicatiebeheerder Beheer De Kust Actief" in text
    assert "Carla Achternaam carla helpdesk Rest - Actief" in text
    for zoek, found in (("bert", "bert"), ("kust", "bert"), ("RUST", ""), ("auditor", "anna"), ("super", "")):
        html = await boss.page(f"{ACCOUNTS}?zoek={zoek}")
        assert re.findall(r'data-label="Gebruikersnaam">(\w+)<', html) == ([found] if found else [])
    assert "Geen account gevonden" in await boss.page(f"{ACCOUNTS}?zoek=nergens")


async def test_an_applicatiebeheerder_sees_changes_and_makes_only_type_rest_of_its_own_swv(
    visitor: Visitor, make: Make, world: World
) -> None:
    mine = make("mijn")
    others = [
        make("ander", Role.AUDITOR, "swv-b"),
        make("overal", Role.AUDITOR, None),
        make("help", Role.HELPDESK, None),
        make("root", Role.BEHEERDER, None),
        make("collega", Role.APPLICATIEBEHEERDER, "swv-a"),
    ]
    browser = visitor(Role.APPLICATIEBEHEERDER, "swv-a")
    html = await browser.page(ACCOUNTS)
    assert re.findall(r'data-label="Gebruikersnaam">(\w+)<', html) == ["mijn"]
    assert "ziet u daarom niet" in html
    before = world.rows("SELECT * FROM account ORDER BY account_id")

    routes = [page for page in PAGES if page.path.startswith(f"{ACCOUNTS}/{{account_id}}")]
    fields = {"rol": "auditor", "swv": "swv-a", "naam": "Anders"}
    assert len(routes) == 7
    for route in routes:
        for actie in ACTIES if "{actie}" in route.path else ("",):
            for other in (*others, None):
                account_id = other.account_id if other else "0" * 32
                path = route.path.replace("{account_id}", account_id).replace("{actie}", actie)
                get = route.method == "GET"
                answer = await (browser.get(path) if get else browser.post(path, slot="x", **fields))
                assert answer.status_code == 404, (route.method, path)
                assert not other or other.naam not in answer.text
    assert world.rows("SELECT * FROM account ORDER BY account_id") == before

    for actie in ("blokkeren", "deblokkeren", "wachtwoord", "tweede-stap"):
        page = f"{path_of(mine)}/{actie}"
        assert (await browser.submit(page, page)).status_code in (200, 303)
    for role in ("applicatiebeheerder", "beheerder", "helpdesk"):
        slot = fields_of(await browser.page(f"{path_of(mine)}/wachtwoord"))["slot"]
        given = await browser.post(f"{path_of(mine)}/rol", slot=slot, rol=role, swv="")
        slot = fields_of((await ask_new(browser)).text)["slot"]
        made = await browser.post(NEW, slot=slot, **{**ANNA, "rol": role})
        assert (given.status_code, made.status_code) == (422, 422), role
        assert f'value="{role}"' not in await browser.page(NEW)
    assert world.count("account") == 6


async def test_an_applicatiebeheerder_makes_accounts_in_its_own_swv_whatever_was_sent(
    visitor: Visitor, make: Make, world: World
) -> None:
    browser = visitor(Role.APPLICATIEBEHEERDER, "swv-a")
    assert "De Kust" not in await browser.page(NEW)
    made = await add(browser, swv="swv-b")
    assert made.status_code == 200
    assert world.rows("SELECT rol, swv_id FROM account") == [("auditor", "swv-a")]


async def test_the_history_of_an_account_tells_nothing_of_another_swv(visitor: Visitor, make: Make) -> None:
    anna = make("anna", Role.AUDITOR, "swv-b")
    page = f"{path_of(anna)}/rol?rol=auditor&swv=swv-a"
    await visitor(Role.BEHEERDER).submit(page, f"{path_of(anna)}/rol")
    told = await visitor(Role.APPLICATIEBEHEERDER, "swv-a").page(path_of(anna))
    assert words_of_action("account_role_changed") in told
    assert "swv-b" not in told
    assert "De Kust" not in told


async def test_the_table_of_roles_has_the_type_and_each_right(visitor: Visitor) -> None:
    html = await visitor(Role.APPLICATIEBEHEERDER, "swv-a").page(f"{ACCOUNTS}/rollen")
    assert set(RECHTEN) == set(Right)
    assert '<th scope="col">Type</th>' in html
    for role in Role:
        row = next(r for r in re.findall(r"<tr>.*?</tr>", html, re.S) if f'row">{role}<' in r)
        assert f'data-label="Type">{TYPES[role]}<' in row
        for right, (kort, _) in RECHTEN.items():
            says = "ja" if right in RIGHTS[role] else "nee"
            assert f'data-label="{kort}">{says}<'.replace("'", "&#39;") in row
    assert f'href="{ACCOUNTS}/rollen"' in await visitor(Role.BEHEERDER).page(ACCOUNTS)


async def test_what_does_not_exist_is_a_404(visitor: Visitor, make: Make) -> None:
    boss, anna = visitor(Role.BEHEERDER), make("anna")
    for path in (f"{ACCOUNTS}/nergens", f"{path_of(anna)}/ontploffen", f"{path_of(anna)}/naam"):
        assert (await boss.get(path)).status_code == 404, path
    assert (await boss.post(f"{path_of(anna)}/ontploffen", slot="x")).status_code == 404
    assert "gedaan=niets" in (await boss.get(f"{path_of(anna)}/deblokkeren")).headers["location"]

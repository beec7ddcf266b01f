"""Beheer > Accounts of the store: who sees whose (FAQ 10), what is made, changed and ended."""

from __future__ import annotations

import re

import httpx
import pytest

from kindkans.rights import api_keys
from kindkans.rights.accounts import Account
from unit.kindkans.beheer.conftest import (
    ACCOUNTS,
    NEW,
    PASSWORD,
    Browser,
    Desk,
    Visitor,
    fout_at,
    hidden_of,
    path_of,
    plain,
    shown,
)
from web.account_pages import ACTIES

ANNA = {
    "naam": "Anna de Vries",
    "gebruikersnaam": "Anna",
    "rol": "intern_begeleider",
    "organisatie": "o1",
    "externe_rol": "extern_meelezen",
    "wachtwoord": PASSWORD,
    "nogmaals": PASSWORD,
}
CHANGES = ("rol", "organisatie", "externe-rol", "sleutel", "naam", "naam/controleren", *ACTIES)


@pytest.fixture
def root(desk: Desk) -> Account:
    return desk.make("root", "root", None)


@pytest.fixture
def baas(desk: Desk) -> Account:
    """The applicatiebeheerder of s1."""
    return desk.make("baas", "applicatiebeheerder")


async def log_in(visitor: Visitor, name: str, password: str, code: str) -> bool:
    fields = {"gebruikersnaam": name, "wachtwoord": password, "code": code, "naar": ""}
    return (await visitor().post("/inloggen", **fields)).status_code == 303


# Who sees whose -------------------------------------------------------------------------------------


async def test_faq_10_an_applicatiebeheerder_sees_type_rest_of_its_own_swv_and_reads_whom_to_ask(
    desk: Desk, visitor: Visitor, root: Account, baas: Account
) -> None:
    desk.make("mine", organisatie="o1")
    desk.make("peer", "applicatiebeheerder")
    desk.make("other", "loket", "s2")
    page = plain(await visitor(baas).page(ACCOUNTS))
    assert "1 account" in page
    assert "Mine Achternaam" in page
    assert "School o1" in page
    assert not any(name in page for name in ("Peer", "Other", "Root Achternaam", "Baas"))
    assert "Vraag na wie er binnen uw samenwerkingsverband rechten heeft als root (type Super)" in page
    page = plain(await visitor(root).page(ACCOUNTS))
    assert all(name in page for name in ("5 accounts", "Mine", "Peer", "Other", "Root", "Baas"))
    assert "Vraag na wie" not in page
    assert "1 account" in plain(await visitor(root).page(f"{ACCOUNTS}?zoek=applicatie peer"))


async def test_an_account_that_may_not_be_changed_does_not_exist_for_any_page(
    desk: Desk, visitor: Visitor, root: Account, baas: Account
) -> None:
    browser = visitor(baas)
    others = [root, desk.make("peer", "applicatiebeheerder"), desk.make("other", "loket", "s2")]
    before = desk.everything_written()
    for other in others:
        answers = [await browser.get(path_of(other))]
        answers += [await browser.get(f"{path_of(other)}/{actie}") for actie in ACTIES]
        answers += [await browser.post(f"{path_of(other)}/{change}", naam="x") for change in CHANGES]
        answers += [await browser.post(f"{path_of(other)}/sleutel/beeindigen", sleutel_id="x")]
        assert {answer.status_code for answer in answers} == {404}
        assert not any(other.naam in answer.text for answer in answers)
    assert desk.everything_written() == before


async def test_nobody_changes_their_own_role_organisatie_block_password_or_second_factor(
    desk: Desk, visitor: Visitor, root: Account
) -> None:
    browser = visitor(root)
    page = await browser.page(path_of(root))
    assert "Dit is uw eigen account" in page
    slot = hidden_of(page, f"{path_of(root)}/sleutel")["slot"]
    for change, fields in (
        ("rol", {"rol": "loket", "swv": "s1"}),
        ("organisatie", {"organisatie": "o1"}),
        ("externe-rol", {"externe_rol": "extern_meelezen"}),
    ):
        assert f'action="{path_of(root)}/{change}"' not in page
        assert (await browser.post(f"{path_of(root)}/{change}", slot=slot, **fields)).status_code == 403
    for actie in ("blokkeren", "wachtwoord", "tweede-stap", "sessies"):
        assert (await browser.get(f"{path_of(root)}/{actie}")).status_code == 403


async def test_who_lacks_the_right_sees_no_beheer(desk: Desk, visitor: Visitor) -> None:
    browser = visitor(desk.make("anna", organisatie="o1"))
    for path in ("/beheer", ACCOUNTS, NEW, "/beheer/organisaties", "/beheer/accounts/rollen"):
        assert (await browser.get(path)).status_code == 403


# A new one ------------------------------------------------------------------------------------------


async def test_an_account_is_made_with_all_it_needs_and_its_owner_logs_in(
    desk: Desk, visitor: Visitor, baas: Account
) -> None:
    browser = visitor(baas)
    assert "Applicatiebeheerder (type" not in await browser.page(NEW)
    made = await browser.post(NEW, **ANNA)
    assert (made.status_code, made.headers["cache-control"]) == (200, "no-store")
    sleutel = shown(made.text, "sleutel")
    assert PASSWORD not in made.text
    assert not any(secret in desk.everything_written() for secret in (sleutel, PASSWORD))
    assert await log_in(visitor, "anna", PASSWORD, desk.code_of(sleutel))
    found = re.search(r'href="(/beheer/accounts/[0-9a-f]{32})"', made.text)
    assert found is not None
    page = plain(await browser.page(found[1]))
    assert sleutel not in page
    assert "Intern begeleider Type Rest Samenwerkingsverband s1 Organisatie School o1" in page
    assert "Externe rol Extern: meelezen" in page
    assert desk.audited("account_added") == [(baas.actor, "lokaal:anna", "intern_begeleider swv=s1")]
    again = await browser.post(NEW, **ANNA)
    assert "Er is al een account" in fout_at(again.text, "gebruikersnaam")


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("naam", {"naam": " "}, "Vul een naam in"),
        ("gebruikersnaam", {"gebruikersnaam": "an na"}, "kleine letters"),
        ("wachtwoord", {"wachtwoord": "kort", "nogmaals": "kort"}, "minstens 12"),
        ("nogmaals", {"nogmaals": "iets anders"}, "niet gelijk"),
        ("rol", {"rol": ""}, "is er niet"),
        ("rol", {"rol": "applicatiebeheerder"}, "type Rest"),
        ("rol", {"rol": "root"}, "bij geen samenwerkingsverband"),
        ("organisatie", {"organisatie": "o3"}, "is er niet in het samenwerkingsverband"),
        ("externe_rol", {"externe_rol": "loket"}, "alleen externe rechten"),
    ],
)
async def test_what_is_wrong_is_told_beside_its_field_and_nothing_is_made(
    desk: Desk, visitor: Visitor, baas: Account, field: str, typed: dict[str, str], told: str
) -> None:
    before = desk.everything_written()
    browser = visitor(baas)
    answer = await browser.post(NEW, **{**ANNA, **typed})
    assert (answer.status_code, told in fout_at(answer.text, field)) == (422, True), plain(answer.text)
    assert 'aria-invalid="true"' in answer.text
    assert PASSWORD not in answer.text
    assert before.count("lokaal:") + 1 == desk.everything_written().count("lokaal:")  # the session


# One that there is ----------------------------------------------------------------------------------


async def save(browser: Browser, account: Account, change: str, **fields: str) -> httpx.Response:
    return await browser.submit(path_of(account), f"{path_of(account)}/{change}", **fields)


async def test_faq_2_another_organisatie_counts_at_once_and_ends_no_session(
    desk: Desk, visitor: Visitor, baas: Account
) -> None:
    anna, browser = desk.make("anna", organisatie="o2"), visitor(baas)
    hers = visitor(anna)
    assert (await save(browser, anna, "organisatie", organisatie="o1")).status_code == 303
    assert desk.lid(anna).organisatie_id == "o1"
    assert (await hers.get("/mijn-account")).status_code == 200
    wrong = await save(browser, anna, "organisatie", organisatie="o3")
    assert "niet in het samenwerkingsverband" in fout_at(wrong.text, "organisatie")
    assert "School o3" not in wrong.text
    assert desk.audited("account_organisatie_changed") == [(baas.actor, anna.actor, "o2 -> o1")]


async def test_faq_3_an_externe_rol_is_given_and_taken(desk: Desk, visitor: Visitor, baas: Account) -> None:
    gast, browser = desk.make("gast", "behandelaar"), visitor(baas)
    for rol in ("extern_meewerken", ""):
        assert (await save(browser, gast, "externe-rol", externe_rol=rol)).status_code == 303
        extern = desk.lid(gast).externe_rol
        assert (extern.rol_id if extern is not None else "") == rol
    wrong = await save(browser, gast, "externe-rol", externe_rol="loket")
    assert "alleen externe rechten" in fout_at(wrong.text, "externe_rol")


async def test_another_role_ends_the_sessions_and_an_old_form_changes_nothing(
    desk: Desk, visitor: Visitor, root: Account
) -> None:
    anna, browser = desk.make("anna", organisatie="o1"), visitor(root)
    hers, action = visitor(anna), f"{path_of(anna)}/rol"
    old = hidden_of(await browser.page(path_of(anna)), action)
    assert (await browser.post(action, **old, rol="loket", swv="s2")).status_code == 303
    assert (await hers.get("/mijn-account")).status_code == 303
    assert (desk.lid(anna).rol.rol_id, desk.lid(anna).organisatie_id) == ("loket", None)
    assert (await browser.post(action, **old, rol="loket", swv="s1")).status_code == 409
    wrong = await save(browser, anna, "rol", rol="root", swv="s1")
    assert "Laat het leeg" in fout_at(wrong.text, "swv")
    page = plain(await browser.page(path_of(anna)))
    assert "Rol van het account gewijzigd intern_begeleider swv=s1 -> loket swv=s2" in page


async def test_a_detail_that_names_another_swv_is_hidden_from_an_applicatiebeheerder(
    desk: Desk, visitor: Visitor, root: Account, baas: Account
) -> None:
    anna = desk.make("anna", "loket", "s2")
    assert (await save(visitor(root), anna, "rol", rol="loket", swv="s1")).status_code == 303
    page = await visitor(baas).page(path_of(anna))
    assert "s2" not in plain(page)
    assert "ander samenwerkingsverband" in plain(page)


@pytest.mark.parametrize(("actie", "name"), [("wachtwoord", "wachtwoord"), ("tweede-stap", "sleutel")])
async def test_a_new_password_or_second_factor_is_shown_once_and_ends_the_sessions(
    desk: Desk, visitor: Visitor, baas: Account, actie: str, name: str
) -> None:
    anna, browser = desk.make("anna"), visitor(baas)
    hers, page = visitor(anna), f"{path_of(anna)}/{actie}"
    asked = hidden_of(await browser.page(page), page)
    won, lost = [await browser.post(page, **asked) for _ in range(2)]
    assert (won.status_code, lost.status_code) == (200, 409)
    assert shown(won.text, name) not in desk.everything_written()
    assert (await hers.get("/mijn-account")).status_code == 303


async def test_blocking_ends_sessions_and_keys_and_unblocking_lets_in_again(
    desk: Desk, visitor: Visitor, baas: Account
) -> None:
    anna, browser = desk.make("anna"), visitor(baas)
    hers = visitor(anna)
    key = await save(browser, anna, "sleutel", sleutel="Koppeling van de school")
    made = shown(key.text, "sleutel")
    assert made not in desk.everything_written()
    assert made not in await browser.page(path_of(anna))
    assert desk.do(api_keys.find_key, made) == anna.account_id
    page = f"{path_of(anna)}/blokkeren"
    assert (await browser.submit(page, page)).headers["location"].endswith("gedaan=geblokkeerd")
    assert (await hers.get("/mijn-account")).status_code == 303
    assert desk.do(api_keys.find_key, made) is None
    page = f"{path_of(anna)}/deblokkeren"
    assert (await browser.submit(page, page)).headers["location"].endswith("gedaan=gedeblokkeerd")
    assert desk.lid(anna).naam == "Anna Achternaam"


async def test_a_key_is_named_made_once_and_ended(desk: Desk, visitor: Visitor, baas: Account) -> None:
    anna, browser = desk.make("anna"), visitor(baas)
    action = f"{path_of(anna)}/sleutel"
    assert "Vul een naam in" in fout_at((await save(browser, anna, "sleutel", sleutel="")).text, "sleutel")
    old = hidden_of(await browser.page(path_of(anna)), action)
    made, again = [await browser.post(action, **old, sleutel="Script") for _ in range(2)]
    assert (made.status_code, again.status_code) == (200, 409)
    end = f"{action}/beeindigen"
    assert (await browser.submit(path_of(anna), end)).status_code == 303
    assert desk.do(api_keys.find_key, shown(made.text, "sleutel")) is None
    assert "Beëindigd op" in await browser.page(path_of(anna))
    assert len(desk.audited("api_key_added")) == len(desk.audited("api_key_ended")) == 1


async def test_the_last_root_keeps_its_role(desk: Desk, visitor: Visitor, root: Account) -> None:
    tweede = desk.make("tweede", "root", None)
    browser = visitor(root)
    assert (await save(browser, tweede, "rol", rol="loket", swv="s1")).status_code == 303
    assert desk.lid(tweede).rol.rol_id == "loket"
    page = f"{path_of(root)}/blokkeren"
    assert (await browser.get(page)).status_code == 403


async def test_an_account_is_renamed(desk: Desk, visitor: Visitor, baas: Account) -> None:
    anna, browser = desk.make("anna"), visitor(baas)
    check, action = f"{path_of(anna)}/naam/controleren", f"{path_of(anna)}/naam"
    wrong = await browser.post(check, naam=" ")
    assert "Vul een naam in" in fout_at(wrong.text, "naam")
    asked = await browser.post(check, naam="Anna  Bakker")
    assert (await browser.post(action, **hidden_of(asked.text, action))).status_code == 303
    assert desk.lid(anna).naam == "Anna Bakker"

"""Beheer > Accounts, as FAQ 10 tells it: who sees and changes whose, and what nobody may."""

from __future__ import annotations

import re

import pytest

from components.intake_world import World
from helpdesk.audit_words import words_of_action
from helpdesk.desk import Desk
from helpdesk.pages.beheer_accounts import RECHTEN
from helpdesk.roles import RIGHTS, TYPES, Right, Role
from helpdesk.routes import PAGES
from unit.helpdesk.pages.account_pages import ACCOUNTS, ANNA, NEW, Make, add, ask_new, maker, path_of, stored
from unit.helpdesk.pages.conftest import Visitor, fields_of
from unit.helpdesk.pages.listed import plain
from web.account_pages import ACTIES


@pytest.fixture
def make(world: World, desk: Desk) -> Make:
    return maker(world, desk)


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
        told = ", ".join(kort for right, (kort, _) in RECHTEN.items() if right in RIGHTS[role])
        assert plain(row).endswith(f" {told}")
    assert f'href="{ACCOUNTS}/rollen"' in await visitor(Role.BEHEERDER).page(ACCOUNTS)


async def test_what_does_not_exist_is_a_404(visitor: Visitor, make: Make) -> None:
    boss, anna = visitor(Role.BEHEERDER), make("anna")
    for path in (f"{ACCOUNTS}/nergens", f"{path_of(anna)}/ontploffen", f"{path_of(anna)}/naam"):
        assert (await boss.get(path)).status_code == 404, path
    assert (await boss.post(f"{path_of(anna)}/ontploffen", slot="x")).status_code == 404
    assert "gedaan=niets" in (await boss.get(f"{path_of(anna)}/deblokkeren")).headers["location"]

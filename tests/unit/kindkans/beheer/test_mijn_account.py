"""Mijn account: one's own role in words, password, sessions and keys."""

from __future__ import annotations

from database.accounts import find_credentials
from database.secret_hashes import verify_password
from kindkans.rights import api_keys
from unit.kindkans.beheer.conftest import PASSWORD, Desk, Visitor, hidden_of, plain

PATH = "/mijn-account"
NEW = "drie koeien op een rij"


async def test_everybody_reads_what_their_role_gives(desk: Desk, visitor: Visitor) -> None:
    anna = desk.make("anna", organisatie="o1", externe_rol="extern_meelezen")
    told = plain(await visitor(anna).page(PATH))
    assert "Rol Intern begeleider (type Rest)" in told
    assert "Dossiers van de eigen organisatie: wijzigen Bijlagen, Overlegronde, Notities" in told
    assert "Externe rol Extern: meelezen" in told
    assert "Organisatie School o1 Samenwerkingsverband s1" in told
    assert "API-sleutels" not in told


async def test_a_password_is_changed_by_who_knows_it_and_ends_the_other_sessions(
    desk: Desk, visitor: Visitor
) -> None:
    anna = desk.make("anna")
    here, there = visitor(anna), visitor(anna)
    action = f"{PATH}/wachtwoord"
    for fields in (
        {"huidig": "fout", "nieuw": NEW, "nogmaals": NEW},
        {"huidig": PASSWORD, "nieuw": NEW, "nogmaals": "anders"},
        {"huidig": PASSWORD, "nieuw": "kort", "nogmaals": "kort"},
    ):
        assert (await here.submit(PATH, action, **fields)).status_code == 422
    done = await here.submit(PATH, action, huidig=PASSWORD, nieuw=NEW, nogmaals=NEW)
    assert done.headers["location"] == f"{PATH}?gedaan=wachtwoord"
    assert verify_password(NEW, desk.do(find_credentials, anna.account_id).secret_hash)
    assert (await here.get(PATH)).status_code == 200
    assert (await there.get(PATH)).status_code == 303
    assert desk.audited("account_password_changed") == [(anna.actor, anna.actor, "")]


async def test_a_session_on_another_device_is_ended_and_nobody_elses(desk: Desk, visitor: Visitor) -> None:
    anna, bert = desk.make("anna"), desk.make("bert")
    here, there, other = visitor(anna), visitor(anna), visitor(bert)
    action = f"{PATH}/sessie"
    theirs = hidden_of(await visitor(bert).page(PATH), action)
    assert (await here.post(action, **theirs)).status_code == 404
    assert (await here.submit(PATH, action)).status_code == 303
    assert (await there.get(PATH)).status_code == 303
    assert (await other.get(PATH)).status_code == 200


async def test_ones_own_keys_are_shown_and_ended_and_nobody_elses(desk: Desk, visitor: Visitor) -> None:
    anna, bert = desk.make("anna"), desk.make("bert")
    hers = desk.do(api_keys.new_key, desk.lid(anna), anna.account_id, "Script van Anna")
    desk.do(api_keys.new_key, desk.lid(bert), bert.account_id, "Script van Bert")
    browser, action = visitor(anna), f"{PATH}/sleutel"
    page = await browser.page(PATH)
    assert "Script van Anna" in page
    assert "Script van Bert" not in page
    assert hers not in page
    his = hidden_of(await visitor(bert).page(PATH), action)
    assert (await browser.post(action, **his)).headers["location"] == f"{PATH}?gedaan=niets"
    assert desk.audited("api_key_ended") == []
    assert (await browser.submit(PATH, action)).status_code == 303
    assert desk.do(api_keys.find_key, hers) is None

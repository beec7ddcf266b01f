"""Accounts of the store: seen and changed only by whom FAQ 10 names, and never so that nobody could."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, select

from database.engine import reading, writing
from database.people_schema import account as table
from database.secret_hashes import verify_password
from dossier.identifiers import Dossiernummer, SwvId
from kindkans.rights import account_changes as changes
from kindkans.rights import accounts, api_keys, rollen, statements
from kindkans.rights.accounts import Account, operator
from kindkans.rights.refusals import Fout as Rechtfout
from kindkans.rights.refusals import Refused
from kindkans.rights.words import Lid, RolId, Tab
from storage.keyring import Keyring
from storage.seal import Seal
from web.account_checks import NewAccount
from web.account_refusals import AccountRefused, Fout
from web.person import Who
from web.sessions import Sessions

from .conftest import Do, put_dossier, put_organisaties, put_overlegronde
from .test_rollen import audited

OPERATOR = operator("test")
PASSWORD = "een paard in de gang"
SEAL = Seal(Keyring.generate())
TODAY = date(2026, 3, 10)
Make = Callable[..., Account]


@pytest.fixture
def make(do: Do) -> Make:
    """In SWV s1, with organisaties o1 and o2; s2 has o3."""
    do(put_organisaties, o1="s1", o2="s1", o3="s2")

    def run(
        name: str, rol: str = "intern_begeleider", swv_id: str | None = "s1", by: Lid = OPERATOR
    ) -> Account:
        new = NewAccount(gebruikersnaam=name, naam=name.title(), password=PASSWORD)
        account, _ = do(changes.add_account, SEAL, by, new, rol, swv_id)
        return account  # type: ignore[no-any-return]

    return run


@pytest.fixture
def beheer(do: Do, make: Make) -> Lid:
    """The applicatiebeheerder of s1."""
    return lid_of(do, make("beheer", "applicatiebeheerder"))


def lid_of(do: Do, account: Account) -> Lid:
    return do(statements.read_lid, account.account_id)  # type: ignore[no-any-return]


def refused(fout: Fout | Rechtfout, call: Callable[..., Any], *arguments: Any) -> None:
    with pytest.raises((AccountRefused, Refused)) as caught:
        call(*arguments)
    assert caught.value.fout is fout  # type: ignore[attr-defined]


def stored(engine: Engine, account: Account) -> Any:
    with reading(engine) as connection:
        return connection.execute(select(table).where(table.c.account_id == account.account_id)).one()


def test_an_account_is_made_with_a_password_and_a_second_factor(engine: Engine, do: Do, make: Make) -> None:
    account = make("anna")
    row = stored(engine, account)
    assert do(accounts.find_account, OPERATOR, "anna") == account
    assert verify_password(PASSWORD, row.secret_hash)
    assert (row.status, row.totp_step, len(row.totp_ciphertext)) == ("actief", 0, 20 + 16)
    assert PASSWORD not in repr(NewAccount(gebruikersnaam="a", naam="A", password=PASSWORD))
    assert audited(engine) == [("test", "account_added", "lokaal:anna", "intern_begeleider swv=s1")]
    refused(Fout.NAAM_BEZET, make, "anna")


@pytest.mark.parametrize(
    ("rol", "swv_id", "fout"),
    [
        ("applicatiebeheerder", None, Fout.SWV_NODIG),
        ("root", "s1", Fout.SWV_TEVEEL),
        ("loket", "s9", Fout.SWV_ONBEKEND),
        ("geen", "s1", Rechtfout.ROL_ONBEKEND),
    ],
)
def test_a_role_has_a_swv_or_none_as_it_must(
    do: Do, make: Make, rol: str, swv_id: str | None, fout: Fout | Rechtfout
) -> None:
    refused(fout, make, "anna", rol, swv_id)
    account = make("bert")
    refused(fout, do, changes.change_rol, OPERATOR, account.account_id, rol, swv_id)


def test_faq_10_an_applicatiebeheerder_has_only_type_rest_of_its_own_swv(
    do: Do, make: Make, beheer: Lid
) -> None:
    mine = make("mine", by=beheer)
    others = [
        make("other", "loket", "s2"),
        make("guest", "behandelaar", None),
        make("root", "root", None),
        make("peer", "applicatiebeheerder", "s1"),
    ]

    assert do(accounts.list_accounts, beheer) == [mine]
    do(changes.rename, beheer, mine.account_id, "Anders")
    for other in others:
        refused(Fout.ONBEKEND, do, changes.rename, beheer, other.account_id, "Anders")
        refused(Fout.ONBEKEND, do, accounts.find_account, beheer, other.gebruikersnaam)
    for rol, swv_id in (("applicatiebeheerder", "s1"), ("loket", "s2"), ("loket", None), ("root", None)):
        refused(Fout.MAG_NIET, do, changes.change_rol, beheer, mine.account_id, rol, swv_id)
        refused(Fout.MAG_NIET, make, "new", rol, swv_id, beheer)
    given = do(accounts.rollen_to_give, beheer)
    assert {rol.type for rol in given} == {"Rest"}
    assert len(given) == len(do(rollen.list_rollen)) - 2
    assert {r.rol_id for r in do(accounts.externe_rollen_to_give, beheer)} == {
        "extern_meelezen",
        "extern_meewerken",
    }


def test_faq_10_super_has_all(do: Do, make: Make, beheer: Lid) -> None:
    root = lid_of(do, make("root", "root", None))
    peer = make("peer", "applicatiebeheerder", "s2")
    assert [a.gebruikersnaam for a in do(accounts.list_accounts, root)] == ["beheer", "peer", "root"]
    do(changes.rename, root, peer.account_id, "Anders")
    do(changes.block, root, beheer.account_id)
    assert do(statements.read_lid, beheer.account_id) is None


def test_who_has_no_right_to_accounts_sees_and_makes_none(do: Do, make: Make) -> None:
    account = make("anna")
    by = lid_of(do, make("loket", "loket"))
    refused(Fout.MAG_NIET, make, "bert", "intern_begeleider", "s1", by)
    refused(Fout.ONBEKEND, do, changes.block, by, account.account_id)
    assert do(accounts.list_accounts, by) == do(accounts.rollen_to_give, by) == []


Change = Callable[[Do, Account], Any]
ENDING: dict[str, Change] = {
    "account_blocked": lambda do, a: do(changes.block, OPERATOR, a.account_id),
    "account_role_changed": lambda do, a: do(changes.change_rol, OPERATOR, a.account_id, "loket", "s1"),
    "account_password_given": lambda do, a: do(
        changes.give_password, OPERATOR, a.account_id, "drie koeien op een rij"
    ),
    "account_sessions_ended": lambda do, a: do(changes.end_sessions, OPERATOR, a.account_id),
    "account_totp_given": lambda do, a: do(changes.give_second_factor, SEAL, OPERATOR, a.account_id),
}


def who(account: Account) -> Who:
    return Who(actor=account.actor, naam=account.naam, rol=account.rol.rol_id, swv_id=account.swv_id)


@pytest.mark.parametrize(("action", "change"), ENDING.items(), ids=ENDING.keys())
def test_a_change_ends_the_sessions_of_this_account_at_once_and_is_in_the_audit(
    do: Do, make: Make, engine: Engine, action: str, change: Change
) -> None:
    account, other = make("anna"), make("bert")
    tokens = [do(Sessions().start, who(a), a.account_id) for a in (account, account, other)]

    change(do, account)

    assert [do(Sessions().find, token) is not None for token in tokens] == [False, False, True]
    assert audited(engine)[0][:3] == ("test", action, "lokaal:anna")
    if action == "account_blocked":  # and unblocking brings none back
        do(changes.unblock, OPERATOR, account.account_id)
        assert do(Sessions().find, tokens[0]) is None
        assert audited(engine)[0][1] == "account_unblocked"


def test_what_changes_nothing_leaves_no_audit_row(do: Do, make: Make, engine: Engine) -> None:
    key = make("anna").account_id
    before = audited(engine)
    do(changes.unblock, OPERATOR, key)
    do(changes.change_rol, OPERATOR, key, "intern_begeleider", "s1")
    do(changes.change_organisatie, OPERATOR, key, None)
    do(changes.change_externe_rol, OPERATOR, key, None)
    assert do(changes.end_sessions, OPERATOR, key) == 0
    do(changes.block, OPERATOR, key)
    do(changes.block, OPERATOR, key)
    assert [row[1] for row in audited(engine)] == ["account_blocked", *(row[1] for row in before)]


def test_nobody_changes_what_their_own_account_may(do: Do, make: Make) -> None:
    root = lid_of(do, make("root", "root", None))
    own = (root, root.account_id)
    make("tweede", "root", None)
    for call in (
        lambda: do(changes.change_rol, *own, "loket", "s1"),
        lambda: do(changes.change_organisatie, *own, "o1"),
        lambda: do(changes.change_externe_rol, *own, "extern_meelezen"),
        lambda: do(changes.block, *own),
        lambda: do(changes.give_password, *own, "drie koeien op een rij"),
        lambda: do(changes.give_second_factor, SEAL, *own),
        lambda: do(changes.end_sessions, *own),
    ):
        refused(Fout.EIGEN, call)
    do(changes.rename, *own, "Root zelf")
    assert do(accounts.own_account, root).naam == "Root zelf"


def test_ones_own_password_ends_the_other_sessions(do: Do, make: Make, engine: Engine) -> None:
    account = make("anna")
    here, there = (do(Sessions().start, who(account), account.account_id) for _ in range(2))
    session_id = do(Sessions().find, here).session_id
    refused(Fout.WACHTWOORD_KORT, do, changes.change_own_password, lid_of(do, account), "kort", session_id)
    do(changes.change_own_password, lid_of(do, account), "drie koeien op een rij", session_id)

    assert [do(Sessions().find, token) is not None for token in (here, there)] == [True, False]
    assert verify_password("drie koeien op een rij", stored(engine, account).secret_hash)
    assert audited(engine)[0][:3] == ("lokaal:anna", "account_password_changed", "lokaal:anna")
    refused(Fout.ONBEKEND, do, changes.change_own_password, OPERATOR, PASSWORD, "x")


def test_faq_2_another_organisatie_lets_the_school_see_its_hulpvraag(
    do: Do, make: Make, beheer: Lid, engine: Engine
) -> None:
    anna = make("anna")
    do(put_dossier, 7, "o2", "s1")
    do(changes.change_organisatie, beheer, anna.account_id, "o1")

    def tabs() -> tuple[Tab, ...]:
        return do(statements.besluit_of, lid_of(do, anna), Dossiernummer(7), TODAY).tabs  # type: ignore[no-any-return]

    assert tabs() == ()
    do(changes.change_organisatie, beheer, anna.account_id, "o2")
    assert tabs() == tuple(Tab)
    assert audited(engine)[0] == ("lokaal:beheer", "account_organisatie_changed", "lokaal:anna", "o1 -> o2")
    do(changes.change_organisatie, beheer, anna.account_id, None)
    assert tabs() == ()


def test_faq_3_an_externe_rol_opens_what_one_is_invited_to(
    do: Do, make: Make, beheer: Lid, engine: Engine
) -> None:
    gast = make("gast", "behandelaar")
    do(put_dossier, 7, "o2", "s1")
    do(put_overlegronde, "r", 7, beheer.account_id, TODAY, gast.account_id)

    def tabs() -> tuple[Tab, ...]:
        return do(statements.besluit_of, lid_of(do, gast), Dossiernummer(7), TODAY).tabs  # type: ignore[no-any-return]

    assert tabs() == (Tab.HULPVRAAG,)
    do(changes.change_externe_rol, beheer, gast.account_id, "extern_meelezen")
    assert tabs() == tuple(Tab)
    detail = "- -> extern_meelezen"
    assert audited(engine)[0] == ("lokaal:beheer", "account_externe_rol_changed", "lokaal:gast", detail)
    do(changes.change_externe_rol, beheer, gast.account_id, None)
    assert tabs() == (Tab.HULPVRAAG,)


@pytest.mark.parametrize("rol", ["loket", "root", "behandelaar", "uitleg"])
def test_only_a_role_with_external_rights_alone_is_an_externe_rol(do: Do, make: Make, rol: str) -> None:
    account = make("anna")
    refused(Rechtfout.ROL_NIET_EXTERN, do, changes.change_externe_rol, OPERATOR, account.account_id, rol)
    refused(Rechtfout.ROL_ONBEKEND, do, changes.change_externe_rol, OPERATOR, account.account_id, "geen")


@pytest.mark.parametrize("organisatie_id", ["o3", "o9"])
def test_an_account_is_of_an_organisatie_of_its_own_swv(do: Do, make: Make, organisatie_id: str) -> None:
    account, guest = make("anna"), make("gast", "behandelaar", None)
    for one in (account, guest):
        arguments = (OPERATOR, one.account_id, organisatie_id)
        refused(Rechtfout.ORGANISATIE_ONBEKEND, do, changes.change_organisatie, *arguments)


def test_with_another_swv_an_account_leaves_its_organisatie_and_keeps_its_externe_rol(
    do: Do, make: Make
) -> None:
    key = make("anna").account_id
    do(changes.change_organisatie, OPERATOR, key, "o1")
    do(changes.change_externe_rol, OPERATOR, key, "extern_meelezen")
    do(changes.change_rol, OPERATOR, key, "schoolleider", "s1")
    assert do(accounts.get_account, OPERATOR, key).organisatie_id == "o1"
    do(changes.change_rol, OPERATOR, key, "schoolleider", "s2")
    found = do(accounts.get_account, OPERATOR, key)
    assert (found.swv_id, found.organisatie_id, found.externe_rol.rol_id) == ("s2", None, "extern_meelezen")


def test_the_last_root_stays(do: Do, make: Make) -> None:
    root = make("root", "root", None)
    other = make("tweede", "root", None)
    do(changes.block, OPERATOR, other.account_id)
    refused(Rechtfout.LAATSTE, do, changes.block, OPERATOR, root.account_id)
    refused(Rechtfout.LAATSTE, do, changes.change_rol, OPERATOR, root.account_id, RolId("loket"), SwvId("s1"))
    do(changes.change_rol, OPERATOR, other.account_id, RolId("loket"), SwvId("s1"))  # it was none any more
    do(changes.change_rol, OPERATOR, other.account_id, RolId("root"), None)
    do(changes.unblock, OPERATOR, other.account_id)
    do(changes.change_rol, OPERATOR, root.account_id, RolId("loket"), SwvId("s1"))


def test_of_roots_who_block_each_other_at_once_one_stays(do: Do, make: Make, engine: Engine) -> None:
    roots = [make(f"root{n}", "root", None) for n in range(3)]
    lids = [lid_of(do, root) for root in roots]
    refusals = []

    def block_next(n: int) -> None:
        try:
            with writing(engine) as connection:
                changes.block(connection, lids[n], roots[(n + 1) % 3].account_id)
        except Refused as exc:
            refusals.append(exc.fout)

    threads = [threading.Thread(target=block_next, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [a.actief for a in do(accounts.list_accounts, OPERATOR)].count(True) == 1
    assert refusals == [Rechtfout.LAATSTE]


def test_a_key_is_of_one_account_and_works_until_it_ends(do: Do, make: Make, engine: Engine) -> None:
    anna = make("anna")
    lid = lid_of(do, anna)
    key = do(api_keys.new_key, lid, anna.account_id, " Rapport  van maandag ")
    assert do(api_keys.find_key, key) == anna.account_id
    for other in ("", key[:-1], "é\ud800"):
        assert do(api_keys.find_key, other) is None

    (row,) = do(api_keys.list_keys, lid, anna.account_id)
    assert (row.naam, row.ended_ms, row.created_ms > 0) == ("Rapport van maandag", None, True)
    assert key not in repr(row)
    assert do(api_keys.find_key, row.key_id) is None
    assert [do(api_keys.end_key, lid, anna.account_id, row.key_id) for _ in range(2)] == [True, False]
    assert do(api_keys.find_key, key) is None
    assert do(api_keys.list_keys, lid, anna.account_id)[0].ended_ms is not None
    actions = [(actor, action, detail) for actor, action, _, detail in audited(engine)[:2]]
    assert actions == [
        ("lokaal:anna", "api_key_ended", row.key_id[:8]),
        ("lokaal:anna", "api_key_added", row.key_id[:8]),
    ]
    refused(Rechtfout.SLEUTEL_NAAM, do, api_keys.new_key, lid, anna.account_id, " ")


def test_a_key_is_made_and_ended_by_who_may_change_the_account(do: Do, make: Make, beheer: Lid) -> None:
    mine, other = make("anna"), make("other", "loket", "s2")
    key = do(api_keys.new_key, beheer, mine.account_id, "Koppeling")
    (row,) = do(api_keys.list_keys, beheer, mine.account_id)
    refused(Fout.ONBEKEND, do, api_keys.new_key, beheer, other.account_id, "Koppeling")
    refused(Fout.ONBEKEND, do, api_keys.list_keys, beheer, other.account_id)
    refused(Fout.ONBEKEND, do, api_keys.end_key, lid_of(do, other), mine.account_id, row.key_id)
    assert not do(api_keys.end_key, lid_of(do, other), other.account_id, row.key_id)
    assert do(api_keys.find_key, key) == mine.account_id


def test_who_is_blocked_has_no_keys_any_more(do: Do, make: Make) -> None:
    anna, bert = make("anna"), make("bert")
    keys = [do(api_keys.new_key, lid_of(do, one), one.account_id, "Koppeling") for one in (anna, bert)]
    do(changes.block, OPERATOR, anna.account_id)
    do(changes.unblock, OPERATOR, anna.account_id)
    assert [do(api_keys.find_key, key) for key in keys] == [None, bert.account_id]

"""Accounts: made and changed only by whom FAQ 10 names, and never so that nobody could any more."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, select

from database.audit import list_audit
from database.engine import reading, writing
from database.schema import account as table
from database.secret_hashes import hash_password, verify_password
from helpdesk import accounts
from helpdesk.accounts import Account
from helpdesk.roles import Person, Role
from storage.seal import Seal
from web.account_refusals import AccountRefused, Fout
from web.passwords import Weak, weakness
from web.sessions import Sessions

from .conftest import AUDITOR_S1, BEHEER_S1, BEHEERDER, HELPDESK, S1, S2, Do

PASSWORD = "een paard in de gang"
Make = Callable[..., Account]


@pytest.fixture
def make(do: Do, seal: Seal) -> Make:
    def run(name: str, role: Role = Role.AUDITOR, swv_id: object = S1, by: Person = BEHEERDER) -> Account:
        fields = {"gebruikersnaam": name, "naam": name.title(), "role": role, "swv_id": swv_id}
        account, _ = do(accounts.add_account, seal, by, **fields, password=PASSWORD)
        return account  # type: ignore[no-any-return]

    return run


def refused(fout: Fout, call: Callable[..., Any], *arguments: Any, **named: Any) -> None:
    with pytest.raises(AccountRefused) as caught:
        call(*arguments, **named)
    assert caught.value.fout is fout


def stored(engine: Engine, account: Account) -> Any:
    with reading(engine) as connection:
        return connection.execute(select(table).where(table.c.account_id == account.account_id)).one()


def audited(engine: Engine) -> list[tuple[str, str, str, str]]:
    with reading(engine) as connection:
        return [(a.actor, a.action, a.subject, a.detail) for a in list_audit(connection, 99)]


def test_an_account_is_made_with_a_password_and_a_second_factor(
    engine: Engine, do: Do, make: Make, seal: Seal
) -> None:
    account = make("anna", Role.HELPDESK, None)

    row = stored(engine, account)
    assert do(accounts.find_account, BEHEERDER, "anna") == account
    assert verify_password(PASSWORD, row.secret_hash)
    assert row.secret_hash.split("$")[3] == hash_password("x").split("$")[3]  # and not a secret's of ours
    assert len(row.totp_ciphertext) == 20 + 16
    assert (row.status, row.totp_step, row.created_ms > 0) == ("actief", 0, True)
    assert audited(engine) == [("lokaal:super", "account_added", "lokaal:anna", "helpdesk swv=-")]


@pytest.mark.parametrize("name", ["", "Anna", "anna b", "é", "a" * 65, "anna\n", "an:na"])
def test_a_gebruikersnaam_is_plain(make: Make, name: str) -> None:
    refused(Fout.NAAM_ONGELDIG, make, name)


def test_a_gebruikersnaam_is_given_once(make: Make, engine: Engine) -> None:
    make("anna")
    refused(Fout.NAAM_BEZET, make, "anna")
    assert len(audited(engine)) == 1


@pytest.mark.parametrize(
    ("role", "swv_id", "fout"),
    [
        (Role.APPLICATIEBEHEERDER, None, Fout.SWV_NODIG),
        (Role.HELPDESK, S1, Fout.SWV_TEVEEL),
        (Role.BEHEERDER, S1, Fout.SWV_TEVEEL),
        (Role.AUDITOR, "s9", Fout.SWV_ONBEKEND),
    ],
)
def test_a_role_has_a_swv_or_none_as_it_must(make: Make, role: Role, swv_id: object, fout: Fout) -> None:
    refused(fout, make, "anna", role, swv_id)


@pytest.mark.parametrize("by", [HELPDESK, AUDITOR_S1], ids=lambda person: person.role)
def test_who_has_no_right_to_accounts_sees_and_makes_none(do: Do, make: Make, by: Person) -> None:
    account = make("anna")
    refused(Fout.MAG_NIET, make, "bert", Role.AUDITOR, S1, by)
    refused(Fout.ONBEKEND, do, accounts.block, by, account.account_id)
    assert do(accounts.list_accounts, by) == []


def test_an_applicatiebeheerder_has_only_type_rest_of_its_own_swv(do: Do, make: Make) -> None:
    mine = make("mine", by=BEHEER_S1)
    others = [
        make("other", Role.AUDITOR, S2),
        make("none", Role.AUDITOR, None),
        make("help", Role.HELPDESK, None),
        make("root", Role.BEHEERDER, None),
        make("peer", Role.APPLICATIEBEHEERDER, S1),
    ]

    assert do(accounts.list_accounts, BEHEER_S1) == [mine]
    do(accounts.rename, BEHEER_S1, mine.account_id, "Anders")
    for other in others:
        refused(Fout.ONBEKEND, do, accounts.rename, BEHEER_S1, other.account_id, "Anders")
    for role, swv_id in ((Role.APPLICATIEBEHEERDER, S1), (Role.AUDITOR, S2), (Role.BEHEERDER, None)):
        refused(Fout.MAG_NIET, do, accounts.change_role, BEHEER_S1, mine.account_id, role, swv_id)
        refused(Fout.MAG_NIET, make, "new", role, swv_id, BEHEER_S1)
    assert len(do(accounts.list_accounts, BEHEERDER)) == 6


Change = Callable[[Do, Seal, Account], Any]
ENDING: dict[str, Change] = {
    "account_blocked": lambda do, seal, a: do(accounts.block, BEHEERDER, a.account_id),
    "account_role_changed": lambda do, seal, a: do(
        accounts.change_role, BEHEERDER, a.account_id, Role.AUDITOR, S2
    ),
    "account_password_given": lambda do, seal, a: do(
        accounts.give_password, BEHEERDER, a.account_id, "drie koeien op een rij"
    ),
    "account_sessions_ended": lambda do, seal, a: do(accounts.end_sessions, BEHEERDER, a.account_id),
    "account_totp_given": lambda do, seal, a: do(accounts.give_second_factor, seal, BEHEERDER, a.account_id),
}


@pytest.mark.parametrize(("action", "change"), ENDING.items(), ids=ENDING.keys())
def test_a_change_ends_the_sessions_of_this_account_at_once_and_is_in_the_audit(
    do: Do, make: Make, seal: Seal, engine: Engine, action: str, change: Change
) -> None:
    account, other = make("anna"), make("bert")
    tokens = [do(Sessions().start, a.person.who, a.account_id) for a in (account, account, other)]

    change(do, seal, account)

    assert [do(Sessions().find, token) is not None for token in tokens] == [False, False, True]
    assert audited(engine)[0][:3] == ("lokaal:super", action, "lokaal:anna")
    if action == "account_blocked":  # and unblocking brings none back
        do(accounts.unblock, BEHEERDER, account.account_id)
        assert do(Sessions().find, tokens[0]) is None


def test_who_changes_their_own_password_stays_where_they_are(do: Do, make: Make, engine: Engine) -> None:
    account = make("anna")
    here, elsewhere = (do(Sessions().start, account.person.who, account.account_id) for _ in range(2))
    session = do(Sessions().find, here)

    do(accounts.change_own_password, account.person, "drie koeien op een rij", session.session_id)

    assert do(Sessions().find, here) == session
    assert do(Sessions().find, elsewhere) is None
    assert verify_password("drie koeien op een rij", stored(engine, account).secret_hash)
    assert audited(engine)[0][1] == "account_password_changed"
    refused(Fout.ONBEKEND, do, accounts.change_own_password, AUDITOR_S1, "drie koeien op een rij", "x")


def test_what_changes_nothing_is_not_in_the_audit(do: Do, make: Make, engine: Engine) -> None:
    account = make("anna")
    do(accounts.unblock, BEHEERDER, account.account_id)
    do(accounts.change_role, BEHEERDER, account.account_id, account.role, account.swv_id)
    do(accounts.block, BEHEERDER, account.account_id)
    do(accounts.block, BEHEERDER, account.account_id)
    assert [row[1] for row in audited(engine)] == ["account_blocked", "account_added"]


def test_a_new_second_factor_is_another_one(do: Do, make: Make, seal: Seal, engine: Engine) -> None:
    account = make("anna")
    before = stored(engine, account)
    one = do(accounts.give_second_factor, seal, BEHEERDER, account.account_id)
    two = do(accounts.give_second_factor, seal, BEHEERDER, account.account_id)
    assert one.secret != two.secret
    assert stored(engine, account).totp_ciphertext != before.totp_ciphertext


def test_the_last_active_beheerder_stays(do: Do, make: Make) -> None:
    last, blocked = make("last", Role.BEHEERDER, None), make("blocked", Role.BEHEERDER, None)
    do(accounts.block, BEHEERDER, blocked.account_id)
    for call in ((accounts.block,), (accounts.change_role, Role.HELPDESK, None)):
        action, *rest = call
        refused(Fout.LAATSTE, do, action, BEHEERDER, last.account_id, *rest)

    do(accounts.unblock, BEHEERDER, blocked.account_id)
    do(accounts.block, BEHEERDER, last.account_id)


def test_nobody_changes_what_their_own_account_may_or_how_it_logs_in(
    do: Do, make: Make, seal: Seal, engine: Engine
) -> None:
    me, _ = make("me", Role.BEHEERDER, None), make("other", Role.BEHEERDER, None)
    before = stored(engine, me)
    for call in (
        (accounts.change_role, me.person, me.account_id, Role.HELPDESK, None),
        (accounts.block, me.person, me.account_id),
        (accounts.give_password, me.person, me.account_id, "drie koeien op een rij"),
        (accounts.give_second_factor, seal, me.person, me.account_id),
        (accounts.end_sessions, me.person, me.account_id),
    ):
        refused(Fout.EIGEN, do, *call)
    assert stored(engine, me) == before


def test_of_beheerders_who_block_each_other_at_once_one_is_left(swvs: Engine, make: Make) -> None:
    people = [make(name, Role.BEHEERDER, None) for name in ("anna", "bert", "carla")]
    together = threading.Barrier(3)
    refusals = []

    def block_next(number: int) -> None:
        together.wait(30)
        try:
            with writing(swvs) as connection:
                target = people[(number + 1) % 3]
                accounts.block(connection, people[number].person, target.account_id)
        except AccountRefused as exc:
            refusals.append(exc.fout)

    threads = [threading.Thread(target=block_next, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    with reading(swvs) as connection:
        assert [a.actief for a in accounts.list_accounts(connection, BEHEERDER)].count(True) == 1
    assert refusals == [Fout.LAATSTE]


@pytest.mark.parametrize(
    ("password", "weak"),
    [
        ("kort", Weak.TE_KORT),
        ("elf tekens.", Weak.TE_KORT),
        ("twaalf teken", None),
        ("   te kort   ", Weak.TE_KORT),
        ("x" * 257, Weak.TE_LANG),
        ("ab cd ef " * 28 + "abcd", None),
        ("Anna@School.Example", Weak.GEBRUIKERSNAAM),
        ("elpmaxe.loohcs@anna", Weak.GEBRUIKERSNAAM),
        ("Wachtwoord123", Weak.TE_BEKEND),
        ("ababababababab", Weak.TE_BEKEND),
        ("een paard in de gang", None),
    ],
)
def test_a_password_is_long_and_not_what_everybody_tries(password: str, weak: Weak | None) -> None:
    name = "anna@school.example" if "anna" in password.lower() else "anna"
    assert weakness(password, name) is weak


def test_a_weak_password_is_refused_wherever_one_is_set(do: Do, make: Make, seal: Seal) -> None:
    account = make("anna")
    refused(
        Fout.WACHTWOORD_BEKEND, do, accounts.give_password, BEHEERDER, account.account_id, "wachtwoord123"
    )
    refused(Fout.WACHTWOORD_KORT, do, accounts.change_own_password, account.person, "kort", "x")


def test_a_password_is_the_same_however_it_was_composed(do: Do, make: Make, engine: Engine) -> None:
    account = make("anna")
    do(accounts.give_password, BEHEERDER, account.account_id, "caf\u00e9 op de hoek")
    assert verify_password("cafe\u0301 op de hoek", stored(engine, account).secret_hash)


@pytest.mark.parametrize("fout", Fout)
def test_every_refusal_has_a_text_for_the_command_line_and_one_for_a_page(fout: Fout) -> None:
    refusal = AccountRefused(fout)
    assert str(refusal)
    assert refusal.melding.endswith(("-", "."))

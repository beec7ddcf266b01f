"""Logging in: right once, wrong in one way, and slower and slower for who guesses."""

from __future__ import annotations

import threading
from base64 import b32decode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, update

from database import secret_hashes
from database.audit import list_audit
from database.engine import reading, writing
from database.login_failures import read_clock, read_failures
from database.schema import account as account_table
from database.schema import audit, login_mislukking
from database.secret_hashes import hash_password
from helpdesk import accounts
from helpdesk.roles import Role
from storage.seal import Seal
from unit.helpdesk.conftest import AUDITOR_S1, BEHEERDER
from web import login as login_module
from web import throttle, totp
from web.login import LoggedIn, Login, Refused

from .conftest import ANNA, Do, Later

PASSWORD = "een paard in de gang"
OFFICE = "192.0.2.1"
Try = Callable[..., LoggedIn | Refused]


@dataclass(frozen=True)
class Anna:
    account: accounts.Account
    key: bytes


@pytest.fixture
def anna(do: Do, seal: Seal) -> Anna:
    fields = {"gebruikersnaam": "anna", "naam": "Anna", "role": Role.HELPDESK, "swv_id": None}
    account, enrolment = do(accounts.add_account, seal, BEHEERDER, **fields, password=PASSWORD)
    return Anna(account=account, key=b32decode(enrolment.secret))


@pytest.fixture
def login(swvs: Engine, seal: Seal) -> Login:
    return Login(swvs, seal)


def code_of(engine: Engine, key: bytes, offset: int = 0) -> str:
    with reading(engine) as connection:
        step = read_clock(connection) // 30_000 + offset
    return totp.code_at(key, step)


@pytest.fixture
def attempt(login: Login, anna: Anna, swvs: Engine) -> Try:
    """By default Anna's own, and right."""

    def run(**changed: Any) -> LoggedIn | Refused:
        given = {"gebruikersnaam": "anna", "password": PASSWORD, "address": OFFICE}
        given["code"] = code_of(swvs, anna.key)
        return login.log_in(**(given | changed))

    return run


def reuse_codes(do: Do) -> None:
    do(lambda c: c.execute(update(account_table).values(totp_step=0)))


def failures_of(engine: Engine, seal: Seal, name: str = "anna", address: str = OFFICE) -> tuple[int, int]:
    who = throttle.who(seal, name, address)
    with reading(engine) as connection:
        return read_failures(connection, who.name).tries, read_failures(connection, who.address).tries


def actions(engine: Engine) -> list[tuple[str, str, str]]:
    with reading(engine) as connection:
        rows = list_audit(connection, 99)
    return [(a.actor, a.action, a.subject) for a in rows if a.action.startswith("login")]


def test_who_gives_all_three_is_in_and_it_is_written_down(attempt: Try, anna: Anna, engine: Engine) -> None:
    assert attempt(gebruikersnaam=" Anna ") == LoggedIn(who=ANNA, account_id=anna.account.account_id)
    assert actions(engine) == [("lokaal:anna", "login", "lokaal:anna")]


WRONG: dict[str, dict[str, str]] = {
    "password": {"password": "een koe in de gang"},
    "no password": {"password": ""},
    "endless password": {"password": "x" * 100_000},
    "code": {"code": "000000"},
    "no code": {"code": ""},
    "name": {"gebruikersnaam": "bert"},
    "no name": {"gebruikersnaam": ""},
    "a password as name": {"gebruikersnaam": PASSWORD},
    "a nul in the name": {"gebruikersnaam": "anna\0"},
    "half a character": {"gebruikersnaam": "\ud800", "password": "\ud800"},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_whatever_is_wrong_the_answer_is_one_and_names_nothing(
    attempt: Try, engine: Engine, wrong: dict[str, str]
) -> None:
    assert attempt(**wrong) == Refused()
    known = "gebruikersnaam" not in wrong
    assert actions(engine) == [("onbekend", "login_failed", "lokaal:anna" if known else "onbekend")]
    with reading(engine) as connection:
        written = str(connection.execute(select(audit)).all())
        assert PASSWORD not in written
        assert OFFICE not in str(connection.execute(select(login_mislukking)).all())


def test_a_blocked_account_gets_the_same_answer(attempt: Try, anna: Anna, do: Do) -> None:
    do(lambda c: c.execute(update(account_table).values(status="geblokkeerd")))
    assert attempt() == Refused()


def test_a_code_works_once_and_an_older_one_not_after_it(attempt: Try, anna: Anna, engine: Engine) -> None:
    # The next step's code: the clock may enter that step during the test.
    code = code_of(engine, anna.key, 1)
    assert isinstance(attempt(code=code), LoggedIn)
    assert attempt(code=code) == Refused()
    assert attempt(code=code_of(engine, anna.key, -1)) == Refused()


def test_of_many_with_one_code_at_once_one_is_in(attempt: Try, anna: Anna, engine: Engine) -> None:
    code = code_of(engine, anna.key, 1)
    results = at_once(4, lambda number: attempt(code=code, address=f"198.51.100.{number}"))
    assert [type(result) for result in results].count(LoggedIn) == 1


def test_a_second_factor_that_was_replaced_works_no_more(
    attempt: Try, anna: Anna, do: Do, seal: Seal, engine: Engine
) -> None:
    enrolment = do(accounts.give_second_factor, seal, BEHEERDER, anna.account.account_id)
    assert attempt() == Refused()
    assert isinstance(attempt(code=code_of(engine, b32decode(enrolment.secret))), LoggedIn)


@pytest.mark.parametrize("name", ["anna", "nobody"])
def test_a_name_that_is_not_there_costs_the_same_work(
    login: Login, attempt: Try, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    verified, opened = [], []

    def verify(password: str, secret_hash: str) -> bool:
        verified.append(secret_hash.split("$")[3])
        return secret_hashes.verify_password(password, secret_hash)

    def open_key(*arguments: Any) -> bytes:
        opened.append(arguments)
        return original(*arguments)

    original = totp.open_key
    monkeypatch.setattr(login_module, "verify_password", verify)
    monkeypatch.setattr(totp, "open_key", open_key)
    attempt(gebruikersnaam=name, password="x")
    assert (verified, len(opened)) == ([hash_password("x").split("$")[3]], 1)


def test_after_five_failures_the_wait_doubles_until_it_is_a_quarter_of_an_hour() -> None:
    waits = [throttle.PER_NAME.wait_ms(throttle.Failures(tries=n, ago_ms=0)) // 1000 for n in range(20)]
    assert waits == [0] * 5 + [2, 4, 8, 16, 32, 64, 128, 256, 512] + [900] * 6
    assert throttle.PER_NAME.wait_ms(throttle.Failures(tries=10**6, ago_ms=0)) == 900_000
    assert throttle.PER_NAME.wait_ms(throttle.Failures(tries=99, ago_ms=86_400_000)) == 0


def test_who_failed_five_times_waits_even_with_what_is_right(
    attempt: Try, later: Later, engine: Engine, seal: Seal
) -> None:
    for _ in range(4):
        attempt(password="x")
    later(timedelta(minutes=10))  # the fifth is admitted whatever the machine's speed
    attempt(password="x")
    assert failures_of(engine, seal) == (5, 5)
    with writing(engine) as connection:  # as if the fifth were of just now, for long
        connection.execute(update(login_mislukking).values(last_ms=login_mislukking.c.last_ms + 60_000))

    assert attempt() == Refused()
    assert failures_of(engine, seal) == (5, 5)  # too early: neither looked at nor counted
    later(timedelta(seconds=62))
    assert isinstance(attempt(), LoggedIn)
    assert failures_of(engine, seal) == (0, 5)


def test_a_success_clears_the_name_and_not_the_address(attempt: Try, engine: Engine, seal: Seal) -> None:
    for _ in range(3):
        attempt(password="x")
    assert isinstance(attempt(), LoggedIn)
    assert failures_of(engine, seal) == (0, 3)


def test_an_address_that_tries_many_names_waits_for_all_of_them(
    login: Login, attempt: Try, do: Do, seal: Seal
) -> None:
    who = throttle.who(seal, "x", OFFICE)
    do(lambda c: [throttle.admit(c, throttle.who(seal, f"n{n}", OFFICE)) for n in range(20)])
    do(lambda c: c.execute(update(login_mislukking).values(last_ms=login_mislukking.c.last_ms + 60_000)))
    assert not do(throttle.may_try, who)
    assert attempt() == Refused()
    assert isinstance(attempt(address="198.51.100.7"), LoggedIn)


def test_of_many_guesses_at_once_five_are_looked_at(
    attempt: Try, engine: Engine, seal: Seal, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = []
    monkeypatch.setattr(login_module, "verify_password", lambda *_: looked.append(1) or False)
    monkeypatch.setattr(throttle, "PER_NAME", throttle.Pace(
        free=5, first_seconds=600, longest_seconds=900, forget_seconds=86_400
    ))  # fmt: skip

    at_once(12, lambda number: attempt(password="x", address=f"198.51.100.{number}"))

    assert len(looked) == 5
    assert failures_of(engine, seal)[0] == 5


def test_failures_are_forgotten_and_their_rows_taken_away(
    attempt: Try, later: Later, engine: Engine, seal: Seal
) -> None:
    for _ in range(5):
        attempt(password="x")
    later(timedelta(days=1))
    attempt(gebruikersnaam="bert", address="198.51.100.7")
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(login_mislukking)).scalar() == 2


def test_who_lets_a_name_try_again_takes_its_wait_away(attempt: Try, do: Do, seal: Seal) -> None:
    do(lambda c: [throttle.admit(c, throttle.who(seal, "anna", f"198.51.100.{n}")) for n in range(5)])
    do(lambda c: c.execute(update(login_mislukking).values(last_ms=login_mislukking.c.last_ms + 60_000)))
    assert attempt() == Refused()
    do(throttle.let_again, seal, "anna")
    assert isinstance(attempt(), LoggedIn)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("", "testclient", True),
    ],
)
def test_an_address_is_what_one_subscriber_has(seal: Seal, one: str, other: str, same: bool) -> None:
    first, second = (throttle.who(seal, "anna", address).address for address in (one, other))
    assert (first == second) is same


def test_a_password_is_confirmed_by_its_owner_and_guessing_is_throttled(
    login: Login, anna: Anna, do: Do, engine: Engine, seal: Seal
) -> None:
    assert login.confirm_password(anna.account.person, PASSWORD, OFFICE)
    assert failures_of(engine, seal) == (0, 0)
    assert not login.confirm_password(anna.account.person, "x", OFFICE)
    assert failures_of(engine, seal) == (1, 1)
    assert not login.confirm_password(AUDITOR_S1, PASSWORD, OFFICE)


def at_once(number: int, work: Callable[[int], Any]) -> list[Any]:
    together = threading.Barrier(number)
    results: list[Any] = []

    def run(n: int) -> None:
        together.wait(30)
        results.append(work(n))

    threads = [threading.Thread(target=run, args=(n,)) for n in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results

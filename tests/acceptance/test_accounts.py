"""The first account, as it is made on a new machine: no password of ours, and no way round the rules."""

from __future__ import annotations

import re
from base64 import b32decode
from pathlib import Path

import pytest

from acceptance.process import Gateway
from database.engine import reading
from database.login_failures import read_clock
from gateway.databases import open_gateway_database
from gateway.keys import gateway_keyed, open_keyring
from storage.seal import Seal
from web import totp
from web.login import LoggedIn, Login

PASSWORD = "een paard in de gang"
ADD = ("account", "add", "anna", "--naam", "Anna", "--rol", "beheerder", "--password-stdin")


@pytest.fixture
def empty(tmp_path: Path) -> Gateway:
    return Gateway(tmp_path / "data")


def ok(gateway: Gateway, *arguments: str, stdin: str = "") -> str:
    done = gateway.cli(*arguments, stdin=stdin)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(gateway: Gateway, *arguments: str, stdin: str = "") -> str:
    done = gateway.cli(*arguments, stdin=stdin)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    return done.stderr


def log_in(gateway: Gateway, printed: str, password: str) -> bool:
    [secret] = re.findall(r"^key: ([A-Z2-7]{32})$", printed, re.MULTILINE)
    engine = open_gateway_database(gateway.settings)
    with reading(engine) as connection:
        code = totp.code_at(b32decode(secret), read_clock(connection) // 30_000)
    seal = Seal(open_keyring(gateway.settings, gateway_keyed(engine)))
    result = Login(engine, seal).log_in("anna", password, code, "192.0.2.1")
    engine.dispose()
    return isinstance(result, LoggedIn)


def test_the_first_account_is_made_and_its_owner_logs_in(empty: Gateway) -> None:
    printed = ok(empty, *ADD, stdin=PASSWORD + "\n")

    assert "otpauth://totp/Kindkans%20gateway%3Aanna?secret=" in printed
    assert "▀" in printed  # the QR code
    assert PASSWORD not in printed
    assert log_in(empty, printed, PASSWORD)
    listed = ok(empty, "account", "list")
    assert re.search(r"anna.*Anna.*beheerder.*Super.*actief", listed)
    audit = ok(empty, "audit", "list")
    assert "account_added" in audit
    assert "cli:" in audit


def test_no_account_is_made_without_a_good_password(empty: Gateway) -> None:
    assert "12 characters or more" in refused(empty, *ADD, stdin="\n")
    assert "everybody tries" in refused(empty, *ADD, stdin="wachtwoord123\n")
    assert "--password-stdin" in refused(empty, *ADD[:-1])
    assert "none" in ok(empty, "account", "list")


def test_a_telephone_and_a_password_are_replaced(empty: Gateway) -> None:
    ok(empty, *ADD, stdin=PASSWORD)
    ok(empty, "account", "password", "anna", "--password-stdin", stdin="drie koeien op een rij")
    printed = ok(empty, "account", "totp", "anna", "--yes")
    assert not log_in(empty, printed, PASSWORD)
    assert log_in(empty, printed, "drie koeien op een rij")


def test_the_last_beheerder_stays_until_there_is_another(empty: Gateway) -> None:
    ok(empty, *ADD, stdin=PASSWORD)
    assert "add another first" in refused(empty, "account", "block", "anna")
    ok(empty, "swv", "add", "s1", "SWV Een")
    bert = ("account", "add", "bert", "--naam", "Bert", "--password-stdin", "--rol")
    assert "--swv" in refused(empty, *bert, "applicatiebeheerder", stdin=PASSWORD)
    ok(empty, *bert, "applicatiebeheerder", "--swv", "s1", stdin=PASSWORD)
    assert "add another first" in refused(empty, "account", "role", "anna", "helpdesk")

    ok(empty, "account", "role", "bert", "beheerder")
    assert "is blocked" in ok(empty, "account", "block", "anna")
    ok(empty, "account", "rename", "anna", "Anna de Vries")
    assert re.search(r"Anna de Vries.*geblokkeerd", ok(empty, "account", "list"))
    ok(empty, "account", "unblock", "anna")
    assert "no such account" in refused(empty, "account", "block", "carla")

"""The accounts of the core store by command: the first root, and all that FAQ 2 and 3 advise."""

from __future__ import annotations

import re
from base64 import b32decode
from pathlib import Path

import pytest

from acceptance.process import Gateway
from database.engine import reading, writing
from database.login_failures import read_clock
from dossier.identifiers import OrganisatieId, SwvId
from gateway.databases import open_store_database
from gateway.keys import open_keyring, store_keyed
from kindkans.dossiers.organisaties import ensure_organisatie
from kindkans.rights.api_keys import find_key
from storage.seal import Seal
from web import totp
from web.login import LoggedIn, Login

PASSWORD = "een paard in de gang"
ACCOUNT = "kindkans-account"
ROOT = (ACCOUNT, "add", "anna", "--naam", "Anna", "--rol", "root", "--password-stdin")
IB = (
    ACCOUNT,
    "add",
    "bert",
    "--naam",
    "Bert",
    "--rol",
    "intern_begeleider",
    "--password-stdin",
    "--swv",
    "s1",
)


@pytest.fixture
def empty(tmp_path: Path) -> Gateway:
    gateway = Gateway(tmp_path / "data")
    engine = open_store_database(gateway.settings)
    with writing(engine) as connection:
        ensure_organisatie(connection, OrganisatieId("es"), SwvId("s1"), "De Es")
    engine.dispose()
    return gateway


def ok(gateway: Gateway, *arguments: str, stdin: str = "") -> str:
    done = gateway.cli(*arguments, stdin=stdin)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(gateway: Gateway, *arguments: str, stdin: str = "") -> str:
    done = gateway.cli(*arguments, stdin=stdin)
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr


def log_in(gateway: Gateway, printed: str, password: str) -> bool:
    [secret] = re.findall(r"^key: ([A-Z2-7]{32})$", printed, re.MULTILINE)
    engine = open_store_database(gateway.settings)
    with reading(engine) as connection:
        code = totp.code_at(b32decode(secret), read_clock(connection) // 30_000)
    seal = Seal(open_keyring(gateway.settings, store_keyed(engine)))
    result = Login(engine, seal).log_in("anna", password, code, "192.0.2.1")
    engine.dispose()
    return isinstance(result, LoggedIn)


def test_the_first_root_is_made_and_its_owner_logs_in(empty: Gateway) -> None:
    printed = ok(empty, *ROOT, stdin=PASSWORD + "\n")
    assert PASSWORD not in printed
    assert log_in(empty, printed, PASSWORD)
    assert re.search(r"anna.*Anna.*root.*Super.*actief", ok(empty, ACCOUNT, "list"))
    assert "intern_begeleider" in ok(empty, ACCOUNT, "roles")
    assert "last active root" in refused(empty, ACCOUNT, "block", "anna")
    assert "last active root" in refused(empty, ACCOUNT, "role", "anna", "loket", "--swv", "s1")
    ok(empty, ACCOUNT, "password", "anna", "--password-stdin", stdin="drie koeien op een rij")
    assert log_in(empty, ok(empty, ACCOUNT, "totp", "anna", "--yes"), "drie koeien op een rij")


def test_organisatie_externe_rol_and_a_key_are_given_and_taken(empty: Gateway) -> None:
    assert "no such organisatie" in refused(empty, *IB, "--organisatie", "nergens", stdin=PASSWORD)
    assert "none" in ok(empty, ACCOUNT, "list")
    ok(empty, *IB, "--organisatie", "es", stdin=PASSWORD)
    ok(empty, ACCOUNT, "external-role", "bert", "extern_meelezen")
    assert re.search(r"bert.*s1.*es.*extern_.*actief", ok(empty, ACCOUNT, "list"))
    assert "external rights only" in refused(empty, ACCOUNT, "external-role", "bert", "loket")
    key = ok(empty, ACCOUNT, "key", "bert", "Script").splitlines()[-1]
    engine = open_store_database(empty.settings)
    with reading(engine) as connection:
        assert find_key(connection, key) is not None
    assert "keys ended: 1" in ok(empty, ACCOUNT, "key", "bert", "Script", "--end")
    assert "no key of this name" in refused(empty, ACCOUNT, "key", "bert", "Script", "--end")
    with reading(engine) as connection:
        assert find_key(connection, key) is None
    engine.dispose()
    ok(empty, ACCOUNT, "organisatie", "bert")
    ok(empty, ACCOUNT, "external-role", "bert")
    assert "extern_meelezen" not in ok(empty, ACCOUNT, "list")
    ok(empty, ACCOUNT, "block", "bert")
    assert "geblokkeerd" in ok(empty, ACCOUNT, "list")
    ok(empty, ACCOUNT, "unblock", "bert")

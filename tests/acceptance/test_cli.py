"""The command line, as the people of the FAQ use it until there are pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from acceptance.process import Gateway, break_delivery, mend_delivery, wait_for
from adapters.parnassys.standin.messages import File, Push, indienen
from database.engine import writing
from gateway.databases import open_store_database

NUMBER = re.compile(r"dossiernummer>(-?[0-9]+)<")


@pytest.fixture
def empty(tmp_path: Path) -> Gateway:
    """A data folder in which nothing is yet."""
    return Gateway(tmp_path / "data")


def ok(gateway: Gateway, *arguments: str, stdin: str = "") -> str:
    done = gateway.cli(*arguments, stdin=stdin)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_school_is_set_up_from_nothing(empty: Gateway) -> None:
    assert "Imported 8622" in ok(empty, "brin", "import", "--yes")
    assert "Nothing to change" in ok(empty, "brin", "import", "--yes")
    ok(empty, "swv", "add", "s1", "SWV Een")
    ok(empty, "organisatie", "add", "o1", "--swv", "s1", "--naam", "De Gong", "--brin", "17gu")
    told = ok(empty, "koppeling", "add", "k1", "--omgeving", "gong", "--swv", "s1", "--brin", "17GU")
    empty.secrets["parnassys-gong"] = told.split("gong: ")[1].strip()
    assert "shown once" in told
    assert "aangevraagd" in ok(empty, "koppeling", "list")
    assert "status aangevraagd -> actief" in ok(empty, "koppeling", "activate", "k1")
    assert "De Gong" in ok(empty, "brin", "show", "17GU")
    ok(empty, "koppeling", "deactivate", "k1")
    assert "inactief" in ok(empty, "koppeling", "list")
    assert "koppeling_saved" in ok(empty, "audit", "list")


def test_a_koppeling_keeps_what_it_is_while_its_brins_change(empty: Gateway) -> None:
    ok(empty, "swv", "add", "s1", "SWV Een")
    add = ("koppeling", "add", "k1", "--omgeving", "gong", "--swv", "s1", "--brin")
    ok(empty, *add, "17GU", "--active")
    assert "BRIN 17GU -> 17EQ, 17GU" in ok(empty, "koppeling", "add-brin", "k1", "17eq")
    assert "BRIN 17EQ, 17GU -> 17EQ" in ok(empty, "koppeling", "remove-brin", "k1", "17GU")
    again = empty.cli(*add, "30AK")
    assert (again.returncode, "add-brin" in again.stderr) == (2, True)
    assert "k1 (actief)" in ok(empty, "omgeving", "list")

    assert "is removed" in ok(empty, "koppeling", "remove", "k1")
    assert "none" in ok(empty, "omgeving", "list")
    assert "koppeling_removed" in ok(empty, "audit", "list")


def test_a_new_brin_is_added_and_can_be_chosen(empty: Gateway) -> None:
    ok(empty, "swv", "add", "s1", "SWV Een")
    warned = ok(empty, "organisatie", "add", "o1", "--swv", "s1", "--naam", "Nieuw", "--brin", "98ZZ")
    assert "BRIN_ONBEKEND" in warned
    ok(empty, "brin", "add", "98ZZ", "--naam", "De Nieuwe Polder", "--plaats", "Zwolle")
    assert "warning" not in ok(empty, "organisatie", "set-brin", "o1", "98ZZ")
    ok(empty, "organisatie", "add", "o2", "--swv", "s1", "--naam", "Dubbel")
    assert "BRIN_DUBBEL_INGESTELD" in ok(empty, "organisatie", "set-brin", "o2", "98ZZ")
    assert "BRIN_NIET_INGESTELD" in ok(empty, "organisatie", "set-brin", "o2", "-")


def test_a_mistyped_brin_is_corrected_and_removed(empty: Gateway) -> None:
    ok(empty, "brin", "add", "98ZZ", "--naam", "De Nieuwe Polder", "--plaats", "Zwolle")
    assert "plaats Zwolle -> Kampen" in ok(empty, "brin", "change", "98ZZ", "--plaats", "Kampen")
    assert "is removed" in ok(empty, "brin", "remove", "98ZZ")
    assert "in the list: none" in ok(empty, "brin", "show", "98ZZ")


WRONG = {
    "no BRIN": (["organisatie", "set-brin", "o1", "GONG"], "two digits and two letters"),
    "no such organisatie": (["organisatie", "set-brin", "o9", "17GU"], "there is no organisatie o9"),
    "no such koppeling": (["koppeling", "activate", "k9"], "there is no koppeling k9"),
    "no such SWV": (["organisatie", "add", "o1", "--swv", "s9", "--naam", "x"], "swv add"),
    "no such file": (["brin", "import", "nergens.csv"], "cannot be read"),
    "no such inzending": (["inzending", "show", "0" * 32], "inzending list"),
    "two things to look for": (["inzending", "list", "1", "--brin", "17GU"], "one thing at a time"),
    "neither events nor all": (["dead-letter", "retry"], "--all"),
    "no such event": (["dead-letter", "retry", "zzz"], "there is no event zzz"),
    "a vestiging of no BRIN": (
        ["organisatie", "add", "o1", "--swv", "s1", "--naam", "x", "--vestiging", "01"],
        "give the BRIN too",
    ),
    "a vestiging and BRIN taken away": (["organisatie", "set-brin", "o1", "-", "--vestiging", "01"], "BRIN"),
    "nothing to change": (["organisatie", "change", "o1"], "--naam"),
}


@pytest.mark.parametrize(("arguments", "remedy"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_done_is_one_line_with_the_remedy(
    empty: Gateway, arguments: list[str], remedy: str
) -> None:
    done = empty.cli(*arguments)

    assert done.returncode == 2
    assert remedy in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_status_that_is_none_is_an_error(empty: Gateway) -> None:
    done = empty.cli("inzending", "list", "--status", "bogus")

    assert done.returncode == 2
    assert "afgewezen" in done.stderr


def test_a_wrong_setting_is_named_and_its_value_is_not_shown(empty: Gateway) -> None:
    empty.environment["MAX_BIJLAGEN"] = "veel-geheim"

    done = empty.cli("swv", "list")

    assert done.returncode == 2
    assert "MAX_BIJLAGEN" in done.stderr
    assert "geheim" not in done.stderr


def test_a_yaml_file_shows_its_changes_applies_them_and_applies_again_to_nothing(
    empty: Gateway, tmp_path: Path
) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text(
        "swvs: [{id: s1, naam: Een, organisaties: [{id: o1, naam: Gong, brin: 17GU}]}]\n"
        "omgevingen: [{id: gong, naam: De Gong}]\n"
        "koppelingen: [{id: k1, omgeving: gong, swv: s1, status: actief, brins: [17GU]}]\n"
    )
    assert "+ organisatie o1" in ok(empty, "config", "apply", str(file), "--dry-run")
    assert "SWVs: none" in ok(empty, "swv", "list")

    assert "gong: " in ok(empty, "config", "apply", str(file), "--yes")

    assert "Nothing to change" in ok(empty, "config", "apply", str(file), "--yes")
    file.write_text(file.read_text().replace("brin: 17GU", "brin: 17EQ"))
    assert "~ organisatie o1" in ok(empty, "config", "apply", str(file), stdin="y\n")
    file.write_text("swv: []\n")
    assert "swv" in empty.cli("config", "apply", str(file)).stderr


def test_an_inzending_is_found_and_explained(gateway: Gateway) -> None:
    accepted = Push(brin="17GU", school="PCBO De Gong", files=(File(naam="a.txt"),))
    refused = Push(brin="17GU", school="PCBO De Gong", achternaam=None)
    number = NUMBER.findall(gateway.post(indienen(accepted).body).text)[0]
    gateway.post(indienen(refused).body)
    gateway.reconciled()

    listed = ok(gateway, "inzending", "list", number)
    reference = re.findall(r"[0-9a-f]{32}", listed)[0]
    shown = ok(gateway, "inzending", "show", reference)
    minus1 = ok(gateway, "inzending", "list", "--status", "afgewezen", "--reden", "LEERLING_ONVOLLEDIG")
    explained = ok(gateway, "inzending", "show", re.findall(r"[0-9a-f]{32}", minus1)[0])

    assert "bezorgd" in listed
    for word in ("ontvangen", "geaccepteerd", "bezorgd", "rule BRIN, koppeling k-gong", "PCBO De Gong"):
        assert word in shown
    assert "Vul de gegevens van de leerling aan" in explained
    assert ok(gateway, "inzending", "list", refused.bericht_id).count("LEERLING_ONVOLLEDIG") == 1
    assert reference in ok(gateway, "inzending", "list", "--brin", "17gu", "--status", "bezorgd")
    assert reference not in ok(gateway, "inzending", "list", "--brin", "17GU", "--status", "afgewezen")
    assert reference not in ok(gateway, "inzending", "list", "--brin", "32DD")


def test_a_dead_letter_is_listed_retried_once_and_delivered(own: Gateway) -> None:
    own.start()
    number = NUMBER.findall(own.post(indienen(Push(brin="17GU", files=(File(),))).body).text)[0]
    own.reconciled()
    own.stop()
    break_delivery(own)
    for role in ("broker", "relay", "kindkans"):
        own.start(role)
    wait_for(lambda: own.rows("SELECT count(*) FROM outbox WHERE state = 'dood'") == [(1,)])

    listed = ok(own, "dead-letter", "list")
    assert number in listed
    assert "BIJLAGE_BESCHADIGD" in listed
    assert own.cli("reconcile").returncode == 1
    mend_delivery(own)
    event = re.findall(r"[0-9a-f]{32}", listed)[0]
    assert "1 offered again" in ok(own, "dead-letter", "retry", event)
    again = ok(own, "dead-letter", "retry", event)
    assert "0 offered again" in again
    assert "is no dead letter" in again

    assert "No differences" in ok(own, "reconcile", "--wait", "30")
    assert "dead_letter_retried" in ok(own, "audit", "list")
    own.stop("relay", "kindkans", "broker")


def test_reconcile_names_what_the_store_lacks_and_what_it_has_too_much(own: Gateway) -> None:
    own.start()
    for _ in range(3):
        own.post(indienen(Push(brin="17GU")).body)
    own.reconciled()
    own.stop()
    assert own.cli("reconcile").returncode == 0

    tamper(own, "DELETE FROM versie WHERE dossiernummer = 2")
    tamper(own, "UPDATE versie SET inhoud_hash = 'x' WHERE dossiernummer = 3")

    done = own.cli("reconcile")
    assert done.returncode == 1
    assert re.search(r"NIET_IN_KINDKANS\W+2", done.stdout)
    assert re.search(r"INHOUD_WIJKT_AF\W+3", done.stdout)


def test_what_is_on_its_way_is_no_difference_until_it_takes_too_long(own: Gateway) -> None:
    own.start("intake")
    for _ in range(2):
        own.post(indienen(Push(brin="17GU")).body, role="intake")
    own.stop("intake")

    assert "under way 2" in ok(own, "reconcile")
    assert "under way 2" in ok(own, "reconcile", "--wait", "0.5")
    own.environment["RECEIPT_WITHIN_SECONDS"] = "0.001"
    done = own.cli("reconcile")

    assert done.returncode == 1
    assert done.stdout.count("ONDERWEG") == 2


def tamper(own: Gateway, statement: str) -> None:
    engine = open_store_database(own.settings)
    with writing(engine) as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def test_a_role_never_makes_a_key_file_that_was_named_and_says_how_to_get_one(own: Gateway) -> None:
    path = own.folder.parent / "secrets" / "keys.json"
    own.environment["KEY_FILE"] = str(path)
    refused = own.cli("intake")
    absent = not path.exists()

    assert (refused.returncode, absent) == (2, True)
    assert "kindkans-gateway keys create" in refused.stderr
    assert own.cli("keys", "create").returncode == 0
    assert own.cli("keys", "create").returncode == 2
    path.chmod(0o400)
    own.start("intake")
    own.stop()

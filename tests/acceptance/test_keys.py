"""The key file is lost, and found again: no start with other keys, and every number stays what it was."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from acceptance.process import Gateway
from adapters.parnassys.standin.messages import Push, indienen

NUMBER = re.compile(r"dossiernummer>(-?[0-9]+)<")


def test_a_lost_key_file_stops_every_start_until_it_is_back(own: Gateway) -> None:
    body = indienen(Push(brin="17GU")).body
    own.start()
    number = NUMBER.findall(own.post(body).text)
    own.reconciled()
    own.stop()
    keys = own.folder / "keys.json"
    keys.rename(own.folder / "keys.away")

    for role in ("up", "intake", "kindkans"):
        started = own.cli(role)
        assert started.returncode == 2, started.stderr
        assert "restore the key file from the backup" in started.stderr
        assert not keys.exists()
    assert own.cli("migrate").returncode == 0

    (own.folder / "keys.away").rename(keys)
    own.start()
    assert NUMBER.findall(own.post(body).text) == number
    assert own.reconciled().answered == 1
    own.stop()


def test_a_mistyped_key_file_is_refused(own: Gateway, tmp_path: Path) -> None:
    own.start()
    own.stop()
    own.environment["KEY_FILE"] = str(tmp_path / "kyes.json")

    for role in ("up", "intake", "kindkans"):
        assert own.cli(role).returncode == 2
    assert not (tmp_path / "kyes.json").exists()


def test_the_broker_and_the_relay_need_no_keys_and_roles_that_start_at_once_agree(own: Gateway) -> None:
    own.start("broker")
    own.start("relay")
    assert not (own.folder / "keys.json").exists()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(own.start, ("intake", "kindkans")))

    assert NUMBER.findall(own.post(indienen(Push(brin="17GU")).body, role="intake").text) == ["1"]
    assert own.reconciled().equal == 1
    own.stop("intake", "kindkans", "relay", "broker")

"""`make demo` shows the main job, and its proof can fail."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from base64 import b32decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from adapters.parnassys.standin.messages import Push
from gateway.demo import run
from gateway.demo.scenario import Number, Step
from web import totp


def test_the_demo_pushes_shows_and_proves() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "demo"], capture_output=True, text=True, timeout=280, check=False
    )

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "The proof holds." in done.stdout
    assert "http://127.0.0.1:" in done.stdout.splitlines()[-1]
    assert "demo --stay" in done.stdout.splitlines()[-1]
    for code in ("BIJLAGE_TE_GROOT", "BRIN_DUBBEL_INGESTELD", "KOPPELING_ONTBREEKT", "BERICHTID_AL_GEBRUIKT"):
        assert code in done.stdout


def test_the_demo_stays_with_an_account_to_log_in_with_until_it_is_told_to_end(tmp_path: Path) -> None:
    with staying(tmp_path) as demo:
        told = "".join(until(demo, "It runs until Ctrl+C"))
        (url,) = set(re.findall(r"The helpdesk runs at (\S+)", told))
        (store,) = set(re.findall(r"The core store, with the dossiers, runs at (\S+)", told))
        login = requests.get(url, timeout=60)
        ib = told[told.index("gebruikersnaam  demo-ib (intern begeleider of ") :]
        seen = log_in_at(store, "demo-ib", ib)
        demo.send_signal(signal.SIGINT)
        rest, _ = demo.communicate(timeout=120)

    assert demo.returncode == 0, told[-3000:] + rest
    assert "The proof holds." in told
    assert login.url.endswith("/inloggen")
    assert "intern begeleider" in seen
    for what in ("gebruikersnaam  demo", "wachtwoord      ", "TOTP secret     ", "code now        "):
        assert what in told
    assert list(tmp_path.glob("kindkans-demo-*")) == []
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=60)


@contextmanager
def staying(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """`demo --stay`, with its data in a folder below this one; ended if the test did not."""
    demo = subprocess.Popen(
        [sys.executable, "-m", "gateway", "demo", "--stay"],
        env=os.environ | {"TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield demo
    finally:
        if demo.poll() is None:
            demo.terminate()
        demo.communicate(timeout=60)


def log_in_at(url: str, name: str, told: str) -> str:
    """The page Mijn account of who logs in with what was told."""
    password, secret = re.search(r"wachtwoord +(\S+)\s+TOTP secret +(\S+)", told).groups()  # type: ignore[union-attr]
    code = totp.code_at(b32decode(secret), int(time.time()) // totp.STEP_SECONDS)
    with requests.Session() as browser:
        fields = {"gebruikersnaam": name, "wachtwoord": password, "code": code, "naar": "/mijn-account"}
        page = browser.post(f"{url}/inloggen", data=fields, headers={"Origin": url}, timeout=60)
    assert page.status_code == 200, page.status_code
    return page.text


def until(demo: subprocess.Popen[str], last: str) -> Iterator[str]:
    assert demo.stdout is not None
    for line in demo.stdout:
        yield line
        if line.startswith(last):
            return


def test_a_push_that_is_answered_otherwise_than_it_should_fails_the_demo(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = Step(what="no such BRIN", omgeving="parnassys-gong", push=Push(brin="99XX"), expected=Number())
    monkeypatch.setattr(run, "steps", lambda: iter([wrong]))

    assert run.run_demo() is False


def test_a_number_that_the_store_does_not_have_fails_the_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Step(what="one", omgeving="parnassys-gong", push=Push(brin="17GU"), expected=Number())
    monkeypatch.setattr(run, "steps", lambda: iter([one]))
    monkeypatch.setattr(run, "_held_hulpvragen", lambda settings: set())

    assert run.run_demo() is False

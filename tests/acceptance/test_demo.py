"""`make demo` shows the main job, and its proof can fail."""

from __future__ import annotations

import subprocess
import sys

import pytest

from adapters.parnassys.standin.messages import Push
from gateway.demo import run
from gateway.demo.scenario import Number, Step


def test_the_demo_pushes_shows_and_proves() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "demo"], capture_output=True, text=True, timeout=110, check=False
    )

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "The proof holds." in done.stdout
    for code in ("BIJLAGE_TE_GROOT", "BRIN_DUBBEL_INGESTELD", "KOPPELING_ONTBREEKT", "BERICHTID_AL_GEBRUIKT"):
        assert code in done.stdout


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

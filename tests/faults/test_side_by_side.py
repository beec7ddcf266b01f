"""Two intakes, two relays and two stores on one PostgreSQL keep all promises."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
import requests

from adapters.parnassys.standin.messages import File, Push, indienen
from faults.catalogue.case import FaultCase, On
from faults.catalogue.side_by_side import SIDE_BY_SIDE, beside
from faults.conftest import StackFor
from faults.runner import run
from faults.stack import Stack
from faults.stacks import stack_on

pytestmark = pytest.mark.xdist_group("side by side")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("fault", SIDE_BY_SIDE, ids=lambda fault: fault.name)
def test_no_promise_is_broken_when(fault: FaultCase, stack_for: StackFor) -> None:
    outcome = run(fault, *stack_for(fault), seed=1)

    assert outcome.violations == ()
    assert outcome.berichten > 0


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Two of each."""
    folder = tmp_path_factory.mktemp("pair")
    with stack_on(On.POSTGRES, folder) as stack, beside(stack, "intake", "relay", "kindkans"):
        yield stack


class _Both:
    """Both intakes, called as near to the same moment as can be."""

    def __init__(self, stack: Stack) -> None:
        self._urls = [stack.soap_url_of(name) for name in ("intake", "intake-2")]
        self._headers = {"Authorization": stack.authorization(), "Content-Type": "text/xml; charset=utf-8"}
        self._barrier = Barrier(2)

    def send(self, push: Push, other: Push) -> list[int]:
        """The number that each got; -1 for a refusal."""
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(self._send, self._urls, (push, other)))

    def _send(self, url: str, push: Push) -> int:
        body = indienen(push).body
        self._barrier.wait(timeout=30)
        answer = requests.post(url, data=body, headers=self._headers, timeout=60)
        assert answer.status_code == 200
        return int(answer.text.split("dossiernummer>")[1].split("<")[0])


def test_the_same_bericht_at_both_intakes_at_once_gets_one_number(pair: Stack) -> None:
    before = pair.reconciled().answered
    both = _Both(pair)
    pushes = [Push(brin="17GU", files=(File(content=b"x" * 5_000),)) for _ in range(60)]
    answers = [both.send(push, push) for push in pushes]
    proof = pair.reconciled()

    assert all(first == second > 0 for first, second in answers)
    assert len({first for first, _ in answers}) == len(pushes)
    assert proof.answered - before == len(pushes)
    assert (proof.held, proof.equal) == (proof.answered, proof.answered)


def test_the_same_hulpvraag_in_two_berichten_at_once_gets_one_number(pair: Stack) -> None:
    """A race for the hulpvraag rather than for the bericht: one is the dossier, the other its double."""
    before = pair.reconciled().answered
    both = _Both(pair)
    pushes = [Push(brin="17GU") for _ in range(60)]
    answers = [both.send(push, replace(push, bericht_id=Push().bericht_id)) for push in pushes]
    proof = pair.reconciled()

    assert all(first == second > 0 for first, second in answers)
    assert proof.answered - before == len(pushes)


def test_both_of_a_kind_do_some_of_the_work(pair: Stack) -> None:
    both = _Both(pair)
    for _ in range(30):
        both.send(Push(brin="17GU"), Push(brin="17GU"))
    pair.reconciled()

    for role, event in (("intake", "geaccepteerd"), ("relay", '"published"'), ("kindkans", '"stored"')):
        for name in (role, f"{role}-2"):
            assert event in pair.log(name).read_text(), f"{name} was idle"

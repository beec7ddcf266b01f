"""Two intakes, two relays and two stores on one PostgreSQL keep all promises."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from adapters.parnassys.standin.messages import File, Push, indienen
from faults.beside import beside
from faults.catalogue.case import FaultCase, On
from faults.catalogue.side_by_side import SIDE_BY_SIDE
from faults.conftest import StackFor
from faults.runner import run
from faults.stack import Stack
from faults.stacks import stack_on

pytestmark = pytest.mark.xdist_group("faults on postgres")


@pytest.mark.parametrize("fault", SIDE_BY_SIDE, ids=lambda fault: fault.name)
def test_no_promise_is_broken_when(fault: FaultCase, stack_for: StackFor) -> None:
    outcome = run(fault, *stack_for(fault), seed=1)

    assert outcome.violations == ()
    assert outcome.berichten > 0


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, Stack]]:
    folder = tmp_path_factory.mktemp("pair") / "one"
    with stack_on(On.POSTGRES, folder) as one, beside(one, "intake", "relay", "kindkans") as other:
        yield one, other


def _to_both_at_once(pair: tuple[Stack, Stack], pushes: list[Push]) -> list[tuple[bytes, bytes]]:
    """Each push to both intakes, as near to the same moment as can be; the two answers."""
    barrier = Barrier(2)

    def send_all(stack: Stack) -> list[bytes]:
        answers = []
        for push in pushes:
            barrier.wait(timeout=30)
            answers.append(stack.post(indienen(push).body, role="intake").content)
        return answers

    with ThreadPoolExecutor(2) as pool:
        return list(zip(*pool.map(send_all, pair), strict=True))


def test_the_same_bericht_at_both_intakes_at_once_gets_one_number(pair: tuple[Stack, Stack]) -> None:
    pushes = [Push(brin="17GU", files=(File(content=b"x" * 5_000),)) for _ in range(60)]
    before = pair[0].reconciled().answered
    answers = _to_both_at_once(pair, pushes)
    proof = pair[0].reconciled()

    numbers = [{_number(answer) for answer in both} for both in answers]
    assert all(len(both) == 1 and both.pop() > 0 for both in numbers)
    assert len({_number(first) for first, _ in answers}) == len(pushes)
    assert proof.answered - before == len(pushes)
    assert (proof.held, proof.equal) == (proof.answered, proof.answered)


def test_the_same_hulpvraag_in_two_berichten_at_once_gets_one_number(pair: tuple[Stack, Stack]) -> None:
    """A race for the hulpvraag rather than for the bericht: one is the dossier, the other its double."""
    before = pair[0].reconciled().answered
    barrier = Barrier(2)

    def send(stack: Stack, hulpvraag: str) -> int:
        barrier.wait(timeout=30)
        push = Push(brin="17GU", hulpvraag_id=hulpvraag)
        return _number(stack.post(indienen(push).body, role="intake").content)

    with ThreadPoolExecutor(2) as pool:
        numbers = [set(pool.map(send, pair, (f"race-{n}",) * 2)) for n in range(40)]
    proof = pair[0].reconciled()

    assert all(len(both) == 1 for both in numbers)
    assert proof.answered - before == 40


def test_both_of_a_kind_do_some_of_the_work(pair: tuple[Stack, Stack], tmp_path: Path) -> None:
    pushes = [Push(brin="17GU") for _ in range(60)]
    _to_both_at_once(pair, pushes)
    pair[0].reconciled()

    for role, event in (("intake", "geaccepteerd"), ("relay", '"published"'), ("kindkans", '"stored"')):
        for stack in pair:
            assert event in stack.log(role).read_text(), f"{role} of {stack.folder.name} was idle"


def _number(answer: bytes) -> int:
    return int(answer.split(b"dossiernummer>")[1].split(b"<")[0])

"""The checker is no rubber stamp: each promise, broken in a made-up history, is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.parnassys.standin.messages import File, Push
from faults.checker import Promise, Seen, Stored, check
from faults.history import Attempt, Fault, History, NoAnswer, Number, Refusal, Sent, Told
from faults.load import CANARY
from faults.processes import SPARE_BYTES, SPARE_DESCRIPTORS, SPARE_THREADS, Vitals, data_of, growth
from faults.stack import has_canary

_PUSH = Push(titel="een", files=(File(content=b"x"),))
_SENT = Sent(push=_PUSH, may_in=True, versie_of=_PUSH.hulpvraag_id)
_STORED = Stored(dossiernummer=7, versie=1, titel="een", shas=_SENT.shas, current=True)
_SEEN = Seen(stored=(_STORED,), accepted=frozenset({_PUSH.bericht_id}), events=Counter(bezorgd=1))


def _check(seen: Seen, *told: Told, may_in: bool = True, seconds: float = 0.1, **more: bool) -> list[Promise]:
    attempts = [Attempt(began=n, seconds=seconds, told=one, **more) for n, one in enumerate(told)]
    history = History()
    history.add(replace(_SENT, may_in=may_in, attempts=attempts))
    return [violation.promise for violation in check(history, seen, deadline_seconds=10)]


_SEVEN = Number(dossiernummer=7)


def test_what_was_answered_and_is_there_once_is_no_violation() -> None:
    assert _check(_SEEN, NoAnswer(), Fault(http_status=503), _SEVEN, committed=True) == []


@pytest.mark.parametrize(
    ("seen", "promise"),
    [
        (replace(_SEEN, stored=()), Promise.LOST),
        (replace(_SEEN, stored=(replace(_STORED, titel="twee"),)), Promise.LOST),
        (replace(_SEEN, stored=(replace(_STORED, shas=("0",)),)), Promise.LOST),
        (replace(_SEEN, stored=(replace(_STORED, current=False),)), Promise.LOST),
        (replace(_SEEN, stored=(_STORED, replace(_STORED, versie=2))), Promise.DOUBLE),
        (replace(_SEEN, stored=(_STORED, replace(_STORED, dossiernummer=8))), Promise.DOUBLE),
        (replace(_SEEN, events=Counter(wachtend=1)), Promise.LOST),
        (replace(_SEEN, events=Counter(gepubliceerd=1)), Promise.LOST),
        (replace(_SEEN, events=Counter(dood=1)), Promise.LOST),
        (replace(_SEEN, dead_letters=1), Promise.LOST),
        (replace(_SEEN, publishes={"e": 2}), Promise.DOUBLE),
        (replace(_SEEN, orphans=("o",)), Promise.LEFT_BEHIND),
        (replace(_SEEN, canaries=("relay.log",)), Promise.LEFT_BEHIND),
        (replace(_SEEN, grown=("relay has 99 threads",)), Promise.LEFT_BEHIND),
        (replace(_SEEN, healed=False), Promise.LATE),
    ],
)
def test_what_is_not_as_it_was_answered_is_named(seen: Seen, promise: Promise) -> None:
    assert promise in _check(seen, _SEVEN)


@pytest.mark.parametrize(
    ("told", "more", "promise"),
    [
        ((_SEVEN, Number(dossiernummer=8)), {}, Promise.WRONG_ANSWER),
        ((Refusal(codes=("BRIN_ONBEKEND",)), _SEVEN), {}, Promise.WRONG_ANSWER),
        ((Fault(http_status=400), _SEVEN), {}, Promise.WRONG_ANSWER),
        ((_SEVEN,), {"may_in": False}, Promise.WRONG_ANSWER),
        ((_SEVEN,), {"committed": False}, Promise.WRONG_ANSWER),
        ((_SEVEN,), {"seconds": 11}, Promise.LATE),
        ((NoAnswer(), _SEVEN), {"seconds": 11}, Promise.LATE),
    ],
)
def test_a_wrong_answer_is_named(told: tuple[Told, ...], more: dict[str, bool], promise: Promise) -> None:
    assert promise in _check(_SEEN, *told, **more)


def test_a_minus_one_that_was_accepted_all_the_same_is_named() -> None:
    assert Promise.WRONG_ANSWER in _check(_SEEN, Refusal(codes=("X",)), may_in=False)


@pytest.mark.parametrize(
    "more",
    [
        lambda v: replace(v, descriptors=v.descriptors + SPARE_DESCRIPTORS + 1),
        lambda v: replace(v, threads=v.threads + SPARE_THREADS + 1),
        lambda v: replace(v, rss_bytes=v.rss_bytes * 3 // 2 + SPARE_BYTES + 1),
    ],
)
def test_a_process_that_keeps_more_than_it_had_is_named(more: Callable[[Vitals], Vitals]) -> None:
    base = Vitals(pid=1, rss_bytes=100 << 20, descriptors=30, threads=10)

    assert growth(base, base) == []
    assert len(growth(base, more(base))) == 1


@pytest.mark.parametrize("name", ["relay.log", "gateway.db-wal", "nats/store/1.blk", "bijlagen/ab/x/1"])
def test_a_childs_data_is_found_in_whatever_file_it_stands(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    for code in ("utf-8", "utf-16-le"):
        path.write_bytes(b"\x00\xff" + CANARY.upper().encode(code) + b"\x00")
        assert [found for found in data_of(tmp_path) if has_canary(found.read_bytes())] == [path]

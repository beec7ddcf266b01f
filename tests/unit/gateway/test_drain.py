"""A stop has an end."""

from __future__ import annotations

import queue

from gateway.drain import CUT_SHORT, Drain


def test_the_process_ends_when_the_time_is_over_also_if_nobody_looks() -> None:
    ended: queue.Queue[int] = queue.Queue()
    Drain(0.01, ended.put).begin()
    assert ended.get(timeout=30) == CUT_SHORT


def test_a_second_signal_does_not_wait_for_that() -> None:
    ended: list[int] = []
    drain = Drain(3600, ended.append)
    drain.begin()
    drain.hurry()
    drain.finish()
    assert ended == [CUT_SHORT]


def test_what_is_finished_in_time_is_left_alone() -> None:
    ended: queue.Queue[int] = queue.Queue()
    finished, other = Drain(0.05, ended.put), Drain(0.2, lambda _: ended.put(7))
    for drain in (finished, other):
        drain.begin()
    finished.finish()
    assert ended.get(timeout=30) == 7


def test_the_time_counts_from_the_first_signal() -> None:
    drain = Drain(3600)
    assert not drain.has_begun
    drain.begin()
    first = drain._timer
    drain.begin()
    assert drain.has_begun
    assert drain._timer is first
    drain.finish()

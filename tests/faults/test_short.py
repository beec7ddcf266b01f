"""What `make test` leaves to the long run is done on some set, or is done in another way."""

from __future__ import annotations

from faults.catalogue.everything import EVERYTHING
from faults.short import LONG_ONLY, in_make_test
from gateway.failpoints import Failpoint


def test_each_failpoint_is_killed_at_on_one_set_at_least() -> None:
    killed = {fault.name for fault in EVERYTHING if in_make_test(fault)}

    assert {f"kill -9 at {point}" for point in Failpoint} <= killed


def test_each_set_of_components_has_a_fault_unless_it_needs_a_rabbitmq_of_its_own() -> None:
    done = {fault.on for fault in EVERYTHING if in_make_test(fault)}

    assert {fault.on for fault in EVERYTHING} - done == {"production, alone"}


def test_what_is_left_to_the_long_run_is_in_the_catalogue() -> None:
    left = {(on, name) for on, names in LONG_ONLY.items() for name in names}

    assert left <= {(fault.on, fault.name) for fault in EVERYTHING}
    assert all(not in_make_test(fault) for fault in EVERYTHING if (fault.on, fault.name) in left)

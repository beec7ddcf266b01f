from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers.backoff import Backoff


@pytest.mark.parametrize(("tries", "full"), [(0, 1), (1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (10_000, 60)])
def test_each_wait_doubles_up_to_the_cap(tries, full):
    backoff = Backoff(first_seconds=1, cap_seconds=60)
    assert backoff.delay_seconds(tries, lambda: 1.0) == full
    assert backoff.delay_seconds(tries, lambda: 0.0) == full / 2


@given(st.integers(), st.floats(0, 1, exclude_max=True))
def test_no_wait_is_shorter_than_half_the_first_or_longer_than_the_cap(tries, roll):
    assert 0.25 <= Backoff(first_seconds=0.5, cap_seconds=10).delay_seconds(tries, lambda: roll) <= 10


@pytest.mark.parametrize("first", [0, -1, 11])
def test_a_senseless_backoff_is_refused(first):
    with pytest.raises(ValueError, match="first_seconds"):
        Backoff(first_seconds=first, cap_seconds=10)

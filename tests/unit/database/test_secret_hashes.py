"""What guessing costs: OWASP's numbers for argon2id, which the other unit tests make cheap."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database import secret_hashes
from database.secret_hashes import (
    _MEMORY_KIB,
    _PASSWORD_MEMORY_KIB,
    hash_password,
    hash_secret,
    verify_password,
    verify_secret,
)

Hash = Callable[[str], str]
Verify = Callable[[str, str], bool]


@pytest.fixture(autouse=True)
def at_its_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret_hashes, "_MEMORY_KIB", _MEMORY_KIB)
    monkeypatch.setattr(secret_hashes, "_PASSWORD_MEMORY_KIB", _PASSWORD_MEMORY_KIB)


@pytest.mark.parametrize(
    ("make", "verify", "cost"),
    [
        (hash_secret, verify_secret, "$argon2id$v=19$m=7168,t=5,p=1$"),
        (hash_password, verify_password, "$argon2id$v=19$m=19456,t=3,p=1$"),
    ],
)
def test_a_hash_costs_what_owasp_asks_and_is_salted(make: Hash, verify: Verify, cost: str) -> None:
    one, other = make("geheim"), make("geheim")

    assert one.startswith(cost)
    assert other.startswith(cost)
    assert one != other
    assert verify("geheim", one)
    assert not verify("Geheim", one)

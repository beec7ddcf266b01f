"""A secret_hash that could never let anybody in is refused before it is kept."""

from __future__ import annotations

import pytest

from database.phc import is_argon2id
from database.secret_hashes import hash_secret, verify_secret

GOOD = hash_secret("geheim")
_, _, _, COST, SALT, HASH = GOOD.split("$")


def phc(
    cost: str = COST, salt: str = SALT, digest: str = HASH, *, kind: str = "argon2id", v: str = "19"
) -> str:
    return f"${kind}$v={v}${cost}${salt}${digest}"


def test_what_we_make_and_what_others_make_is_taken_and_lets_its_owner_in() -> None:
    assert is_argon2id(GOOD)
    assert verify_secret("geheim", GOOD)
    assert is_argon2id(phc("m=65536,t=3,p=4"))
    assert is_argon2id(phc("m=262144,t=64,p=16"))


WRONG = {
    "garbage": "$argon2id$garbage",
    "empty": "",
    "another kind": phc(kind="argon2i"),
    "an older version": phc(v="16"),
    "no version": f"$argon2id${COST}${SALT}${HASH}",
    "no cost": phc(""),
    "no memory at all": phc("m=0,t=1,p=1"),
    "less memory than its lanes need": phc("m=15,t=1,p=2"),
    "more memory than a push may cost": phc("m=262145,t=1,p=1"),
    "passes without end": phc("m=7168,t=65,p=1"),
    "lanes without end": phc("m=7168,t=1,p=17"),
    "another order": phc("t=5,m=7168,p=1"),
    "no salt": phc(salt=""),
    "a salt too short": phc(salt="AAAA"),
    "a hash too short": phc(digest="AAAA"),
    "a hash too long": phc(digest="A" * 88),
    "no base64": phc(digest=HASH[:-1] + "*"),
    "a length that base64 cannot have": phc(digest=HASH + "AA"),
    "padded": phc(digest=HASH + "="),
    "cut off": GOOD.rsplit("$", 1)[0],
    "a line end": GOOD + "\n",
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG.keys())
def test_anything_else_is_refused(text: str) -> None:
    assert not is_argon2id(text)

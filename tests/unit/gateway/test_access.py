"""The secret of an omgeving: verified once, remembered for a while, worthless when changed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from database.engine import open_engine, writing
from database.koppelingen import Omgeving, save_omgeving
from database.migrate import History, upgrade
from database.secret_hashes import hash_secret, new_secret, verify_secret
from dossier.errors import NotAuthenticated, Unavailable
from dossier.identifiers import OmgevingId
from gateway import access
from gateway.access import Access


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path}/gateway.db")
    upgrade(engine, History.GATEWAY)
    give(engine, "geheim")
    yield engine
    engine.dispose()


def give(engine: Engine, secret: str) -> None:
    omgeving = Omgeving(omgeving_id=OmgevingId("gong"), naam="x", secret_hash=hash_secret(secret))
    with writing(engine) as connection:
        save_omgeving(connection, omgeving)


def test_a_secret_matches_its_own_hash_only() -> None:
    hashed = hash_secret("geheim")

    assert hashed.startswith("$argon2id$")
    assert hashed != hash_secret("geheim")
    assert verify_secret("geheim", hashed)
    assert not verify_secret("geheim ", hashed)
    assert len({new_secret() for _ in range(100)}) == 100


async def test_the_right_secret_is_let_in_and_no_other(engine: Engine) -> None:
    guard = Access(engine)

    assert await guard.authenticate("gong", "geheim") == "gong"
    for omgeving, secret in (("gong", "fout"), ("gong", ""), ("niemand", "geheim"), ("", "")):
        with pytest.raises(NotAuthenticated):
            await guard.authenticate(omgeving, secret)


async def test_a_verified_secret_is_not_verified_again_until_its_time_is_over(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []

    def counting(secret: str, secret_hash: str) -> bool:
        verified.append(secret)
        return verify_secret(secret, secret_hash)

    monkeypatch.setattr(access, "verify_secret", counting)
    clock = Clock()
    guard = Access(engine, remember_seconds=60, monotonic=clock)

    await asyncio.gather(*(guard.authenticate("gong", "geheim") for _ in range(20)))
    assert len(verified) == 1
    clock.now = 61
    await guard.authenticate("gong", "geheim")
    assert len(verified) == 2


async def test_a_changed_secret_replaces_the_remembered_one(engine: Engine) -> None:
    clock = Clock()
    guard = Access(engine, monotonic=clock)
    await guard.authenticate("gong", "geheim")
    give(engine, "nieuw")
    clock.now = 1.5

    with pytest.raises(NotAuthenticated):
        await guard.authenticate("gong", "geheim")
    assert await guard.authenticate("gong", "nieuw") == "gong"


async def test_a_database_that_is_down_is_no_wrong_secret(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/nergens/gateway.db")

    with pytest.raises(Unavailable):
        await Access(engine).authenticate("gong", "geheim")

"""Who pushes? The secret of an omgeving, stored as argon2id and verified outside the event loop.

A verified secret is remembered for a while (as a keyed hash, in memory), so that the slow hash is
paid once and not per message. A changed or withdrawn secret stops working within two seconds:
what is remembered is worth nothing once the stored hash differs.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import time
from collections.abc import Callable, Mapping
from contextvars import Context
from dataclasses import dataclass

from sqlalchemy import Engine

from database.engine import reading
from database.koppelingen import list_omgevingen
from database.secret_hashes import hash_secret, new_secret, verify_secret
from database.settings_version import read_version
from dossier.errors import NotAuthenticated
from dossier.identifiers import OmgevingId

_REFUSAL_SECONDS = 5.0
_REFRESH_SECONDS = 1.0
_MAX_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class _Remembered:
    secret_hash: str  # the stored hash it was compared with; "" for an unknown omgeving
    valid: bool
    until: float


class Access:
    """Authenticates omgevingen against one database."""

    def __init__(
        self,
        engine: Engine,
        *,
        remember_seconds: float = 60.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._remember_seconds = remember_seconds
        self._monotonic = monotonic
        self._pepper = os.urandom(32)
        self._hashes: Mapping[str, str] = {}
        self._version = -1
        self._fresh_until = float("-inf")
        self._remembered: dict[bytes, _Remembered] = {}
        self._verifying: dict[bytes, asyncio.Task[_Remembered]] = {}
        self._slots = asyncio.Semaphore(2)  # two cores' worth of argon2 at most
        self._decoy = hash_secret(new_secret())

    async def authenticate(self, omgeving: str, secret: str) -> OmgevingId:
        """The omgeving that this is. Raises NotAuthenticated, and Unavailable if it cannot be known."""
        if self._monotonic() >= self._fresh_until:
            await asyncio.to_thread(self._refresh)
        key = hmac.new(self._pepper, f"{omgeving}\0{secret}".encode(), hashlib.sha256).digest()
        known = self._remembered.get(key)
        stored = self._hashes.get(omgeving, "")
        if known is None or known.secret_hash != stored or known.until < self._monotonic():
            known = await self._verify_once(key, secret, stored)
        if not known.valid:
            raise NotAuthenticated("de inloggegevens van deze omgeving kloppen niet")
        return OmgevingId(omgeving)

    async def _verify_once(self, key: bytes, secret: str, stored: str) -> _Remembered:
        """Many pushes of one omgeving at once wait for one verification."""
        task = self._verifying.get(key)
        if task is None:
            task = self._verifying[key] = asyncio.create_task(
                self._verify(key, secret, stored),
                context=Context(),  # it is not one request's alone
            )
            task.add_done_callback(lambda _: self._verifying.pop(key))
        return await asyncio.shield(task)

    async def _verify(self, key: bytes, secret: str, stored: str) -> _Remembered:
        async with self._slots:
            # An unknown omgeving costs as much time as a known one, so that time tells nothing.
            matches = await asyncio.to_thread(verify_secret, secret, stored or self._decoy)
        valid = matches and bool(stored)
        seconds = self._remember_seconds if valid else _REFUSAL_SECONDS
        known = _Remembered(stored, valid, self._monotonic() + seconds)
        if len(self._remembered) >= _MAX_REMEMBERED:
            self._remembered.clear()
        self._remembered[key] = known
        return known

    def _refresh(self) -> None:
        with reading(self._engine) as connection:
            version = read_version(connection)
            if version != self._version:
                self._hashes = {o.omgeving_id: o.secret_hash for o in list_omgevingen(connection)}
                self._version = version
        self._fresh_until = self._monotonic() + _REFRESH_SECONDS

"""For fault tests only: events whose own content says what happens to the store that handles them.

In the text of the dossier `failpoint kill`, `failpoint hang` or `failpoint error`; at the beginning of
a bijlage `failpoint wait`, which is never read to its end. Each time, not once. See failpoints.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

_ACTIONS = {b"failpoint kill": "kill", b"failpoint hang": "hang", b"failpoint error": "error"}
_WAIT = b"failpoint wait"


class PoisonedOpener:
    """A seal that acts on what it opens."""

    def __init__(self, inner: Any, act: Callable[[str], None]) -> None:
        self._inner = inner
        self._act = act

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def open(self, sealed: Any, context: str) -> bytes:
        plain: bytes = self._inner.open(sealed, context)
        for words, action in _ACTIONS.items():
            if words in plain:
                self._act(action)
        return plain


class PoisonedSource:
    """Storage that never gives some of its objects."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def read(self, object_id: str) -> AsyncIterator[bytes]:
        async for chunk in self._inner.read(object_id):
            if chunk.startswith(_WAIT):
                await asyncio.Event().wait()
            yield chunk

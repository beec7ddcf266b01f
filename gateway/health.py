"""May traffic come? `/healthz`: the process lives. `/readyz`: it can do its work, check by check."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from dossier.errors import GatewayError

Check = Callable[[], Awaitable[None]]
CHECK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Readiness:
    ready: bool
    checks: Mapping[str, str]  # name -> "ok" or what is wrong, without any detail of a message


class Health:
    """A role's checks. A check raises a GatewayError when its component cannot do its work."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = dict(checks)
        self._process = "starting"

    def open(self) -> None:
        """All parts are started."""
        self._process = "ok"

    def drain(self) -> None:
        """From now on not ready: the process is stopping."""
        self._process = "draining"

    async def readiness(self) -> Readiness:
        names = list(self._checks)
        results = await asyncio.gather(*(self._run(name) for name in names))
        checks = dict(zip(names, results, strict=True))
        checks["process"] = self._process
        return Readiness(all(result == "ok" for result in checks.values()), checks)

    async def _run(self, name: str) -> str:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                await self._checks[name]()
        except GatewayError as exc:
            return str(exc)
        except TimeoutError:
            return "no answer in time"
        return "ok"

"""Looking at a server process from outside: is it ours, does it answer, is it gone?"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from pathlib import Path

_POLL_SECONDS = 0.01


async def stop_orphan(pid_file: Path, config: str, grace_seconds: float) -> None:
    """Ends the server that `pid_file` names, if it runs and was started with `config`.

    The command line is looked at because a pid may have gone to another program since.
    """
    pid = _read_pid(pid_file)
    if pid is None or not _runs_with(pid, config):
        return
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sign)
        if await _gone(pid, config, grace_seconds):
            return


async def answers_with_jetstream(host: str, port: int) -> bool:
    """Whether a NATS server there greets us and has JetStream ready."""
    try:
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                line = await reader.readline()
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
    except (OSError, TimeoutError):
        return False
    if not line.startswith(b"INFO "):
        return False
    return bool(json.loads(line[5:]).get("jetstream", False))


def _read_pid(pid_file: Path) -> int | None:
    try:
        return int(pid_file.read_text())
    except (OSError, ValueError):
        return None


def _runs_with(pid: int, config: str) -> bool:
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return config.encode() in arguments


async def _gone(pid: int, config: str, grace_seconds: float) -> bool:
    try:
        async with asyncio.timeout(grace_seconds):
            while _runs_with(pid, config):  # noqa: ASYNC110 - the kernel tells only the parent
                await asyncio.sleep(_POLL_SECONDS)
    except TimeoutError:
        return False
    return True

"""Stopping a process where it stands, and letting it go on."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import psutil


def freeze(pid: int) -> None:
    """Returns when none of its threads runs any more: the signal alone only asks for that."""
    psutil.Process(pid).send_signal(signal.SIGSTOP)
    until = time.monotonic() + 60
    while any(_state(path) not in "tTZX" for path in Path(f"/proc/{pid}/task").iterdir()):
        assert time.monotonic() < until, "it does not freeze"
        time.sleep(0.005)


def thaw(pid: int) -> None:
    psutil.Process(pid).send_signal(signal.SIGCONT)


def _state(thread: Path) -> str:
    try:
        return (thread / "stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return "X"  # it has ended

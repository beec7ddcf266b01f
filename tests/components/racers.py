"""Processes that do one thing at the same moment."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_WAIT = "print('ready', flush=True); sys.stdin.readline()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    returncode: int
    stdout: str  # of the act only
    stderr: str


def race(prepare: str, act: str, starts: Sequence[Sequence[str | Path]]) -> list[Ran]:
    """A process per start, with its arguments in `sys.argv`: all prepare, and then all act."""
    program = f"import sys\n{prepare}\n{_WAIT}\n{act}\n"
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", program, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for arguments in starts
    ]
    for process in racers:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in racers:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    told = [process.communicate(timeout=60) for process in racers]
    return [
        Ran(returncode=process.returncode, stdout=out, stderr=err)
        for process, (out, err) in zip(racers, told, strict=True)
    ]

"""One server for all test processes of a run: who needs it first starts it, the run's end stops it.

The run has a folder. In it stands one file per component, with its address, its processes and a line
for the report; a lock decides who starts it. What a killed run left is stopped by the next one.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NoReturn

import pytest

FOLDER_VARIABLE = "KINDKANS_TEST_COMPONENTS"
_PREFIX = "kindkans-components-"
_GRACE_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A server that runs."""

    line: str  # what the run says it ran on: name, version, whose
    address: dict[str, str]
    pids: tuple[int, ...] = ()  # ours, to be ended with the run; none for a server of somebody else's


class Missing(Exception):
    """It can't be had on this machine; the text says what was looked for and how to get it."""


def component(name: str, start: Callable[[Path], Component]) -> Component:
    """The component of this run. `start` gets a folder of its own and returns when the server answers.

    Where it raises Missing the test is skipped, or fails if CI=true: there nothing may be missing.
    """
    folder = Path(os.environ[FOLDER_VARIABLE])
    record = folder / f"{name}.json"
    with _locked(folder / f"{name}.lock"):
        if not record.exists():
            own = folder / name
            own.mkdir(exist_ok=True)
            try:
                found = start(own)
            except Missing as exc:
                missing(name, str(exc))
            record.write_text(json.dumps(asdict(found)))
    return _read(record)


def used(name: str, line: str) -> None:
    """Has the run say that a test ran on something that is not shared: a server of the test's own."""
    record = Path(os.environ[FOLDER_VARIABLE]) / f"{name}.json"
    if not record.exists():
        whole = record.with_suffix(f".{os.getpid()}")
        whole.write_text(json.dumps(asdict(Component(line=line, address={}))))
        whole.replace(record)


def open_run() -> Path:
    """The folder of a new run, in the environment of all that it starts. Clears away dead runs."""
    for old in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        if not alive(int(old.name.removeprefix(_PREFIX).split("-")[0])):
            close_run(old)
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
    folder.chmod(0o755)  # a server may run as another user
    os.environ[FOLDER_VARIABLE] = str(folder)
    return folder


def close_run(folder: Path) -> list[str]:
    """Ends the components of a run; their lines."""
    found = [_read(record) for record in sorted(folder.glob("*.json"))]
    for one in found:
        for pid in one.pids:
            _end(pid)
    shutil.rmtree(folder, ignore_errors=True)
    return [one.line for one in found]


def _read(record: Path) -> Component:
    values = json.loads(record.read_text())
    return Component(line=values["line"], address=values["address"], pids=tuple(values["pids"]))


def missing(name: str, why: str) -> NoReturn:
    """Skips the test, or fails it if CI=true."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{name} is missing, and in CI nothing may be: {why}")
    pytest.skip(f"{name} is missing: {why}")


def _end(pid: int) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        until = time.monotonic() + _GRACE_SECONDS
        while alive(pid) and time.monotonic() < until:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            time.sleep(0.02)
        if not alive(pid):
            return


def alive(pid: int) -> bool:
    """Whether there is such a process, other than one that only waits to be reaped."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

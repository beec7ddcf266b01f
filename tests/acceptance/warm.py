"""Processes of the gateway, forked from one that has imported it: the imports are most of what a start takes.

How a process begins by itself is shown by tests/deploy, by the image, wherever a test asks for another
interpreter or other libraries, and with STARTS=cold everywhere: as in the long run of the faults, which tells
how soon all is well again.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_SECONDS = 120
_IMPORTED = (
    *("brokers.nats", "brokers.rabbit", "gateway.serve", "gateway.cli", "gateway.commands.everything"),
    *("gateway.certificates", "gateway.roles.helpdesk", "gateway.roles.kindkans_pages"),
)
_OTHER_INTERPRETER = "PYTHON", "LD_"  # what begins so is looked at when an interpreter starts
_running: list[subprocess.Popen[str]] = []
_one_at_a_time = threading.Lock()


class Running(Protocol):
    """What a test may ask of a process, whichever way it was started. As subprocess.Popen."""

    @property
    def pid(self) -> int: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int) -> None: ...
    def kill(self) -> None: ...


@dataclass
class Forked:
    """One that is a child of ours' child, which keeps its exit code until we ask."""

    pid: int
    _code: int | None = None

    def poll(self) -> int | None:
        if self._code is None:
            self._code = json.loads(_ask({"pid": self.pid}))
        return self._code

    def wait(self, timeout: float | None = None) -> int:
        until = None if timeout is None else time.monotonic() + timeout
        pause = 0.002
        while (code := self.poll()) is None:
            if until is not None and time.monotonic() > until:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
            time.sleep(pause)
            pause = min(0.05, pause * 1.5)
        return code

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def start(arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> Running:
    """`kindkans-gateway` with these arguments; what it says is added to `log`."""
    if os.environ.get("STARTS") == "cold" or _is_another_interpreter(environment):
        with log.open("ab") as out:
            command = [sys.executable, "-m", "gateway", *arguments]
            return subprocess.Popen(command, env=environment, stderr=out, stdout=out)
    return _fork(arguments, environment, (Path(os.devnull), log, log))


def warm_cli(
    arguments: Sequence[str], environment: Mapping[str, str], stdin: str
) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryDirectory() as folder:
        given, out, err = (Path(folder) / name for name in ("in", "out", "err"))
        given.write_text(stdin, encoding="utf-8")
        process = _fork(arguments, environment, (given, out, err))
        try:
            code = process.wait(_SECONDS)
        finally:
            process.kill()
        said = (path.read_text(encoding="utf-8") for path in (out, err))
        return subprocess.CompletedProcess(["kindkans-gateway", *arguments], code, *said)


def _is_another_interpreter(environment: Mapping[str, str]) -> bool:
    return any(
        name.startswith(_OTHER_INTERPRETER) and value != os.environ.get(name)
        for name, value in environment.items()
    )


def _fork(arguments: Sequence[str], environment: Mapping[str, str], files: Sequence[Path]) -> Forked:
    asked = {"arguments": arguments, "environment": dict(environment), "files": [str(f) for f in files]}
    return Forked(json.loads(_ask(asked)))


def _ask(question: Mapping[str, object]) -> str:
    with _one_at_a_time:
        if not _running:
            command = [sys.executable, __file__]
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
            _running.append(subprocess.Popen(command, **pipes, text=True, bufsize=1))
        process = _running[0]
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(question) + "\n")
        return process.stdout.readline()


# In the process that forks --------------------------------------------------------------------


def _serve() -> None:
    """Until nobody can ask any more; then what still runs is nobody's."""
    set_by_imports = _import_all()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    children: set[int] = set()
    while line := sys.stdin.readline():
        question = json.loads(line)
        if "pid" in question:
            answer = _code_of(question["pid"], children)
        else:
            answer = os.fork()
            if answer == 0:
                question["environment"] = set_by_imports | question["environment"]
                _become(**question)
                return
            children.add(answer)
        print(json.dumps(answer), flush=True)
    for child in children:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def _import_all() -> dict[str, str]:
    """What any role and any command needs, but for OpenTelemetry, which most never do.

    What that did to the environment: one library finds its data so.
    """
    before = set(os.environ)
    for name in _IMPORTED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # else the first collection of each child would copy all of it
    return {name: value for name, value in os.environ.items() if name not in before}


def _code_of(pid: int, children: set[int]) -> int | None:
    ended, status = os.waitpid(pid, os.WNOHANG)
    if not ended:
        return None
    children.discard(pid)
    return os.waitstatus_to_exitcode(status)


def _become(arguments: list[str], environment: dict[str, str], files: list[str]) -> None:
    """From here on it is a process like any other, and ends like one."""
    from gateway.cli import main

    signal.signal(signal.SIGINT, signal.default_int_handler)
    modes = (os.O_RDONLY, *[os.O_WRONLY | os.O_CREAT | os.O_APPEND] * 2)
    for number, (path, mode) in enumerate(zip(files, modes, strict=True)):
        opened = os.open(path, mode, 0o666)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = os.fdopen(0, closefd=False)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["kindkans-gateway", *arguments]
    main()


if __name__ == "__main__":
    _serve()

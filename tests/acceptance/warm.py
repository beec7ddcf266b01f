"""The command line in a process of its own for each call, forked from one that has imported it.

The imports are most of what a command takes. How a process begins by itself is shown by every role that
tests start, and by the image.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

_SECONDS = 120
_running: list[subprocess.Popen[str]] = []
_one_at_a_time = threading.Lock()


def warm_cli(
    arguments: Sequence[str], environment: dict[str, str], stdin: str
) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in ("in", "out", "err")]
        files[0].write_text(stdin, encoding="utf-8")
        asked = {"arguments": arguments, "environment": environment, "files": [str(path) for path in files]}
        with _one_at_a_time:
            code = _ask(json.dumps(asked))
        out, err = (path.read_text(encoding="utf-8") for path in files[1:])
    return subprocess.CompletedProcess(["kindkans-gateway", *arguments], code, out, err)


def _ask(asked: str) -> int:
    if not _running:
        command = [sys.executable, __file__]
        _running.append(
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        )
    process = _running[0]
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(asked + "\n")
    return int(process.stdout.readline())


def _serve() -> None:
    """Until nobody can ask any more."""
    import gateway.cli
    import gateway.commands.everything  # noqa: F401

    with os.fdopen(os.dup(0)) as questions, os.fdopen(os.dup(1), "w", buffering=1) as answers:
        for line in questions:
            child = os.fork()
            if child == 0:
                os.closerange(3, 64)
                _run(**json.loads(line))
            _, status = os.waitpid(child, 0)
            print(os.waitstatus_to_exitcode(status), file=answers)


def _run(arguments: list[str], environment: dict[str, str], files: list[str]) -> None:
    import signal

    from gateway.cli import main

    signal.alarm(_SECONDS)
    modes = (os.O_RDONLY, *[os.O_WRONLY | os.O_CREAT] * 2)
    for number, (path, mode) in enumerate(zip(files, modes, strict=True)):
        os.dup2(os.open(path, mode), number)
    sys.stdin = os.fdopen(0)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["kindkans-gateway", *arguments]
    try:
        main()
        code = 0
    except SystemExit as exc:
        code = exc.code if isinstance(exc.code, int) else int(exc.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    _serve()

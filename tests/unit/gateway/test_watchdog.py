"""An event loop that stands still ends the process; one that was only paused, or turns, does not."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import threading

import psutil

from acceptance.process import wait_for
from gateway.watchdog import Watchdog

_PROCESS = """\
import asyncio, ctypes, os, signal, sys, threading, time
from gateway.logs import configure_logs
from gateway.watchdog import Watchdog

def hang_in_c():  # and hold the interpreter
    ctypes.PyDLL(None).sleep(60)

def paused_as_a_whole():
    threading.Timer(0.1, print, ("going", ), {"flush": True}).start()
    time.sleep(0.2)
    os.kill(os.getpid(), signal.SIGSTOP)

async def main():
    configure_logs(log_format="json", log_level="info")
    watchdog = Watchdog(float(sys.argv[2]))
    await watchdog.start()
    await asyncio.sleep(0.01)
    {"hangs": lambda: time.sleep(60), "hangs in C": hang_in_c, "paused": paused_as_a_whole}[sys.argv[1]]()
    await asyncio.sleep(0.5)
    await watchdog.stop()

asyncio.run(main())
"""


def _run(how: str, *, limit_seconds: float = 1.0) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", _PROCESS, how, str(limit_seconds)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_a_loop_that_hangs_ends_the_process_with_a_line_that_says_so() -> None:
    process = _run("hangs")
    _, said = process.communicate(timeout=40)
    assert process.returncode == 1
    assert json.loads(said.splitlines()[-1])["event"] == "event_loop_stuck"


def test_a_loop_that_hangs_in_c_ends_the_process_and_names_the_function() -> None:
    process = _run("hangs in C")
    _, said = process.communicate(timeout=40)
    assert process.returncode == 1
    assert b"hang_in_c" in said


def test_a_process_that_was_paused_goes_on() -> None:
    process = _run("paused", limit_seconds=3.0)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        _until_stopped(process)
        # Longer than the limit of our own thread; the other one's is twice that, and in real seconds.
        threading.Event().wait(3.5)
        process.send_signal(signal.SIGCONT)
        process.communicate(timeout=40)
    finally:
        process.kill()
    assert process.returncode == 0


async def test_a_loop_that_turns_is_left_alone() -> None:
    ended: list[bool] = []
    watchdog = Watchdog(1.0, lambda: ended.append(True))
    await watchdog.start()
    await asyncio.sleep(2.5)
    await watchdog.stop()
    assert ended == []


async def test_a_stopped_watchdog_ends_nobody() -> None:
    ended: list[bool] = []
    watchdog = Watchdog(0.2, lambda: ended.append(True))
    await watchdog.start()
    await watchdog.stop()
    await asyncio.sleep(0.6)
    assert ended == []


def _until_stopped(process: subprocess.Popen[bytes]) -> None:
    wait_for(lambda: psutil.Process(process.pid).status() == psutil.STATUS_STOPPED)

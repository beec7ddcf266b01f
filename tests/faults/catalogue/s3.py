"""S3 fails: pushes with bijlagen get a Fault in time, never -1; those without go on.

moto keeps everything in memory, so that killing it would lose what an S3 keeps. What a client sees of one
that is killed and started is made in front of it: open connections are reset, and so are new ones.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from adapters.parnassys.standin.messages import File
from contract.storage.middleman import Middleman, middleman
from faults.catalogue.case import FaultCase, Inject, On
from faults.catalogue.waiting import storage_through_proxy, until_delivered, until_noticed
from faults.history import Fault, Number
from faults.load import CANARY, Load
from faults.stack import Stack

_ROLES = "intake", "kindkans"
_SLOW_SECONDS = 0.3  # each piece, each way
_MOODS = "500", "503", "swallow", "short", "pass", "pass", "pass"
_LONGEST_MOOD_SECONDS = 4.0  # obstore repeats each request twice, and we a write once more


def away(stack: Stack, load: Load, rng: random.Random) -> None:
    with storage_through_proxy(stack, *_ROLES) as proxy:
        load.answered(rng.randint(1, 10))
        _is_away(load, proxy.refuse)
        proxy.heal()


def frozen(stack: Stack, load: Load, rng: random.Random) -> None:
    """Connections stay open and say nothing; in the end all arrives."""
    with storage_through_proxy(stack, *_ROLES) as proxy:
        load.answered(rng.randint(1, 10))
        _is_away(load, proxy.freeze)
        proxy.heal()


def cut_off_silently(stack: Stack, load: Load, rng: random.Random) -> None:
    """Likewise, but what was under way never arrives."""
    with storage_through_proxy(stack, *_ROLES) as proxy:
        load.answered(rng.randint(1, 10))
        _is_away(load, proxy.freeze)
        proxy.cut()


def slow(stack: Stack, load: Load, rng: random.Random) -> None:
    with storage_through_proxy(stack, *_ROLES) as proxy:
        proxy.delay(_SLOW_SECONDS)
        until_delivered(stack)
        _goes_on_without_bijlagen(load)


def cut_at(words: bytes, what: str, role: str, *, delivered: bool) -> FaultCase:
    """Three times, each after a few that went well."""

    def inject(stack: Stack, load: Load, rng: random.Random) -> None:
        with storage_through_proxy(stack, role) as proxy:
            for _ in range(3):
                proxy.cut_at(words, rng.randint(1, 5), delivered=delivered)
                proxy.sprung()

    end = "its answer is lost" if delivered else "it never arrives"
    return _case(f"S3: cut at {what}: {end}", inject)


def answers(status: str) -> Inject:
    """To everything."""

    def inject(stack: Stack, load: Load, rng: random.Random) -> None:
        with _through_middleman(stack) as s3:
            load.answered(rng.randint(1, 10))
            _is_away(load, lambda: setattr(s3, "behave", lambda method, path: status))
            s3.behave = lambda method, path: "pass"
            until_delivered(stack)

    return inject


def fails_now_and_then(stack: Stack, load: Load, rng: random.Random) -> None:
    """Errors, lost answers and half answers, each for some seconds, among what goes well."""
    with _through_middleman(stack) as s3:
        s3.behave = _moody(rng)
        load.answered(60)
        s3.behave = lambda method, path: "pass"
        until_delivered(stack)


def _moody(rng: random.Random) -> Callable[[str, str], str]:
    mood, until = "pass", 0.0
    lock = threading.Lock()  # requests come in threads

    def behave(method: str, path: str) -> str:
        nonlocal mood, until
        with lock:
            if time.monotonic() > until:
                mood = rng.choice(_MOODS)
                until = time.monotonic() + rng.uniform(0, _LONGEST_MOOD_SECONDS)
            return mood

    return behave


def _is_away(load: Load, begin: Callable[[], object]) -> None:
    """From `begin` on: what is told meanwhile."""
    begin()
    sent = load.begin(load.new(File(naam=f"{CANARY}.txt", content=b"x" * 5000)))
    told = load.send(sent)
    assert told == Fault(http_status=503), told
    _goes_on_without_bijlagen(load)
    until_noticed(load)


def _goes_on_without_bijlagen(load: Load) -> None:
    told = load.send(load.begin(load.new()))
    assert isinstance(told, Number), told


@contextmanager
def _through_middleman(stack: Stack) -> Iterator[Middleman]:
    """Intake and store reach S3 through it."""
    with middleman(stack.environment["STORAGE_ENDPOINT"]) as found:
        for role in _ROLES:
            stack.restart(role, STORAGE_ENDPOINT=found.endpoint)
        try:
            yield found
        finally:
            found.behave = lambda method, path: "pass"
            for role in _ROLES:
                stack.restart(role)


def _case(name: str, inject: Inject, *, short: bool = False) -> FaultCase:
    return FaultCase(name=name, inject=inject, on=On.PRODUCTION, short=short)


S3 = (
    _case("S3 is away, and comes back", away, short=True),
    _case("S3 is frozen, and thaws", frozen),
    _case("S3 is cut off silently", cut_off_silently),
    _case("S3 is slow", slow),
    _case("S3 answers 500", answers("500")),
    _case("S3 answers 503", answers("503")),
    _case("S3 fails now and then", fails_now_and_then),
    cut_at(b"PUT /", "a PUT of intake", "intake", delivered=True),
    cut_at(b"PUT /", "a PUT of intake", "intake", delivered=False),
    cut_at(b"PUT /", "a PUT of kindkans", "kindkans", delivered=True),
    cut_at(b"GET /", "a GET of kindkans", "kindkans", delivered=True),
)

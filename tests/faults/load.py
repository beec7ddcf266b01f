"""The senders: ParnasSys in its worst hour. Every kind of push, and every answer written down.

Each sender has hulpvragen of its own, and sends a later version only when the earlier one is settled,
as a school would. What got no answer is sent again under the same berichtId until it has one.
"""

from __future__ import annotations

import http.client
import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import TracebackType
from urllib.parse import urlsplit

from adapters.parnassys.standin.messages import File, Push, indienen
from faults.history import Attempt, Fault, History, NoAnswer, Number, Refusal, Sent, Told

CANARY = "Kanarievogel"
_NUMBER = re.compile(rb"dossiernummer>(-?[0-9]+)<")
_CODE = re.compile(rb"code>([A-Z_]+)<")
_PAUSE_SECONDS = 0.1  # between the pushes of one sender: faults need time, and the checker reads all
BRIN = "17GU"  # of the demo's world


class Load:
    """While it is entered, senders push. Leave it, and they end; then `settle`."""

    def __init__(
        self,
        url: str,
        authorization: str,
        history: History,
        *,
        seed: int,
        senders: int = 6,
        patience_seconds: float = 30.0,
        witness: Callable[[int], bool | None] = lambda number: None,
    ) -> None:
        """`witness` says whether a number is in the database."""
        self._urls = [urlsplit(url)]
        self._witness = witness
        self._authorization = authorization
        self.history = history
        self._patience_seconds = patience_seconds
        self._ended = threading.Event()
        self._failures: list[BaseException] = []
        self._senders = [_Sender(self, random.Random(seed * 1000 + n)) for n in range(senders)]

    def __enter__(self) -> Load:
        for sender in self._senders:
            sender.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        for sender in self._senders:
            sender.join(timeout=60)
        if kind is None and self._failures:
            raise AssertionError("a sender broke") from self._failures[0]

    def answered(self, more: int, seconds: float = 120.0) -> None:
        """Returns when `more` berichten than now have their answer."""
        until, wanted = time.monotonic() + seconds, self.history.answered + more
        while self.history.answered < wanted:
            assert not self._failures, self._failures
            assert time.monotonic() < until, f"only {self.history.answered} of {wanted} answered"
            time.sleep(0.02)

    def settle(self, seconds: float = 180.0) -> None:
        """Sends what got no answer again, until all have one."""
        until = time.monotonic() + seconds
        for sent in self.history:
            while not sent.settled:
                assert time.monotonic() < until, "some berichten never got an answer"
                self.send(sent)
                if not sent.settled:
                    time.sleep(_PAUSE_SECONDS)

    def send(self, sent: Sent) -> Told:
        """Once, and writes down what came of it."""
        began = time.monotonic()
        told = self._post(indienen(sent.push).body)
        seconds = time.monotonic() - began
        committed = self._witness(told.dossiernummer) if isinstance(told, Number) else None
        sent.attempts.append(Attempt(began=began, seconds=seconds, told=told, committed=committed))
        return told

    def _post(self, body: bytes) -> Told:
        url = random.choice(self._urls)
        connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=self._patience_seconds)
        try:
            headers = {"Authorization": self._authorization, "Content-Type": "text/xml; charset=utf-8"}
            connection.request("POST", url.path, _pieces(body), headers, encode_chunked=True)
            response = connection.getresponse()
            answer = response.read()
        except (OSError, http.client.HTTPException):
            return NoAnswer()
        finally:
            connection.close()
        return _read(response.status, answer)

    @property
    def ended(self) -> threading.Event:
        return self._ended

    @contextmanager
    def also(self, url: str) -> Iterator[None]:
        """Meanwhile the senders take this one too."""
        self._urls = [*self._urls, urlsplit(url)]
        try:
            yield
        finally:
            self._urls = self._urls[:-1]

    def begin(self, push: Push) -> Sent:
        """A push that somebody else sends, in the history like all others."""
        return self.history.add(_sent(push))

    def got_no_answer(self, sent: Sent, began: float) -> None:
        """Of what somebody else sent: to be sent again, by `settle`."""
        sent.attempts.append(Attempt(began=began, seconds=time.monotonic() - began, told=NoAnswer()))

    def push(self, push: Push) -> Sent:
        """One good push beside the senders', until it has its answer."""
        sent = self.begin(push)
        while not sent.settled:
            self.send(sent)
        return sent

    def new(self, *files: File, titel: str = "", seed: int = 0) -> Push:
        """A good push, about an invented child."""
        push = _new(random.Random(seed or None), *files)
        return replace(push, titel=titel) if titel else push

    def broke(self, exc: BaseException) -> None:
        self._failures.append(exc)


class _Sender(threading.Thread):
    def __init__(self, load: Load, rng: random.Random) -> None:
        super().__init__(daemon=True)
        self._load = load
        self._rng = rng
        self._settled: list[Sent] = []  # accepted, each the latest of its hulpvraag

    def run(self) -> None:
        try:
            while not self._load.ended.is_set():
                sent = self._next()
                if not sent.attempts:
                    self._load.history.add(sent)
                self._load.send(sent)
                while not self._load.ended.wait(_PAUSE_SECONDS) and not sent.settled:
                    self._load.send(sent)
                self._remember(sent)
        except BaseException as exc:
            self._load.broke(exc)

    def _remember(self, sent: Sent) -> None:
        if sent.settled and sent.numbers:
            self._settled = [*[one for one in self._settled if one.versie_of != sent.versie_of][-20:], sent]

    def _next(self) -> Sent:
        dice = self._rng.random()
        if dice < 0.10:
            name = f"{CANARY} " + "x" * 100 + ".txt"
            return _sent(_new(self._rng, File(naam=name)), may_in=False)
        if dice < 0.25 and self._settled:
            return _sent(_next_version(self._rng.choice(self._settled).push))
        if dice < 0.32 and self._settled:  # a double entry: the same content, another bericht
            return _sent(replace(self._rng.choice(self._settled).push, bericht_id=Push().bericht_id))
        if dice < 0.40 and self._settled:  # a repeat
            return self._rng.choice(self._settled)
        files = [_file(self._rng, n) for n in range(self._rng.choice((0, 0, 1, 2)))]
        return _sent(_new(self._rng, *files))


def _sent(push: Push, *, may_in: bool = True) -> Sent:
    return Sent(push=push, may_in=may_in, versie_of=push.hulpvraag_id)


def _new(rng: random.Random, *files: File) -> Push:
    return Push(
        brin=BRIN,
        voornamen=CANARY,
        achternaam=f"{CANARY}-{rng.randrange(10**9)}",
        omschrijving=f"{CANARY} heeft hulp nodig. " * 20,
        titel=f"{CANARY} {rng.randrange(10**12)}",
        files=files,
    )


def _next_version(push: Push) -> Push:
    fresh = Push()
    return replace(push, bericht_id=fresh.bericht_id, titel=f"{CANARY} {fresh.hulpvraag_id}")


def _file(rng: random.Random, number: int) -> File:
    content = f"Verslag over {CANARY}\n".encode() + rng.randbytes(rng.choice((10, 3_000, 60_000)))
    return File(naam=f"OPP {CANARY} {number}.txt", content=content)


def _pieces(body: bytes) -> list[bytes]:
    """In two pieces, so that a body has a middle."""
    half = len(body) // 2
    return [body[:half], body[half:]]


def _read(status: int, answer: bytes) -> Told:
    number = _NUMBER.search(answer)
    if status != 200 or number is None:
        return Fault(http_status=status)
    if int(number[1]) > 0:
        return Number(dossiernummer=int(number[1]))
    return Refusal(codes=tuple(code.decode() for code in _CODE.findall(answer)))

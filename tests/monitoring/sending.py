"""Senders that end every message in every way there is, and count what they were told."""

from __future__ import annotations

import base64
import re
import socket
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import requests

from adapters.parnassys.names import Operation
from adapters.parnassys.standin.messages import File, Push, indienen, opvragen

_NUMBER = re.compile(r"dossiernummer>(-?[0-9]+)<")
_CODE = re.compile(r"code>([A-Z_]+)<")
_TOO_LARGE = b"x" * (5 * 1024 * 1024 + 1)
KNOWN, SWITCHED_OFF = "parnassys-gong", "parnassys-michael"  # of the demo's world
_BRIN = {KNOWN: "17GU", SWITCHED_OFF: "06ZZ"}


@dataclass
class Tally:
    """What senders were told, or did."""

    told: Counter[str] = field(default_factory=Counter)
    redenen: Counter[str] = field(default_factory=Counter)  # that came with -1
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, what: str, codes: list[str] | None = None) -> None:
        with self.lock:
            self.told[what] += 1
            self.redenen.update(codes or [])


class Sender(threading.Thread):
    """Goes through all that it can do until it is to end, once at least; `failed` holds what broke it."""

    def __init__(self, url: str, secrets: Mapping[str, str], tally: Tally) -> None:
        super().__init__(daemon=True)
        self._url, self._secrets, self._tally = url, secrets, tally
        self._session = requests.Session()
        self.ending = threading.Event()
        self.failed: BaseException | None = None

    def run(self) -> None:
        try:
            self.indienen(files=(File(content=_TOO_LARGE),))
            self.round()
            while not self.ending.is_set():
                self.round()
        except BaseException as exc:
            self.failed = exc
        finally:
            self._session.close()

    def round(self) -> None:
        self.accepted()
        self.rejected()
        self.without_verdict()

    def with_bijlage(self) -> Push:
        return self.indienen(files=(File(), File(naam="tweede.txt")))

    def accepted(self) -> None:
        push = self.with_bijlage()
        self._send(push)  # a repeat
        self._send(replace(push, bericht_id=Push().bericht_id))  # a double entry
        self._send(replace(push, bericht_id=Push().bericht_id, titel="Een nieuwe versie"))
        self.indienen()

    def rejected(self) -> None:
        self.indienen(files=(File(naam="x" * 101),))
        self.indienen(files=(File(content=b""), File(naam="a/b.txt")))
        self.indienen(achternaam=None)
        self.indienen(brin="99ZZ")
        self.indienen(omgeving=SWITCHED_OFF)

    def without_verdict(self) -> None:
        checked = indienen(Push(brin=_BRIN[KNOWN]), operation=Operation.CONTROLEREN)
        self._answered("controle", checked.body)
        self._answered("status", opvragen(bericht_id=Push().bericht_id).body)
        self._fault(b"<geen bericht")
        self._fault(indienen(Push()).body, password="onjuist")
        self._hang_up()
        assert self._session.get(self._url + "/nergens", timeout=60).status_code == 404
        self._tally.add("refused")

    def indienen(self, omgeving: str = KNOWN, **other: object) -> Push:
        push = replace(Push(brin=_BRIN[omgeving]), **other)  # type: ignore[arg-type]
        self._send(push, omgeving)
        return push

    def _send(self, push: Push, omgeving: str = KNOWN) -> None:
        answer = self._post(indienen(push).body, omgeving)
        found = _NUMBER.search(answer.text)
        assert found, (answer.status_code, answer.text)
        if int(found[1]) > 0:
            self._tally.add("geaccepteerd")
            if "dubbel>true<" in answer.text:
                self._tally.add("dubbel")
        else:
            self._tally.add("afgewezen", _CODE.findall(answer.text))

    def _answered(self, what: str, body: bytes) -> None:
        answer = self._post(body)
        assert answer.ok, answer.text
        self._tally.add(what)

    def _fault(self, body: bytes, **options: str) -> None:
        assert "Fault>" in self._post(body, **options).text
        self._tally.add("fault")

    def _post(self, body: bytes, omgeving: str = KNOWN, password: str = "") -> requests.Response:
        headers = {"Content-Type": "text/xml; charset=utf-8", **self._who(omgeving, password)}
        return self._session.post(self._url, data=body, headers=headers, timeout=120)

    def _who(self, omgeving: str, password: str = "") -> dict[str, str]:
        pair = f"{omgeving}:{password or self._secrets[omgeving]}".encode()
        return {"Authorization": "Basic " + base64.b64encode(pair).decode()}

    def _hang_up(self) -> None:
        """In the middle of a message that is being read."""
        url = urlsplit(self._url)
        body = indienen(Push()).body
        fields = {**self._who(KNOWN), "Content-Type": "text/xml", "Content-Length": str(len(body) + 1)}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        with socket.create_connection((url.hostname or "", url.port or 0), timeout=60) as sock:
            sock.sendall(
                f"POST {url.path} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n{head}\r\n".encode()
            )
            assert sock.recv(1000).startswith(b"HTTP/1.1 100")  # so that it has begun
            sock.sendall(body)
        self._tally.add("afgebroken")


@contextmanager
def sending(urls: list[str], secrets: Mapping[str, str], tally: Tally) -> Iterator[None]:
    """Two senders at each address, at once; after it all are done. Raises what broke one."""
    senders = [Sender(url, secrets, tally) for url in urls for _ in range(2)]
    for sender in senders:
        sender.start()
    yield
    for sender in senders:
        sender.ending.set()
    for sender in senders:
        sender.join(timeout=300)
        if sender.failed:
            raise sender.failed
        assert not sender.is_alive(), "a sender did not end"

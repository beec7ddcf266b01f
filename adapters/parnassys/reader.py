"""A message, in pieces of any size. Sans-I/O: `feed` and `close` give events or raise.

    MalformedMessage, or one of `errors`   the message is refused; the reader is then of no more use
    events                                 see `events`; Message comes from close() and from nowhere else

Memory stays bounded whatever comes: the parser never holds more than one token, and no token grows
beyond ReaderLimits.stalled_bytes.
"""

from __future__ import annotations

from typing import Protocol

from adapters.parnassys.document import XmlDocument
from adapters.parnassys.envelope import Envelope
from adapters.parnassys.events import Addressing, Event, Message
from adapters.parnassys.framing import Framing
from adapters.parnassys.limits import ReaderLimits
from adapters.parnassys.mtom import MtomParts
from adapters.parnassys.multipart import Multipart
from adapters.parnassys.names import Operation, SoapVersion


class _Source(Protocol):
    def feed(self, data: bytes) -> None: ...
    def close(self) -> None: ...


class Reader:
    """One message, framed as its HTTP headers say."""

    def __init__(self, framing: Framing, limits: ReaderLimits) -> None:
        self._events: list[Event] = []
        self._envelope = Envelope(
            version=framing.version,
            soap_action=framing.action,
            mtom=framing.mtom,
            limits=limits,
            events=self._events,
        )
        self._parts: MtomParts | None = None
        self._source: _Source
        if framing.mtom:
            self._parts = MtomParts(framing, self._envelope, limits)
            self._source = Multipart(framing.boundary, self._parts, limits)
        else:
            self._source = XmlDocument(framing.charset, self._envelope, limits)

    @property
    def version(self) -> SoapVersion:
        """The version to answer in, also when the message broke off."""
        return self._envelope.version or SoapVersion.V11

    @property
    def operation(self) -> Operation | None:
        """None until the Body has said."""
        return self._envelope.operation

    @property
    def addressing(self) -> Addressing:
        """The addressing headers so far, for a Fault."""
        return self._envelope.addressing()

    def feed(self, data: bytes) -> list[Event]:
        """Raises MalformedMessage (see `errors` for its kinds)."""
        self._source.feed(data)
        return self._drain()

    def close(self) -> list[Event]:
        """The end of the body: the last events, of which Message is the last. Raises MalformedMessage."""
        self._source.close()
        envelope = self._envelope
        if self._parts is not None:
            self._parts.close()
        payload = envelope.payload()
        operation = envelope.operation
        assert operation is not None  # noqa: S101 - payload() raised if there is none
        self._events.append(
            Message(
                version=self.version,
                operation=operation,
                payload=payload,
                bijlagen=self._numbers(),
                addressing=envelope.addressing(),
            )
        )
        return self._drain()

    def _numbers(self) -> tuple[int | None, ...]:
        bijlagen = self._envelope.bijlagen
        if self._parts is not None:
            return self._parts.resolve(bijlagen)
        return tuple(b for b in bijlagen if not isinstance(b, str))

    def _drain(self) -> list[Event]:
        events = self._events.copy()
        self._events.clear()
        return events

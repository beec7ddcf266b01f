"""What the reader tells, in order of arrival.

OperationSeen    once, before any inline bijlage; MTOM parts may come before it
BijlageStart     a bijlage begins, numbered 1, 2, ... by arrival
BijlageData      some of its decoded bytes; none beyond ReaderLimits.bijlage_bytes
BijlageEnd       its true size, also if that is beyond the limit
Message          once, last: the message without the content of its bijlagen
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from adapters.parnassys.names import Operation, SoapVersion


@dataclass(frozen=True, slots=True)
class OperationSeen:
    operation: Operation


@dataclass(frozen=True, slots=True)
class BijlageStart:
    number: int


@dataclass(frozen=True, slots=True)
class BijlageData:
    number: int
    chunk: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class BijlageEnd:
    number: int
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressing:
    """The WS-Addressing headers of the question; "" for one that it has not."""

    message_id: str = ""
    action: str = ""
    to: str = ""
    sender: str = ""  # wsa:From


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    version: SoapVersion
    operation: Operation
    payload: etree._Element  # personal data: the element in the Body, `inhoud` emptied
    bijlagen: tuple[int | None, ...]  # per bijlage of the message its number; None without inhoud
    addressing: Addressing

    def __repr__(self) -> str:
        return f"Message({self.version.name}, {self.operation.value}, {len(self.bijlagen)} bijlagen)"


Event = OperationSeen | BijlageStart | BijlageData | BijlageEnd | Message

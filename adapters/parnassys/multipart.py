"""The parts of an MTOM message, in pieces; what a part means is the reader's business.

The splitting is python-multipart's. On top of it: a cap on parts and headers, no transfer encoding
that would need decoding, and an end: without the closing boundary the message was cut off. What stands
before the first part or after the last is skipped, and may not be long.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Protocol

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser

from adapters.parnassys.framing import content_id
from adapters.parnassys.limits import ReaderLimits
from dossier.errors import MalformedMessage

_PIECE_BYTES = 256 * 1024  # as much as the server reads at once
_IDENTITY = frozenset({"", "binary", "8bit", "7bit"})
_SILENT = logging.Logger("silent", level=logging.CRITICAL + 1)  # its warnings quote bytes of the message


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    index: int  # 0-based
    content_id: str  # without brackets, "" if it has none
    content_type: str


class PartHandler(Protocol):
    def begin_part(self, part: Part) -> None: ...
    def part_data(self, data: bytes) -> None: ...
    def end_part(self) -> None: ...


class Multipart:
    """feed() bytes, then close(). Both raise MalformedMessage, or what the handler raises."""

    def __init__(self, boundary: bytes, handler: PartHandler, limits: ReaderLimits) -> None:
        self._handler = handler
        self._limits = limits
        self._parts = 0
        self._around_bytes = 0
        self._ended = False
        self._name = b""
        self._value = b""
        self._headers: dict[bytes, bytes] = {}
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._header_field,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._data,
                "on_part_end": handler.end_part,
                "on_end": self._end,
            },
            max_header_count=limits.part_headers,
            max_header_size=limits.part_header_bytes,
        )
        self._parser.logger = _SILENT

    def feed(self, data: bytes) -> None:
        if self._ended or not self._parts:
            self._around_bytes += len(data)  # the piece with which the first part begins as well
            if self._around_bytes > self._limits.around_parts_bytes + _PIECE_BYTES:
                raise _malformed()
        try:
            self._parser.write(data)
        except FormParserError:
            raise _malformed() from None

    def close(self) -> None:
        if not self._ended:
            raise _malformed()

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > self._limits.parts:
            raise MalformedMessage("Het multipart-bericht heeft te veel delen.")
        self._headers = {}

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        name = self._name.lower()
        if name in self._headers:
            raise _malformed()
        self._headers[name] = self._value
        self._name = self._value = b""

    def _headers_finished(self) -> None:
        if self._header(b"content-transfer-encoding").lower() not in _IDENTITY:
            raise MalformedMessage(
                "Een deel van het multipart-bericht heeft een Content-Transfer-Encoding die niet wordt "
                "ondersteund. Gebruik binary."
            )
        self._handler.begin_part(
            Part(
                index=self._parts - 1,
                content_id=content_id(self._header(b"content-id")),
                content_type=self._header(b"content-type"),
            )
        )

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._handler.part_data(data[start:end])

    def _end(self) -> None:
        self._ended = True

    def _header(self, name: bytes) -> str:
        return self._headers.get(name, b"").decode("latin-1").strip()


def _malformed() -> MalformedMessage:
    return MalformedMessage("Het multipart-bericht (MTOM) is ongeldig of onvolledig.")

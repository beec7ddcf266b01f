"""Until when the certificates are good that the fronts show: asked of the fronts themselves, every hour.

A part of the helpdesk's role: that one shares a network with the front, and may go outside. Nothing is
verified, for a certificate that is no longer trusted has a date as well. A front that asks for a client
certificate shows its own first; only one that speaks nothing newer than TLS 1.2 and breaks off there
cannot be read, as Python hands over no certificate of a handshake that failed.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from dossier.errors import ConfigurationError
from gateway.logs import get_logger
from gateway.metrics import Metrics, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    every_seconds: float = 3600.0
    again_seconds: float = 300.0  # after a front that did not answer: at our start it may not be there yet
    timeout_seconds: float = 10.0


def read_addresses(text: str) -> dict[Place, Address]:
    """Of CERTIFICATES_AT; none if it is empty. Raises ConfigurationError."""
    if not text.strip():
        return {}
    parts = text.split(",")
    if len(parts) > len(Place):
        raise ConfigurationError(
            f"CERTIFICATES_AT: at most {len(Place)} addresses, of the schools' front first"
        )
    return {place: _address(part.strip()) for place, part in zip(Place, parts, strict=False)}


def _address(text: str) -> Address:
    host, colon, port = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    host = host[1:-1] if bracketed else host
    is_host = (
        bool(host) and (bracketed or not set(host) & set(":[]/@")) and not any(c.isspace() for c in host)
    )
    is_port = port.isascii() and port.isdecimal() and len(port) <= 5 and 0 < int(port) < 65536
    if not (colon and is_host and is_port):
        raise ConfigurationError("CERTIFICATES_AT: each address is HOST:PORT, with commas between")
    return Address(host=host, port=int(port))


async def expiry_of(address: Address) -> datetime:
    """When the certificate ends that is shown there. Raises OSError, TimeoutError, ValueError."""
    _, writer = await asyncio.open_connection(
        address.host, address.port, ssl=_unverified(), server_hostname=address.host
    )
    try:
        shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    finally:
        writer.transport.abort()  # no farewell: a front that wants our certificate would answer with an error
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    if shown is None:
        raise ValueError("no certificate was shown")
    return x509.load_der_x509_certificate(shown).not_valid_after_utc


def _unverified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Certificates:
    """Sets kindkans_certificate_expiry_timestamp_seconds. Of a front that is away the last value stays."""

    def __init__(
        self, addresses: Mapping[Place, Address], metrics: Metrics, pace: Pace | None = None
    ) -> None:
        self._addresses = addresses
        self._expiry = metrics.certificate_expiry
        self._pace = pace or Pace()
        self._log = get_logger(role="helpdesk")
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        if self._addresses:
            self._task = asyncio.create_task(self._run(), name="certificates")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            answered = [await self._look(place, address) for place, address in self._addresses.items()]
            await asyncio.sleep(self._pace.every_seconds if all(answered) else self._pace.again_seconds)

    async def _look(self, place: Place, address: Address) -> bool:
        """Whether the front answered with a certificate."""
        try:
            async with asyncio.timeout(self._pace.timeout_seconds):
                ends = await expiry_of(address)
        except Exception as exc:  # whatever a stranger's bytes make of it, the next look is to come
            self._log.warning("certificate_unknown", what=place.value, error_type=type(exc).__name__)
            return False
        self._expiry.labels(place.value).set(ends.timestamp())
        return True

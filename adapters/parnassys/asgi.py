"""ASGI as the endpoint needs it: its types, a request's headers, a response."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from adapters.parnassys.names import SoapVersion

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class RequestHeaders:
    """The request's headers, by name in lower case."""

    def __init__(self, scope: Scope) -> None:
        self._headers: list[tuple[bytes, bytes]] = scope["headers"]

    def all(self, name: str) -> list[str]:
        key = name.encode("ascii")
        return [value.decode("latin-1") for header, value in self._headers if header == key]

    def get(self, name: str) -> str:
        """The first of this name, "" if there is none."""
        return next(iter(self.all(name)), "").strip()

    def likely_version(self) -> SoapVersion:
        """The SOAP version to answer in when not a byte of the message was read."""
        soap12 = SoapVersion.V12.content_type in self.get("content-type").lower()
        return SoapVersion.V12 if soap12 else SoapVersion.V11


async def send_response(
    send: Send,
    status: int,
    body: bytes,
    headers: list[tuple[str, str]],
    *,
    more_body: bool = False,
    omit_body: bool = False,
) -> None:
    fields = [*headers, ("Content-Length", str(len(body)))]
    raw = [(name.lower().encode("ascii"), value.encode("latin-1")) for name, value in fields]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": b"" if omit_body else body, "more_body": more_body})

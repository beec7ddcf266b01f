"""A bijlage as a download: bytes of a stranger, which a browser must keep as a file and never show.

The first piece is read before the answer begins, so that a bijlage that is not there is a page that says so.
Later the answer breaks off: half a file never looks whole, for it is shorter than its Content-Length.
"""

from __future__ import annotations

import string
import unicodedata
from collections.abc import AsyncIterator
from typing import cast
from urllib.parse import quote

from anyio import from_thread
from starlette.responses import Response, StreamingResponse
from starlette.types import Send

from storage.objects import ObjectDamaged, ObjectMissing
from web.errors import NotHere

_CSP = "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_PLAIN = frozenset(string.ascii_letters + string.digits + "._- ()")
_LONGEST_NAME = 150
_GONE = "De inhoud van deze bijlage is er niet meer. Vraag de school om de hulpvraag opnieuw te versturen."


class Whole(StreamingResponse):
    """The last piece says that it is the last, where Starlette sends an empty one after it.

    Who has as many bytes as the Content-Length says may ask again on the same connection. Our servers take a
    question amid an answer for pipelining, and close (gateway/protocol.py): the answer must be over by then.
    """

    async def stream_response(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        held = b""
        async for piece in self.body_iterator:
            if held:
                await send({"type": "http.response.body", "body": held, "more_body": True})
            held = cast(bytes, piece)  # a bijlage is never text
        await send({"type": "http.response.body", "body": held, "more_body": False})


def download(content: AsyncIterator[bytes], naam: str, size_bytes: int) -> Response:
    """In a thread of the frame, where handlers run. Raises NotHere, Unavailable."""
    try:
        first = from_thread.run(_first, content)
    except (ObjectMissing, ObjectDamaged):
        raise NotHere(_GONE) from None
    return Whole(
        _rest(first, content),
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": disposition(naam),
            "Content-Length": str(size_bytes),
            "Content-Security-Policy": _CSP,
        },
    )


def disposition(naam: str) -> str:
    """RFC 6266: the name as it is for who reads `filename*`, and one of plain ASCII for who does not."""
    clean = "".join(c for c in unicodedata.normalize("NFC", naam) if unicodedata.category(c)[0] != "C")
    clean = clean.replace("/", "_").replace("\\", "_").strip(" .")[:_LONGEST_NAME] or "bijlage"
    plain = "".join(c if c in _PLAIN else "_" for c in _without_accents(clean))
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(clean, safe='')}"


def _without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


async def _first(content: AsyncIterator[bytes]) -> bytes:
    return await anext(content, b"")


async def _rest(first: bytes, content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in content:
        yield piece

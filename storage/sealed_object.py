"""A stored bijlage as a stream: its header and frames, sealed with the key of this one object. Sans I/O.

The same bytes whatever storage they go to. The key belongs to `<inzending id>/<number>`, which is given
out once: a place is never sealed twice with other content.
"""

from __future__ import annotations

from storage.seal import Seal
from storage.sealed_stream import StreamOpener, StreamSealer, header, header_key_id

_LONGEST_HEADER = 5 + 255


class ObjectSealer:
    """Content in, an object's bytes out."""

    def __init__(self, seal: Seal, place: str) -> None:
        key_id = seal.active_key_id
        self._header = header(key_id)
        self._sealer = StreamSealer(seal.bijlage_key(key_id, place))

    def update(self, content: bytes) -> bytes:
        return self._with_header(self._sealer.update(content))

    def finish(self) -> bytes:
        return self._with_header(self._sealer.finish())

    def _with_header(self, sealed: bytes) -> bytes:
        head, self._header = self._header, b""
        return head + sealed


class ObjectOpener:
    """An object's bytes in, content out. Raises BrokenSeal, UnknownKey."""

    def __init__(self, seal: Seal, place: str) -> None:
        self._seal = seal
        self._place = place
        self._start = b""
        self._opener: StreamOpener | None = None

    def update(self, sealed: bytes) -> bytes:
        if self._opener is not None:
            return self._opener.update(sealed)
        self._start += sealed
        if len(self._start) < _LONGEST_HEADER:
            return b""
        return self._begin()[1]

    def finish(self) -> bytes:
        if self._opener is not None:
            return self._opener.finish()
        opener, content = self._begin()
        return content + opener.finish()

    def _begin(self) -> tuple[StreamOpener, bytes]:
        key_id, begin = header_key_id(self._start)
        self._opener = StreamOpener(self._seal.bijlage_key(key_id, self._place))
        return self._opener, self._opener.update(self._start[begin:])

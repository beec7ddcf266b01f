"""The format of a stored bijlage: sealed in frames, so that it is written and read in little memory.

    magic (4) | key id length (1) | key id | frame* | last frame
    frame: 64 KiB of content sealed with AES-256-GCM; nonce = frame number (11 bytes) and a last-flag

A key of its own per object makes a counter safe as nonce. The last-flag shows truncation, the
counter shows frames that were moved (the STREAM construction of Hoang, Reyhanitabar, Rogaway, Vizár).
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"KKB1"
FRAME_BYTES = 64 * 1024
TAG_BYTES = 16


class BrokenSeal(Exception):
    """Not what was sealed: changed, cut off, or another object's."""


def header(key_id: str) -> bytes:
    encoded = key_id.encode()
    return MAGIC + bytes([len(encoded)]) + encoded


def header_key_id(start: bytes) -> tuple[str, int]:
    """The key id in the first bytes of an object, and where its frames begin. Raises BrokenSeal."""
    if len(start) < 5 or start[:4] != MAGIC or len(start) < 5 + start[4]:
        raise BrokenSeal
    end = 5 + start[4]
    return start[5:end].decode("ascii", errors="replace"), end


class StreamSealer:
    """Content in, sealed frames out."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._number = 0
        self._rest = bytearray()

    def update(self, content: bytes) -> bytes:
        """The frames that are full. One frame stays behind, for the last one is marked."""
        self._rest += content
        frames = []
        start = 0
        while len(self._rest) - start > FRAME_BYTES:
            frames.append(self._frame(bytes(self._rest[start : start + FRAME_BYTES]), last=False))
            start += FRAME_BYTES
        if start:
            del self._rest[:start]
        return b"".join(frames)

    def finish(self) -> bytes:
        return self._frame(bytes(self._rest), last=True)

    def _frame(self, content: bytes, *, last: bool) -> bytes:
        sealed = self._cipher.encrypt(_nonce(self._number, last), content, None)
        self._number += 1
        return sealed


class StreamOpener:
    """Sealed frames in, content out. Raises BrokenSeal."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._number = 0
        self._rest = bytearray()

    def update(self, sealed: bytes) -> bytes:
        self._rest += sealed
        size = FRAME_BYTES + TAG_BYTES
        parts = []
        start = 0
        while len(self._rest) - start > size:
            parts.append(self._open(bytes(self._rest[start : start + size]), last=False))
            start += size
        if start:
            del self._rest[:start]
        return b"".join(parts)

    def finish(self) -> bytes:
        return self._open(bytes(self._rest), last=True)

    def _open(self, frame: bytes, *, last: bool) -> bytes:
        try:
            content = self._cipher.decrypt(_nonce(self._number, last), frame, None)
        except (InvalidTag, ValueError):
            raise BrokenSeal from None
        self._number += 1
        return content


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])

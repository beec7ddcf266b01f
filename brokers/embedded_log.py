"""What the embedded server says in its log and tells nobody else: that it cannot write a stream any more.

Once a write has failed, on a full disk for instance, JetStream (seen in 2.15) refuses that stream's
messages until it is started again, also when there is long room again.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

_FAILED = re.compile(rb"critical write error|failed to store a msg", re.IGNORECASE)
_ROOM_BYTES = 8 * 1024 * 1024  # a block of a stream; with less a new start would fail at once


class ServerLog:
    """Reads on from where it was."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    def skip(self) -> None:
        """What is there now is about an earlier start."""
        self._offset = self._size()

    def says_that_writing_failed(self) -> bool:
        """Since the last look."""
        size = self._size()
        if size < self._offset:  # it was rotated
            self._offset = 0
        if size == self._offset:
            return False
        with self._path.open("rb") as file:
            file.seek(self._offset)
            lines, end, _half = file.read(size - self._offset).rpartition(b"\n")
        self._offset += len(lines) + len(end)
        return _FAILED.search(lines) is not None

    def has_room(self) -> bool:
        return shutil.disk_usage(self._path.parent).free >= _ROOM_BYTES

    def _size(self) -> int:
        try:
            return self._path.stat().st_size
        except FileNotFoundError:
            return 0

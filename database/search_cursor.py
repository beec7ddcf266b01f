"""In which order rows are listed, and where a page of them begins: after a row, not after so many rows.

A cursor is text for a link. What comes back in one is read strictly and only ever says where to begin;
what may be seen is the filter's, so that a cursor made up by somebody shows nothing more.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from enum import StrEnum

from dossier.identifiers import InzendingId

_LONGEST = 8_000
_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_HIGHEST = 2**63 - 1


class Sort(StrEnum):
    """Rows without a dossiernummer come last in either order of number, in the order of their time."""

    ONTVANGEN_DESC = "-ontvangen"
    ONTVANGEN_ASC = "ontvangen"
    DOSSIERNUMMER_DESC = "-dossiernummer"
    DOSSIERNUMMER_ASC = "dossiernummer"
    SCHOOL_DESC = "-school"
    SCHOOL_ASC = "school"

    @property
    def descending(self) -> bool:
        return self.value.startswith("-")

    @property
    def by(self) -> str:
        return self.value.removeprefix("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """The row where a page begins; that row itself is not on it."""

    sort: Sort
    key: int | str | None  # the row's dossiernummer or schoolnaam, by the sort
    inzending_id: InzendingId
    backwards: bool  # the page before it

    def __str__(self) -> str:
        parts = [self.sort.value, self.key, self.inzending_id, self.backwards]
        return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class BadCursor:
    """Not a cursor of ours, or one of another sort: begin at the first page."""


def parse_cursor(text: str, sort: Sort) -> Cursor | BadCursor:
    """The cursor that `str(cursor)` wrote. Raises nothing."""
    try:
        raw = base64.b64decode(text[:_LONGEST] + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        parts = json.loads(raw)
    except (binascii.Error, ValueError, RecursionError):
        return BadCursor()
    if not isinstance(parts, list) or len(parts) != 4:
        return BadCursor()
    name, key, inzending_id, backwards = parts
    if name != sort.value or not isinstance(backwards, bool) or not _is_key(key, sort):
        return BadCursor()
    if not isinstance(inzending_id, str) or not _ID.fullmatch(inzending_id):
        return BadCursor()
    cursor = Cursor(sort=sort, key=key, inzending_id=InzendingId(inzending_id), backwards=backwards)
    return cursor if str(cursor) == text else BadCursor()


def _is_key(key: object, sort: Sort) -> bool:
    match sort.by:
        case "dossiernummer":
            return key is None or (type(key) is int and 0 < key <= _HIGHEST)
        case "school":
            return isinstance(key, str) and "\0" not in key and _encodes(key)
        case _:
            return key is None


def _encodes(key: str) -> bool:
    try:
        key.encode()
    except UnicodeEncodeError:  # half a surrogate pair, which no database takes
        return False
    return True

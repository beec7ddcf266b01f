"""What somebody writes in a tab: sealed for its row, and opened.

The texts of a row are one JSON object; the seal's context is the id of the row, so that no text is ever
read in another's place. A text is NFC, with \\n for the end of a line and no blanks around it. Limits are in
characters (Unicode code points).
"""

from __future__ import annotations

import json
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from database.engine import now_ms
from dossier.delivery import Sealed
from dossier.timestamps import from_ms
from kindkans.dossiers.refusals import Fout, Refused, Veld
from storage.seal import Seal

LONGEST_LINE = 200
LONGEST_TEXT = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    created_at: datetime
    changed_at: datetime


def new_row_id() -> str:
    """32 hex digits that nobody guesses."""
    return secrets.token_hex(16)


def seal_texts(seal: Seal, row_id: str, texts: Mapping[Veld, str]) -> dict[str, Any]:
    """The columns of a row that hold what was written, and when it last was."""
    plain = json.dumps({veld.value: text for veld, text in texts.items()}).encode()
    sealed = seal.seal(plain, row_id)
    return {
        "key_id": sealed.key_id,
        "nonce": sealed.nonce,
        "ciphertext": sealed.ciphertext,
        "changed_ms": now_ms(),
    }


def open_texts(seal: Seal, row_id: str, row: Any) -> dict[Veld, str]:
    """Raises PoisonEvent(ZEGEL_ONGELDIG), UnknownKey."""
    sealed = Sealed(key_id=row.key_id, nonce=row.nonce, ciphertext=row.ciphertext)
    return {Veld(name): text for name, text in json.loads(seal.open(sealed, row_id)).items()}


def moments_of(row: Any) -> Moments:
    return Moments(created_at=from_ms(row.created_ms), changed_at=from_ms(row.changed_ms))


def checked_line(veld: Veld, text: str, *, required: bool = False) -> str:
    """On one line, with single blanks. Raises Refused."""
    return _checked(veld, " ".join(text.split()), LONGEST_LINE, required)


def checked_text(veld: Veld, text: str, *, required: bool = False) -> str:
    """Raises Refused."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _checked(veld, lines.strip(), LONGEST_TEXT, required)


def _checked(veld: Veld, text: str, longest: int, required: bool) -> str:
    normal = unicodedata.normalize("NFC", text)
    if required and not normal:
        raise Refused(Fout.LEEG, veld)
    if len(normal) > longest:
        raise Refused(Fout.TE_LANG, veld, longest)
    # Control characters, and halves of a surrogate pair: no page can show them.
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in normal):
        raise Refused(Fout.TEKENS, veld)
    return normal

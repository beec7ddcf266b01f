"""What somebody typed in the one search box, understood: by its form it is a number, a code or a name."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from uuid import UUID

from dossier.brin import Brin, Vestiging
from dossier.identifiers import BerichtId, Dossiernummer, InzendingId

_LONGEST = 200  # of what is typed; no name is longer
_MOST_WORDS = 8
_HIGHEST = 2**63 - 1
_NUMBER = re.compile(r"[0-9]{1,19}", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What to look for; what is empty is not looked for, and of what is not, one is enough."""

    dossiernummer: Dossiernummer | None = None
    bericht_id: BerichtId | None = None
    inzending_id: InzendingId | None = None  # the referentie
    brin: Brin | None = None
    vestiging: Vestiging | None = None
    woorden: tuple[str, ...] = field(default=(), repr=False)  # folded; each is in the name of the school
    # What may be a pupil's surname: who has the keys hashes it, and gives the hash (`with_naam_hash`).
    achternaam: str = field(default="", repr=False)
    naam_hash: str | None = field(default=None, repr=False)

    def with_naam_hash(self, naam_hash: str) -> Query:
        return replace(self, naam_hash=naam_hash)

    def __bool__(self) -> bool:
        """Whether there is anything to look for."""
        exact = (self.dossiernummer, self.bericht_id, self.inzending_id, self.brin, self.vestiging)
        return any(e is not None for e in exact) or bool(self.woorden) or self.naam_hash is not None


def understand(text: str) -> Query:
    """The query that `text` is. 32 hex digits can be a berichtId as well as a referentie: both are tried."""
    typed = " ".join(text[:_LONGEST].replace("\0", " ").split())
    if _NUMBER.fullmatch(typed):
        number = int(typed)
        return Query(dossiernummer=Dossiernummer(number)) if number <= _HIGHEST else Query(woorden=(typed,))
    if _UUID.fullmatch(typed.lower()):
        uuid = UUID(typed)
        return Query(bericht_id=BerichtId(str(uuid)), inzending_id=InzendingId(uuid.hex))
    brin = Brin.parse(typed[:4])
    if brin is not None:
        if len(typed) == 4:
            return Query(brin=brin)
        vestiging = Vestiging.parse(typed.replace(" ", ""), brin)
        if vestiging is not None:
            return Query(vestiging=vestiging)
    woorden = tuple(fold(typed).split()[:_MOST_WORDS])
    # A lone accent folds to nothing, and is looked for as it is: it is not the same as an empty box.
    return Query(woorden=woorden or ((typed,) if typed else ()), achternaam=typed)


def fold(text: str) -> str:
    """Small letters without accents: what is the same to somebody who searches. One line stays one line."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text)
    return "".join(c for c in apart if not unicodedata.combining(c)).casefold()

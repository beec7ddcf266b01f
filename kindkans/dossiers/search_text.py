"""What somebody typed into the box of the search, and the text by which a page begins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from dossier.identifiers import Dossiernummer

_LONGEST = 200
_HIGHEST = 2**63 - 1
_NUMBER = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)
_CURSOR = re.compile(r"([va])([1-9][0-9]{0,18})", re.ASCII)
# Small words before a surname; ParnasSys keeps them apart, who types does not.
_TUSSENVOEGSELS = frozenset(
    {"'s", "'t", "aan", "af", "al", "auf", "bij", "d'", "da", "de", "del", "den", "der", "di", "do", "dos"}
    | {"du", "el", "en", "het", "in", "la", "las", "le", "les", "los", "op", "onder", "over", "te", "ten"}
    | {"ter", "tot", "uit", "uijt", "van", "vanden", "vander", "vom", "von", "voor", "zu", "zum", "zur"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where a page begins; that row itself is not on it."""

    dossiernummer: Dossiernummer
    backwards: bool = False  # the page before it

    def __str__(self) -> str:
        return f"{'v' if self.backwards else 'a'}{self.dossiernummer}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Zoek:
    """What somebody looks for: a number, or else a surname."""

    dossiernummer: Dossiernummer | None = None
    naam_hashes: tuple[str, ...] = ()  # of what may be the surname; never the name itself


class NameHasher(Protocol):
    def naam_hash(self, achternaam: str) -> str: ...


def parse_cursor(text: str) -> Cursor | None:
    """What `str(cursor)` wrote; None for anything else: begin at the first page."""
    match = _CURSOR.fullmatch(text)
    if match is None or int(match[2]) > _HIGHEST:
        return None
    return Cursor(dossiernummer=Dossiernummer(int(match[2])), backwards=match[1] == "v")


def understand(seal: NameHasher, text: str) -> Zoek | None:
    """None: nothing to look for. A name comes from a form and is never in an address."""
    typed = " ".join(text[:_LONGEST].replace("\0", " ").split())
    if not typed:
        return None
    if typed.isdecimal():
        number = int(typed) if _NUMBER.fullmatch(typed) else 0  # which nobody has
        return Zoek(dossiernummer=Dossiernummer(number if number <= _HIGHEST else 0))
    return Zoek(naam_hashes=tuple(seal.naam_hash(name) for name in _surnames(typed)))


def _surnames(typed: str) -> list[str]:
    """As it is typed, and without each small word before it."""
    words = typed.split()
    names = [typed]
    while len(words) > 1 and words[0].casefold() in _TUSSENVOEGSELS:
        del words[0]
        names.append(" ".join(words))
    return names

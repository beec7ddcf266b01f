"""What a version says: its content from behind the seal, as the words of dossier.dossier.

The JSON is that of Dossier.content_bytes. A field that is not known is let be, so that a newer gateway stops
nobody; one that is missing or of another kind is UnreadableContent, whose text is a code.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from dossier.delivery import Sealed
from dossier.dossier import Bijlage, Hulpvraag, Indiener, Leerling, School
from dossier.errors import PoisonEvent
from storage.seal import folded

T = TypeVar("T", School, Leerling, Indiener)


class Opener(Protocol):
    """Raises PoisonEvent(ZEGEL_ONGELDIG), Unavailable for a key that we do not have."""

    def open(self, sealed: Sealed, context: str) -> bytes: ...


class Hasher(Protocol):
    def keyed_hash(self, value: bytes) -> str: ...


class SealedRow(Protocol):
    """A row of table versie, or what has its columns."""

    @property
    def event_id(self) -> Any: ...
    @property
    def key_id(self) -> Any: ...
    @property
    def nonce(self) -> Any: ...
    @property
    def ciphertext(self) -> Any: ...


class UnreadableContent(Exception):
    """The seal is not good, or what is behind it is no content. Says nothing of what it is."""

    def __init__(self) -> None:
        super().__init__("ONLEESBAAR")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inhoud:
    """Of one version. `bijlagen` say how each was called; the object is the row's (bijlagen.py)."""

    school: School
    leerling: Leerling
    hulpvraag: Hulpvraag
    bijlagen: tuple[Bijlage, ...] = ()

    @property
    def naam(self) -> str:
        """Of the leerling, as it is spoken."""
        names = (self.leerling.voornamen, self.leerling.tussenvoegsel, self.leerling.achternaam)
        return " ".join(name.strip() for name in names if name.strip())

    def bijlage(self, positie: int) -> Bijlage | None:
        return next((one for one in self.bijlagen if one.positie == positie), None)


def read_content(seal: Opener, row: SealedRow) -> Inhoud | None:
    """None: it is erased. Raises UnreadableContent, Unavailable("storage") for a key that we do not have."""
    if not row.ciphertext:
        return None
    sealed = Sealed(key_id=row.key_id, nonce=bytes(row.nonce), ciphertext=bytes(row.ciphertext))
    try:
        plain = seal.open(sealed, row.event_id)
    except PoisonEvent:
        raise UnreadableContent from None
    return parse_content(plain)


def parse_content(plain: bytes) -> Inhoud:
    """Raises UnreadableContent."""
    try:
        return _inhoud(json.loads(plain))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    raise UnreadableContent  # not within the handler: what it was about says what is in it


def leerling_hash(seal: Hasher, leerling: Leerling) -> str | None:
    """By which the same child is found again; None if we know too little of them to say so.

    Where the tussenvoegsel stands, with the achternaam or apart, makes no difference.
    """
    parts = (leerling.voornamen, leerling.tussenvoegsel, leerling.achternaam)
    born = leerling.geboortedatum.strip()
    if not born or not folded(leerling.voornamen) or not folded(leerling.achternaam):
        return None
    return seal.keyed_hash(f"leerling\0{folded(' '.join(parts))}\0{born}".encode())


def _inhoud(content: Mapping[str, Any]) -> Inhoud:
    hulpvraag = content["hulpvraag"]
    return Inhoud(
        school=_texts(School, content["school"]),
        leerling=_texts(Leerling, content["leerling"]),
        hulpvraag=Hulpvraag(
            **{name: _text(hulpvraag[name]) for name in _OF_HULPVRAAG},  # type: ignore[arg-type]
            indiener=_texts(Indiener, hulpvraag["indiener"]),
            toestemming_ouders=hulpvraag["toestemming_ouders"] is True,
        ),
        bijlagen=tuple(_bijlage(one) for one in content["bijlagen"]),
    )


_OF_HULPVRAAG = ("hulpvraag_id", "soort", "titel", "omschrijving", "hulpvraagdatum")


def _texts(kind: type[T], part: Mapping[str, Any]) -> T:
    return kind(**{name: _text(part[name]) for name in kind.__slots__ if name in part})


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    value.encode()  # JSON can spell half a character, which no database takes
    return value


def _bijlage(part: Mapping[str, Any]) -> Bijlage:
    positie, size_bytes = part["positie"], part["grootte"]
    if type(positie) is not int or type(size_bytes) is not int:
        raise TypeError
    return Bijlage(
        positie=positie,
        naam=_text(part["naam"]),
        mediatype=_text(part["mediatype"]),
        omschrijving=_text(part["omschrijving"]),
        size_bytes=size_bytes,
        sha256=_text(part["sha256"]),
    )

"""The bijlagen, one by one and together (FAQ 6 and domain.md)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import date

from dossier.dossier import Bijlage, Dossier
from dossier.reden import Reden, RedenCode
from validators.limits import Limits
from validators.visible import visible

_SEPARATORS = frozenset("/\\\u2044\u2215\u29f8\uff0f\uff3c")
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Cc: control characters; Cs: lone surrogates; Zl and Zp: line and paragraph separators.
_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})


def check_bijlagen(dossier: Dossier, limits: Limits, today: date) -> Iterator[Reden]:
    return check_each_and_together(dossier.bijlagen, limits)


def check_each_and_together(bijlagen: tuple[Bijlage, ...], limits: Limits) -> Iterator[Reden]:
    for bijlage in bijlagen:
        yield from _check_naam(bijlage, limits)
        yield from _check_bestand(bijlage, limits)
    yield from _check_together(bijlagen, limits)


def naam_characters(naam: str) -> int:
    """The length that counts: code points after NFC, so that é is one however it was typed."""
    return len(unicodedata.normalize("NFC", naam))


def naam_is_valid(naam: str) -> bool:
    """Not empty or blank, no path (. and .. included), nothing invisible that changes how it reads."""
    if visible(naam) in {"", ".", ".."}:
        return False
    return not any(
        c in _SEPARATORS or c in _BIDI or unicodedata.category(c) in _FORBIDDEN_CATEGORIES for c in naam
    )


def _check_naam(bijlage: Bijlage, limits: Limits) -> Iterator[Reden]:
    length = naam_characters(bijlage.naam)
    if length > limits.bijlage_naam_characters:
        yield _reden(
            RedenCode.BIJLAGE_NAAM_TE_LANG,
            bijlage,
            "naam",
            waarde=length,
            grens=limits.bijlage_naam_characters,
        )
    if not naam_is_valid(bijlage.naam):
        yield _reden(RedenCode.BIJLAGE_NAAM_ONGELDIG, bijlage, "naam")


def _check_bestand(bijlage: Bijlage, limits: Limits) -> Iterator[Reden]:
    if bijlage.size_bytes == 0:
        yield _reden(RedenCode.BIJLAGE_ZONDER_BESTAND, bijlage, "inhoud")
    if bijlage.size_bytes > limits.bijlage_bytes:
        yield _reden(
            RedenCode.BIJLAGE_TE_GROOT,
            bijlage,
            "inhoud",
            waarde=bijlage.size_bytes,
            grens=limits.bijlage_bytes,
        )
    if bijlage.content_type in limits.forbidden_content_types:
        yield _reden(RedenCode.BIJLAGE_TYPE_NIET_TOEGESTAAN, bijlage, "inhoud")


def _check_together(bijlagen: tuple[Bijlage, ...], limits: Limits) -> Iterator[Reden]:
    if len(bijlagen) > limits.bijlagen:
        yield Reden(
            code=RedenCode.TE_VEEL_BIJLAGEN,
            veld="bijlagen",
            waarde=len(bijlagen),
            grens=limits.bijlagen,
        )
    total = sum(b.size_bytes for b in bijlagen)
    if total > limits.bijlagen_bytes:
        yield Reden(
            code=RedenCode.BIJLAGEN_SAMEN_TE_GROOT,
            veld="bijlagen",
            waarde=total,
            grens=limits.bijlagen_bytes,
        )


def _reden(
    code: RedenCode,
    bijlage: Bijlage,
    element: str,
    *,
    waarde: int | None = None,
    grens: int | None = None,
) -> Reden:
    return Reden(
        code=code,
        veld=f"bijlagen/bijlage[{bijlage.positie}]/{element}",
        bijlage=bijlage.positie,
        bijlage_naam=bijlage.naam,
        waarde=waarde,
        grens=grens,
    )

"""Why rights, roles and organisaties can not be changed: one catalogue. What is wrong with an account itself,
its names and password, is in that of both sites (account_refusals.py)."""

from __future__ import annotations

from enum import StrEnum

from dossier.errors import ConfigurationError


class Fout(StrEnum):
    MAG_NIET = "mag_niet"
    ROL_ONBEKEND = "rol_onbekend"
    ROL_NAAM = "rol_naam"
    ROL_NAAM_BEZET = "rol_naam_bezet"
    ROL_TYPE_IN_GEBRUIK = "rol_type_in_gebruik"
    ROL_NIET_EXTERN = "rol_niet_extern"
    LAATSTE = "laatste"
    ORGANISATIE_ID = "organisatie_id"
    ORGANISATIE_NAAM = "organisatie_naam"
    ORGANISATIE_BEZET = "organisatie_bezet"
    ORGANISATIE_ONBEKEND = "organisatie_onbekend"
    SLEUTEL_NAAM = "sleutel_naam"


# For a log or the command line in English, for the pages in Dutch.
_TEXTS: dict[Fout, tuple[str, str]] = {
    Fout.MAG_NIET: ("this account has no right to do that", "Uw rol geeft hier geen recht op."),
    Fout.ROL_ONBEKEND: ("there is no such role", "Deze rol is er niet."),
    Fout.ROL_NAAM: ("a role's name is 1 to 100 characters", "Vul een naam in, van hooguit 100 tekens."),
    Fout.ROL_NAAM_BEZET: ("there is a role of this name", "Er is al een rol met deze naam. Kies een andere."),
    Fout.ROL_TYPE_IN_GEBRUIK: (
        "the type of a role does not change while accounts have it",
        "Er zijn accounts met deze rol. Geef die eerst een andere rol; dan kan het type worden gewijzigd.",
    ),
    Fout.ROL_NIET_EXTERN: (
        "an externe rol has external rights only, and is of type Rest",
        "Een externe rol is van type Rest en heeft alleen externe rechten.",
    ),
    Fout.LAATSTE: (
        "this is the last active root: nobody could change roles and accounts any more",
        "Dit is het laatste actieve account met een rol van type Super die rollen en accounts mag wijzigen: "
        "zonder deze kan niemand dat meer. Maak eerst een ander.",
    ),
    Fout.ORGANISATIE_ID: (
        "an organisatie's id is 1 to 64 of A-Z a-z 0-9 . _ -",
        "Een code van een organisatie heeft 1 tot 64 tekens: letters, cijfers, en . _ -",
    ),
    Fout.ORGANISATIE_NAAM: (
        "an organisatie's name is 1 to 100 characters",
        "Vul een naam in, van hooguit 100 tekens.",
    ),
    Fout.ORGANISATIE_BEZET: (
        "there is an organisatie of this id",
        "Er is al een organisatie met deze code. Kies een andere.",
    ),
    Fout.ORGANISATIE_ONBEKEND: (
        "there is no such organisatie in this SWV",
        "Deze organisatie is er niet in het samenwerkingsverband van dit account.",
    ),
    Fout.SLEUTEL_NAAM: (
        "a key's name is 1 to 100 characters",
        "Vul een naam in, van hooguit 100 tekens, zodat u de sleutel later herkent.",
    ),
}


class Refused(ConfigurationError):
    """`args[0]` is for a log; `melding` is for a page. Nothing was changed."""

    def __init__(self, fout: Fout) -> None:
        text, self.melding = _TEXTS[fout]
        super().__init__(text)
        self.fout = fout


def checked_naam(naam: str, fout: Fout) -> str:
    """With single blanks. Raises Refused."""
    stripped = " ".join(naam.split())
    if not 1 <= len(stripped) <= 100 or not stripped.isprintable():
        raise Refused(fout)
    return stripped

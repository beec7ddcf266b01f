"""Why an account can not be made or changed: one catalogue, for the command line and for the pages."""

from __future__ import annotations

from enum import StrEnum

from dossier.errors import ConfigurationError
from web.passwords import LONGEST, SHORTEST


class Fout(StrEnum):
    NAAM_ONGELDIG = "naam_ongeldig"
    NAAM_BEZET = "naam_bezet"
    NAAM_LEEG = "naam_leeg"
    ONBEKEND = "onbekend"
    MAG_NIET = "mag_niet"
    EIGEN = "eigen"
    SWV_NODIG = "swv_nodig"
    SWV_TEVEEL = "swv_teveel"
    SWV_ONBEKEND = "swv_onbekend"
    LAATSTE = "laatste"
    WACHTWOORD_KORT = "wachtwoord_kort"
    WACHTWOORD_LANG = "wachtwoord_lang"
    WACHTWOORD_NAAM = "wachtwoord_naam"
    WACHTWOORD_BEKEND = "wachtwoord_bekend"


# For the command line in English, for the pages in Dutch.
_TEXTS: dict[Fout, tuple[str, str]] = {
    Fout.NAAM_ONGELDIG: (
        "a gebruikersnaam is 1 to 64 of a-z 0-9 . _ @ -",
        "Een gebruikersnaam heeft 1 tot 64 tekens: kleine letters, cijfers, en . _ @ -",
    ),
    Fout.NAAM_BEZET: (
        "there is an account of this name already; see the list of accounts",
        "Er is al een account met deze gebruikersnaam. Kies een andere.",
    ),
    Fout.NAAM_LEEG: ("a naam is 1 to 100 characters", "Vul een naam in, van hooguit 100 tekens."),
    Fout.ONBEKEND: ("there is no such account; see the list of accounts", "Dit account is er niet."),
    Fout.MAG_NIET: (
        "this account is not yours to change (FAQ 10)",
        "U kunt alleen accounts wijzigen van uw eigen samenwerkingsverband, met een rol van type Rest. "
        "Vraag na wie er rechten heeft als root (type Super).",
    ),
    Fout.EIGEN: (
        "nobody changes the role, block, password or second factor of their own account here",
        "Dit is uw eigen account. Uw wachtwoord en sessies wijzigt u bij Mijn account; voor uw rol, "
        "een blokkade of een nieuwe tweede stap vraagt u een ander met rechten op accounts.",
    ),
    Fout.SWV_NODIG: (
        "an applicatiebeheerder is of one SWV; name it: --swv",
        "Een applicatiebeheerder hoort bij één samenwerkingsverband. Kies welk.",
    ),
    Fout.SWV_TEVEEL: (
        "a helpdesk and a beheerder are of no SWV; leave --swv out",
        "Deze rol hoort bij geen samenwerkingsverband. Laat het leeg.",
    ),
    Fout.SWV_ONBEKEND: ("there is no such SWV; see: swv list", "Dit samenwerkingsverband is er niet."),
    Fout.LAATSTE: (
        "this is the last active beheerder: nobody could change accounts any more; add another first",
        "Dit is de laatste actieve beheerder: zonder deze kan niemand meer accounts wijzigen. "
        "Maak eerst een andere beheerder.",
    ),
    Fout.WACHTWOORD_KORT: (
        f"a password is {SHORTEST} characters or more",
        f"Een wachtwoord heeft minstens {SHORTEST} tekens. Een korte zin is goed te onthouden.",
    ),
    Fout.WACHTWOORD_LANG: (
        f"a password is {LONGEST} characters or less",
        f"Een wachtwoord heeft hooguit {LONGEST} tekens.",
    ),
    Fout.WACHTWOORD_NAAM: (
        "the password is the gebruikersnaam",
        "Het wachtwoord mag niet de gebruikersnaam zijn.",
    ),
    Fout.WACHTWOORD_BEKEND: (
        "the password is one that everybody tries",
        "Dit wachtwoord is te makkelijk te raden. Kies een ander.",
    ),
}


class AccountRefused(ConfigurationError):
    """`args[0]` is for the command line; `melding` is for a page."""

    def __init__(self, fout: Fout) -> None:
        text, self.melding = _TEXTS[fout]
        super().__init__(text)
        self.fout = fout

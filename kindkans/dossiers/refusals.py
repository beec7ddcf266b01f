"""Why something in a dossier can not be written: one catalogue, for the pages and for the API.

    NotThere   no such dossier, row or account's notitie; or it is deleted, or another dossier's
    Refused    it is there, and this may not be done to it; its `melding` names the field and the remedy

Nothing was changed when one of them is raised. No text quotes what was filled in.
"""

from __future__ import annotations

from enum import StrEnum


class Fout(StrEnum):
    LEEG = "leeg"
    TE_LANG = "te_lang"
    TEKENS = "tekens"
    KEUZE = "keuze"
    DATUM_ONMOGELIJK = "datum_onmogelijk"
    EINDE_VOOR_BEGIN = "einde_voor_begin"
    ACCOUNT_ONBEKEND = "account_onbekend"
    ACCOUNT_GEBLOKKEERD = "account_geblokkeerd"
    TE_VEEL_ACCOUNTS = "te_veel_accounts"
    NIET_DE_MAKER = "niet_de_maker"


class Veld(StrEnum):
    """A field of a tab, as the form names it."""

    ONDERWERP = "onderwerp"
    VERSLAG = "verslag"
    TITEL = "titel"
    PLAATS = "plaats"
    DATUM = "datum"
    SOORT = "soort"
    OMSCHRIJVING = "omschrijving"
    EVALUATIE = "evaluatie"
    BEGINDATUM = "begindatum"
    EINDDATUM = "einddatum"
    AFGIFTEDATUM = "afgiftedatum"
    CATEGORIE = "categorie"
    NUMMER = "nummer"
    BUDGET = "budget"
    TOELICHTING = "toelichting"
    NOTITIE = "notitie"
    BEHANDELAAR = "behandelaar"
    DEELNEMERS = "deelnemers"
    GENODIGDEN = "genodigden"


# {grens}: the limit concerned.
_MELDINGEN: dict[Fout, str] = {
    Fout.LEEG: "dit is leeg. Vul het in.",
    Fout.TE_LANG: "dit is te lang. Maak er hooguit {grens} tekens van.",
    Fout.TEKENS: "hier staat een teken in dat niet te lezen is. Typ de tekst opnieuw, of plak haar als "
    "platte tekst.",
    Fout.KEUZE: "deze keuze is er niet. Kies een van de mogelijkheden.",
    Fout.DATUM_ONMOGELIJK: "deze datum kan niet. Kies een datum van 2000 tot en met 2099.",
    Fout.EINDE_VOOR_BEGIN: "deze ligt voor de begindatum. Kies de begindatum zelf, of een latere datum.",
    # Also of another SWV: who asks does not learn which accounts are elsewhere.
    Fout.ACCOUNT_ONBEKEND: "dit account is er niet in het samenwerkingsverband van deze hulpvraag. Kies een "
    "account uit de lijst; staat het er niet bij, vraag het dan aan de applicatiebeheerder.",
    Fout.ACCOUNT_GEBLOKKEERD: "dit account is geblokkeerd. Kies een ander, of vraag de applicatiebeheerder "
    "de blokkade op te heffen.",
    Fout.TE_VEEL_ACCOUNTS: "dit zijn er te veel. Kies er hooguit {grens}.",
    Fout.NIET_DE_MAKER: "alleen wie de overlegronde heeft aangemaakt, kan deze aanpassen. Vraag het aan de "
    "maker.",
}


class NotThere(Exception):
    """For who asks it does not exist."""


class Refused(Exception):
    """`melding` is for a page."""

    def __init__(self, fout: Fout, veld: Veld, grens: int = 0) -> None:
        super().__init__(f"{fout.value} {veld.value}")
        self.fout = fout
        self.veld = veld
        self.melding = f"{veld.value.capitalize()}: {_MELDINGEN[fout].format(grens=grens)}"

"""The one catalogue of redenen: why a dossier got -1, in words a school understands (FAQ 6, 8, 9).

The SOAP answer, the helpdesk, the metrics labels and the docs all read this and nothing else.
A text names the bijlage only where its name is at hand: a rejection record keeps none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType


class RedenCode(StrEnum):
    BIJLAGE_TE_GROOT = "BIJLAGE_TE_GROOT"
    BIJLAGE_NAAM_TE_LANG = "BIJLAGE_NAAM_TE_LANG"
    BIJLAGE_ZONDER_BESTAND = "BIJLAGE_ZONDER_BESTAND"
    BIJLAGE_NAAM_ONGELDIG = "BIJLAGE_NAAM_ONGELDIG"
    BIJLAGE_TYPE_NIET_TOEGESTAAN = "BIJLAGE_TYPE_NIET_TOEGESTAAN"
    TE_VEEL_BIJLAGEN = "TE_VEEL_BIJLAGEN"
    BIJLAGEN_SAMEN_TE_GROOT = "BIJLAGEN_SAMEN_TE_GROOT"
    BRIN_ONGELDIG = "BRIN_ONGELDIG"
    BRIN_ONBEKEND = "BRIN_ONBEKEND"
    BRIN_NIET_INGESTELD = "BRIN_NIET_INGESTELD"
    BRIN_DUBBEL_INGESTELD = "BRIN_DUBBEL_INGESTELD"
    KOPPELING_ONTBREEKT = "KOPPELING_ONTBREEKT"
    KOPPELING_INACTIEF = "KOPPELING_INACTIEF"
    KOPPELING_ONJUIST = "KOPPELING_ONJUIST"
    LEERLING_ONVOLLEDIG = "LEERLING_ONVOLLEDIG"


class Wie(StrEnum):
    """Who can solve it."""

    SCHOOL = "school"
    APPLICATIEBEHEERDER = "applicatiebeheerder"
    HELPDESK = "helpdesk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reden:
    """One reason for -1, with the facts its text needs."""

    code: RedenCode
    veld: str  # path in the message, such as bijlagen/bijlage[2]/naam
    bijlage: int | None = None  # 1-based position
    bijlage_naam: str = field(default="", repr=False)  # personal data: for the answer only
    waarde: int | None = None  # what was measured: bytes, characters or a count
    grens: int | None = None  # what is allowed, same unit
    brin: str = ""  # well-formed BRIN or vestigingscode, "" if the text names none

    @property
    def melding(self) -> str:
        """The sentence for the school."""
        entry = CATALOGUE[self.code]
        return self._fill(entry.melding_per_veld.get(self.veld, entry.melding))

    @property
    def oplossing(self) -> str:
        """What to do, in the words of the FAQ's steps."""
        return self._fill(CATALOGUE[self.code].oplossing)

    @property
    def betekenis(self) -> str:
        return CATALOGUE[self.code].betekenis

    @property
    def beheerder(self) -> str:
        """What the applicatiebeheerder or the helpdesk does, in the words of the FAQ's instruction."""
        return self._fill(CATALOGUE[self.code].beheerder)

    @property
    def wie(self) -> Wie:
        return CATALOGUE[self.code].wie

    def without_personal_data(self) -> Reden:
        """The same reden as a rejection record may keep it."""
        return replace(self, bijlage_naam="")

    def _fill(self, template: str) -> str:
        naam = f" (“{_one_line(self.bijlage_naam)}”)" if self.bijlage_naam else ""
        return template.format(
            bijlage=f"Bijlage {self.bijlage}{naam}",
            waarde=_number(self.waarde),
            grens=_number(self.grens),
            grens_mb=_mb(self.grens),
            brin=self.brin,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the catalogue says of one code."""

    wie: Wie
    melding: str
    oplossing: str
    betekenis: str  # for the helpdesk: what this means
    beheerder: str  # for the helpdesk and the applicatiebeheerder: what they do
    bron: str  # where the rule comes from: a question of the FAQ, or a decision (D)
    # For a code that is about one of several fields: what its melding is then.
    melding_per_veld: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


_STUUR_OPNIEUW = "Verstuur de hulpvraag daarna opnieuw vanuit ParnasSys."
_VRAAG_HELPDESK = (
    "Geef de brincode (in ParnasSys te vinden via School > Info) en het samenwerkingsverband waar "
    f"uw school bij hoort door aan de helpdesk van Kindkans. {_STUUR_OPNIEUW}"
)

CATALOGUE: Mapping[RedenCode, Entry] = MappingProxyType(
    {
        RedenCode.BIJLAGE_TE_GROOT: Entry(
            wie=Wie.SCHOOL,
            melding="{bijlage} is te groot: {waarde} bytes. "
            "Een bijlage mag maximaal {grens_mb} ({grens} bytes) zijn.",
            oplossing=f"Verklein het bestand of splits het in kleinere bestanden. {_STUUR_OPNIEUW}",
            betekenis="Eén bestand is groter dan een bijlage mag zijn.",
            beheerder="Niets in Kindkans. Vertel de school welke bijlage te groot is en wat de grens is.",
            bron="FAQ 6",
        ),
        RedenCode.BIJLAGE_NAAM_TE_LANG: Entry(
            wie=Wie.SCHOOL,
            melding="{bijlage} heeft een te lange naam: {waarde} tekens. "
            "Een naam mag maximaal {grens} tekens zijn.",
            oplossing=f"Geef het bestand een kortere naam. {_STUUR_OPNIEUW}",
            betekenis="De bestandsnaam van een bijlage is langer dan toegestaan.",
            beheerder="Niets in Kindkans. Vertel de school om welke bijlage het gaat; de naam zelf "
            "bewaren wij niet.",
            bron="FAQ 6",
        ),
        RedenCode.BIJLAGE_ZONDER_BESTAND: Entry(
            wie=Wie.SCHOOL,
            melding="{bijlage} heeft geen bestand, of het bestand is leeg.",
            oplossing=f"Koppel het bestand aan de bijlage of verwijder de bijlage. {_STUUR_OPNIEUW}",
            betekenis="Er is een bijlage toegevoegd zonder daar een bestand aan te koppelen.",
            beheerder="Niets in Kindkans. Vertel de school bij welke bijlage het bestand ontbreekt.",
            bron="FAQ 6",
        ),
        RedenCode.BIJLAGE_NAAM_ONGELDIG: Entry(
            wie=Wie.SCHOOL,
            melding="{bijlage} heeft geen naam, of een naam met tekens die niet mogen "
            "(een schuine streep of onzichtbare stuurtekens).",
            oplossing="Geef het bestand een gewone naam, zoals verslag.pdf. " + _STUUR_OPNIEUW,
            betekenis="De bestandsnaam is leeg, bevat / of \\ of onzichtbare tekens.",
            beheerder="Niets in Kindkans. Vertel de school om welke bijlage het gaat; de naam zelf "
            "bewaren wij niet.",
            bron="D",
        ),
        RedenCode.BIJLAGE_TYPE_NIET_TOEGESTAAN: Entry(
            wie=Wie.SCHOOL,
            melding="{bijlage} is een programma of script. Zulke bestanden zijn niet toegestaan.",
            oplossing="Verstuur alleen documenten en afbeeldingen, bijvoorbeeld als PDF. " + _STUUR_OPNIEUW,
            betekenis="De inhoud van het bestand (niet de naam) is een programma of script.",
            beheerder="Niets in Kindkans. Vertel de school om welke bijlage het gaat. Weet de school "
            "niets van dit "
            "bestand, laat de computer daar dan op virussen controleren.",
            bron="D",
        ),
        RedenCode.TE_VEEL_BIJLAGEN: Entry(
            wie=Wie.SCHOOL,
            melding="De hulpvraag heeft {waarde} bijlagen. Maximaal {grens} bijlagen zijn toegestaan.",
            oplossing=f"Voeg bestanden samen of laat bijlagen weg. {_STUUR_OPNIEUW}",
            betekenis="Er zijn meer bijlagen meegestuurd dan toegestaan.",
            beheerder="Niets in Kindkans. Vertel de school hoeveel bijlagen er maximaal mogen zijn.",
            bron="D",
        ),
        RedenCode.BIJLAGEN_SAMEN_TE_GROOT: Entry(
            wie=Wie.SCHOOL,
            melding="De bijlagen zijn samen {waarde} bytes groot. "
            "Samen mogen zij maximaal {grens_mb} ({grens} bytes) zijn.",
            oplossing=f"Verklein bestanden of laat bijlagen weg. {_STUUR_OPNIEUW}",
            betekenis="De bijlagen zijn samen groter dan toegestaan.",
            beheerder="Niets in Kindkans. Vertel de school hoe groot de bijlagen samen mogen zijn.",
            bron="D",
        ),
        RedenCode.BRIN_ONGELDIG: Entry(
            wie=Wie.SCHOOL,
            melding="De brincode of vestigingscode in het bericht is niet geldig. "
            "Een brincode bestaat uit twee cijfers en twee letters, zoals 32DD.",
            oplossing="Controleer de brincode in ParnasSys via School > Info. " + _STUUR_OPNIEUW,
            betekenis="ParnasSys stuurde iets mee dat geen brincode (of vestiging daarvan) is.",
            beheerder="Zoek de juiste brincode van de school op in de lijst en geef die door, zodat de "
            "school haar in "
            "ParnasSys kan verbeteren (School > Info).",
            bron="D",
        ),
        RedenCode.BRIN_ONBEKEND: Entry(
            wie=Wie.HELPDESK,
            melding="De brincode {brin} staat (nog) niet in de lijst van Kindkans.",
            oplossing="Geef de brincode, de naam van de school en de plaats waar de school is "
            "gevestigd door aan de helpdesk van Kindkans. De brincode wordt dan toegevoegd. "
            + _STUUR_OPNIEUW,
            betekenis="Een (relatief nieuwe) brincode die nog niet in de landelijke lijst staat.",
            beheerder="Controleer de brincode {brin} met de naam en de plaats van de school, en voeg "
            "haar toe aan de "
            "lijst (Beheer > Brincodes). Stel haar daarna in bij de juiste organisatie.",
            bron="FAQ 9",
        ),
        RedenCode.BRIN_NIET_INGESTELD: Entry(
            wie=Wie.APPLICATIEBEHEERDER,
            melding="De brincode {brin} is in Kindkans bij geen enkele organisatie van uw "
            "samenwerkingsverband ingesteld.",
            oplossing="Vraag uw samenwerkingsverband om de brincode bij uw school te controleren "
            "(Beheer > Organisatie > bewerken). Geef daarbij de naam van uw school en de brincode "
            f"door (in ParnasSys te vinden via School > Info). {_STUUR_OPNIEUW}",
            betekenis="De brincode staat bij geen organisatie van het samenwerkingsverband, of "
            "alleen bij een andere vestiging dan het bericht noemt.",
            beheerder="Ga naar Beheer > Organisatie, klik de betreffende organisatie aan en klik op "
            "‘bewerken’. Staat "
            "hier niet de brincode ingesteld, zoals de school heeft doorgegeven ({brin})? Wijzig dan de "
            "brincode.",
            bron="FAQ 6",
        ),
        RedenCode.BRIN_DUBBEL_INGESTELD: Entry(
            wie=Wie.APPLICATIEBEHEERDER,
            melding="De brincode {brin} is in Kindkans bij meer dan één organisatie van uw "
            "samenwerkingsverband ingesteld, zodat niet vaststaat bij welke school de hulpvraag hoort.",
            oplossing="Vraag uw samenwerkingsverband om de brincode bij precies één organisatie in "
            f"te stellen (Beheer > Organisatie > bewerken). {_STUUR_OPNIEUW}",
            betekenis="Twee of meer organisaties van het samenwerkingsverband hebben deze brincode.",
            beheerder="Ga naar Beheer > Organisatie en zoek op {brin}. Haal de brincode weg bij de "
            "organisaties waar "
            "zij niet hoort, of stel bij elk een eigen vestiging in.",
            bron="D",
        ),
        RedenCode.KOPPELING_ONTBREEKT: Entry(
            wie=Wie.HELPDESK,
            melding="Er is nog geen koppeling tussen uw ParnasSys-omgeving en Kindkans.",
            oplossing=_VRAAG_HELPDESK,
            betekenis="Voor deze ParnasSys-omgeving bestaat geen enkele koppeling.",
            beheerder="Controleer bij welk samenwerkingsverband de school hoort en stel de koppeling "
            "voor deze "
            "ParnasSys-omgeving in (Beheer > Koppelingen). Een applicatiebeheerder neemt contact op met de "
            "helpdesk en vermeldt de naam van de school, de brincode en het samenwerkingsverband.",
            bron="FAQ 6, FAQ 8",
        ),
        RedenCode.KOPPELING_INACTIEF: Entry(
            wie=Wie.HELPDESK,
            melding="De koppeling van uw ParnasSys-omgeving voor brincode {brin} is (nog) niet actief.",
            oplossing=_VRAAG_HELPDESK,
            betekenis="De koppeling bestaat, maar is nog niet geactiveerd of is uitgezet.",
            beheerder="Controleer of de aanvraag klopt en activeer de koppeling (Beheer > Koppelingen). "
            "Is zij met "
            "opzet uitgezet, vertel de school dan waarom. Een applicatiebeheerder neemt contact op met de "
            "helpdesk.",
            bron="FAQ 8",
        ),
        RedenCode.KOPPELING_ONJUIST: Entry(
            wie=Wie.HELPDESK,
            melding="De koppeling van uw ParnasSys-omgeving geldt niet voor brincode {brin}.",
            oplossing=_VRAAG_HELPDESK,
            betekenis="De omgeving heeft een koppeling, maar niet voor deze brincode. Dit is ook wat "
            "een afzender krijgt die voor een andere school verstuurt.",
            beheerder="Controleer of brincode {brin} echt bij deze omgeving hoort, en voeg haar dan toe "
            "aan de koppeling "
            "(Beheer > Koppelingen). Zo niet: verzendt deze omgeving voor een andere school, zoek dan "
            "uit waarom. "
            "Een applicatiebeheerder neemt contact op met de helpdesk.",
            bron="FAQ 6",
        ),
        RedenCode.LEERLING_ONVOLLEDIG: Entry(
            wie=Wie.SCHOOL,
            melding="De gegevens van de leerling zijn niet volledig: de achternaam ontbreekt, of de "
            "geboortedatum ontbreekt of kan niet kloppen.",
            melding_per_veld=MappingProxyType(
                {
                    "leerling/achternaam": "De gegevens van de leerling zijn niet volledig: "
                    "de achternaam ontbreekt.",
                    "leerling/geboortedatum": "De gegevens van de leerling zijn niet volledig: "
                    "de geboortedatum ontbreekt of kan niet kloppen.",
                }
            ),
            oplossing=f"Vul de gegevens van de leerling aan in ParnasSys. {_STUUR_OPNIEUW}",
            betekenis="Achternaam leeg, of geboortedatum leeg, onmogelijk of in de toekomst.",
            beheerder="Niets in Kindkans. Vertel de school welk gegeven ontbreekt of niet kan kloppen; "
            "noem geen "
            "gegevens van de leerling in een e-mail.",
            bron="D",
        ),
    }
)

_MEBIBYTE = 1024 * 1024


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}".replace(",", ".")


def _mb(value: int | None) -> str:
    if value is None:
        return ""
    return f"{value / _MEBIBYTE:.1f}".removesuffix(".0").replace(".", ",") + " MB"


def _one_line(naam: str) -> str:
    """The name as it may stand in a sentence: printable, at most 120 characters."""
    visible = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in naam)
    return visible if len(visible) <= 120 else visible[:117] + "..."

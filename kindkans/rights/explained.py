"""A decision in Dutch: which tabs an account sees of a dossier and why, or why not and what to do about it.

The advice is that of the FAQ: 2 (another organisatie), 3 (no external rights), 7 (an invitation that is
over). Nothing is decided here; and nothing is told but names of organisaties and roles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from kindkans.rights.decision import Beletsel, Besluit, Grond
from kindkans.rights.words import Lid, Mag, Soort, Tab, Uitnodiging

TAB_NAMEN = {
    Tab.PERSOONSGEGEVENS: "Persoonsgegevens",
    Tab.SCHOOLGEGEVENS: "Schoolgegevens",
    Tab.HULPVRAAG: "Hulpvraag",
    Tab.BIJLAGEN: "Bijlagen",
    Tab.OVERLEGRONDE: "Overlegronde",
    Tab.VERGADERING: "Vergadering",
    Tab.AANPAK: "Aanpak",
    Tab.TLV: "TLV",
    Tab.NOTITIES: "Notities",
}
_MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni",
    "juli", "augustus", "september", "oktober", "november", "december",
)  # fmt: skip
_INVITED = {
    Soort.OVERLEGRONDE: "een overlegronde bij dit dossier",
    Soort.VERGADERING: "een vergadering waarin dit dossier is opgenomen",
    Soort.AANPAK: "een aanpak, als behandelaar",
}
_LAST_DAY = {
    Soort.OVERLEGRONDE: "de einddatum van de overlegronde",
    Soort.VERGADERING: "de vergaderdatum",
    Soort.AANPAK: "de einddatum van de aanpak",
}
_EXTEND = {
    Soort.OVERLEGRONDE: "De persoon die de overlegronde heeft aangemaakt, kan de einddatum nog aanpassen.",
    Soort.VERGADERING: (
        "Na de vergaderdatum kan dit niet worden verlengd. Is inzien nog nodig, nodig het account dan uit "
        "voor een nieuwe vergadering of een overlegronde."
    ),
    Soort.AANPAK: (
        "Loopt de aanpak nog, laat dan wie de tab Aanpak mag wijzigen de einddatum aanpassen of weghalen."
    ),
}
_ORGANISATIE_ADVICE = (
    "Controleer op het tabblad Schoolgegevens welke school daar is ingevuld, en via Beheer > Accounts welke "
    "organisatie bij het account staat ingesteld. Beide moeten hetzelfde zijn.",
    "Is het account gekoppeld aan de verkeerde organisatie? Wijzig dan de organisatie van het account.",
    "Staat de hulpvraag bij de verkeerde school? Laat de helpdesk van Kindkans de hulpvraag dan verplaatsen, "
    "en zorg dat bij Beheer > Organisaties van de gateway de brincode bij de juiste organisatie staat.",
)

Naam = Callable[[str], str]
"""The name of an organisatie, or its id if it has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TabRegel:
    tab: Tab
    naam: str
    mag: Mag | None
    reden: str  # a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Uitleg:
    ziet: bool  # something of it
    kern: str
    tabs: tuple[TabRegel, ...] = ()  # all, also those that are not seen
    redenen: tuple[str, ...] = ()  # what stands in the way
    advies: tuple[str, ...] = ()  # what to do


def explain(lid: Lid, besluit: Besluit, organisatie_naam: Naam) -> Uitleg:
    return Uitleg(
        ziet=bool(besluit.tabs),
        kern=_core(besluit),
        tabs=tuple(_lines(lid, besluit)),
        redenen=tuple(_reasons(lid, besluit, organisatie_naam)),
        advies=tuple(_advice(lid, besluit)),
    )


def explain_deleted() -> Uitleg:
    return Uitleg(
        ziet=False,
        kern="Niemand ziet dit dossier: de hulpvraag is verwijderd.",
        redenen=("De hulpvraag van dit dossiernummer is in Kindkans verwijderd.",),
        advies=("Is de hulpvraag toch nodig? Laat de school deze opnieuw indienen via ParnasSys.",),
    )


def explain_no_dossier() -> Uitleg:
    return Uitleg(
        ziet=False,
        kern="Dit dossiernummer is er niet in Kindkans.",
        advies=(
            "Controleer het dossiernummer in ParnasSys. Is dat -1, dan is de hulpvraag niet aangekomen. "
            "Klopt het nummer, vraag dan de helpdesk van Kindkans om de hulpvraag op te zoeken.",
        ),
    )


def explain_no_account() -> Uitleg:
    return Uitleg(
        ziet=False,
        kern="Dit account is er niet, of het is geblokkeerd.",
        advies=(
            "Controleer de gebruikersnaam via Beheer > Accounts. Een applicatiebeheerder ziet daar alleen "
            "accounts van het eigen samenwerkingsverband, waarvan de rol valt onder type Rest.",
        ),
    )


def in_dutch(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _core(besluit: Besluit) -> str:
    if len(besluit.tabs) == len(Tab):
        return "Dit account ziet alle tabs van dit dossier."
    if besluit.tabs == (Tab.HULPVRAAG,):
        return "Dit account ziet van dit dossier alleen de tab Hulpvraag."
    if besluit.tabs:
        return f"Dit account ziet van dit dossier {len(besluit.tabs)} van de {len(Tab)} tabs."
    return "Dit account ziet dit dossier niet."


def _lines(lid: Lid, besluit: Besluit) -> Iterator[TabRegel]:
    for tab in Tab:
        gronden = besluit.gronden_van(tab)
        reden = " ".join(_ground(lid, besluit, grond) for grond in gronden) or "Niets geeft hier recht op."
        yield TabRegel(tab=tab, naam=TAB_NAMEN[tab], mag=besluit.mag(tab), reden=reden)


def _ground(lid: Lid, besluit: Besluit, grond: Grond) -> str:
    match grond:
        case Grond.EIGEN:
            return f"De rol {lid.rol.naam} geeft dit bij dossiers van de eigen organisatie."
        case Grond.SWV:
            where = "elk samenwerkingsverband" if lid.of_every_swv else "het eigen samenwerkingsverband"
            return f"De rol {lid.rol.naam} geeft dit bij dossiers van {where}."
        case Grond.EXTERNE_ROL:
            naam = lid.externe_rol.naam if lid.externe_rol is not None else ""
            return f"De externe rol {naam} geeft dit bij dossiers waarvoor het account is uitgenodigd."
        case _:
            return _invitation(besluit.goed, Soort(grond.value))


def _invitation(goed: Sequence[Uitnodiging], soort: Soort) -> str:
    days = [one.tot_en_met for one in goed if one.soort is soort]
    dated = [day for day in days if day is not None]
    until = f"tot en met {in_dutch(max(dated))}" if len(dated) == len(days) else "zonder einddatum"
    return f"Het account is uitgenodigd voor {_INVITED[soort]}, {until}."


def _reasons(lid: Lid, besluit: Besluit, organisatie_naam: Naam) -> Iterator[str]:
    for beletsel in besluit.beletsels:
        match beletsel:
            case Beletsel.ANDERE_ORGANISATIE:
                there = f"het dossier is van {organisatie_naam(besluit.plaats.organisatie_id)}"
                if lid.organisatie_id is None:
                    yield f"Het account is aan geen organisatie gekoppeld; {there}."
                else:
                    yield f"Het account is van {organisatie_naam(lid.organisatie_id)}; {there}."
            case Beletsel.ANDER_SWV:
                yield "Het dossier is van een ander samenwerkingsverband dan het account."
            case Beletsel.ROL_ZONDER_RECHT:
                missing = _listed([TAB_NAMEN[tab] for tab in Tab if not besluit.ziet(tab)])
                yield f"De rol {lid.rol.naam} geeft bij dit dossier geen recht op: {missing}."
            case Beletsel.UITNODIGING_VERLOPEN:
                yield from (_over(one) for one in besluit.verlopen)
            case Beletsel.EXTERNE_ROL_ONTBREEKT:
                yield (
                    "Het account is uitgenodigd, maar heeft geen rol met externe rechten. Dan is alleen de "
                    "tab Hulpvraag te zien."
                )


def _over(one: Uitnodiging) -> str:
    day = in_dutch(one.tot_en_met) if one.tot_en_met is not None else ""
    return (
        f"Het account was uitgenodigd voor {_INVITED[one.soort]}. Dat is voorbij: "
        f"{_LAST_DAY[one.soort]} was {day}."
    )


def _advice(lid: Lid, besluit: Besluit) -> Iterator[str]:
    """A guest of another organisatie needs another invitation or rol, not another organisatie."""
    invited = bool(besluit.goed or besluit.verlopen)
    for beletsel in besluit.beletsels:
        match beletsel:
            case Beletsel.ANDERE_ORGANISATIE:
                if not invited:
                    yield from _ORGANISATIE_ADVICE
            case Beletsel.ANDER_SWV:
                if not invited:
                    yield (
                        "Hoort de hulpvraag bij dit samenwerkingsverband? Laat de helpdesk van Kindkans de "
                        "hulpvraag dan verplaatsen."
                    )
            case Beletsel.ROL_ZONDER_RECHT:
                yield (
                    "Moet het account dit kunnen zien, geef het dan een andere rol via Beheer > Accounts. "
                    "Wat een rol mag, staat bij Beheer > Accounts > Rollen en rechten."
                )
            case Beletsel.UITNODIGING_VERLOPEN:
                yield from (_EXTEND[soort] for soort in Soort if soort in {u.soort for u in besluit.verlopen})
            case Beletsel.EXTERNE_ROL_ONTBREEKT:
                yield (
                    "Breid het account uit met een externe rol. De rechten van de externe rol gelden dan "
                    "voor dit dossier. De applicatiebeheerder van het samenwerkingsverband doet dat via "
                    "Beheer > Accounts."
                )


def _listed(names: Sequence[str]) -> str:
    return " en ".join(filter(None, [", ".join(names[:-1]), names[-1]]))

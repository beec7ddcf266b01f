"""The words of what is wrong in the settings (FAQ 6, 8, 9)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from database.diagnosis import KoppelingFact, OrganisatieFact
from dossier.reden import Wie
from helpdesk import diagnosis as d
from helpdesk import links
from helpdesk.diagnosis_words import OPNIEUW, About, Stap, Words, helpdesk_step, mail
from web.render import moment

_WACHT = "Wacht op ons bericht dat dit is hersteld. " + OPNIEUW


def words_of_settings(finding: d.SettingsFinding, about: About) -> Words:
    match finding:
        case d.NietInLijst():
            return _niet_in_lijst(about)
        case d.GeenKoppeling():
            return _geen_koppeling(finding, about)
        case d.KoppelingInactief():
            return _inactief(finding.koppeling, about)
        case d.KoppelingAangevraagd():
            return _aangevraagd(finding.koppeling, about)
        case d.KoppelingGeldtNiet():
            return _geldt_niet(finding, about)
        case d.BrinNietIngesteld():
            return _niet_ingesteld(about)
        case d.BrinBijAnderSwv():
            return _ander_swv(finding, about)
        case d.BrinDubbel():
            return _dubbel(finding, about)
        case d.BrinAlleenVestigingen():
            return _alleen_vestigingen(finding, about)
        case _:
            assert_never(finding)


def _niet_in_lijst(about: About) -> Words:
    add = "Voeg de brincode toe met de naam van de school en de plaats waar de school is gevestigd."
    return Words(
        code="NIET_IN_LIJST",
        soort="fout",
        titel="De brincode staat niet in de landelijke lijst",
        uitleg=f"{about.brin} staat (nog) niet in de lijst van Kindkans. Het kan een relatief nieuwe "
        "brincode zijn, of een typefout. Zolang zij niet in de lijst staat, krijgt elke hulpvraag -1.",
        stappen=(
            Stap(
                wie=Wie.SCHOOL,
                tekst="Laat de school de brincode controleren in ParnasSys via School > Info.",
            ),
            helpdesk_step(about, add, links.brinlijst(), "Beheer > BRIN-lijst"),
        ),
        mail=mail(
            about,
            f"De brincode {about.brin} staat (nog) niet in de lijst van Kindkans. Daardoor kan de hulpvraag "
            "niet worden verwerkt.",
            (
                "Controleer de brincode in ParnasSys via School > Info.",
                "Klopt de brincode? Stuur ons dan de brincode, de naam van de school en de plaats waar de "
                "school is gevestigd. De brincode wordt dan toegevoegd.",
                OPNIEUW,
            ),
        ),
    )


def _geen_koppeling(finding: d.GeenKoppeling, about: About) -> Words:
    whose = " van uw samenwerkingsverband" if about.one_swv else ""
    known = f"de ParnasSys-omgeving {finding.omgeving_id}" if finding.omgeving_id else "deze school"
    return Words(
        code="GEEN_KOPPELING",
        soort="fout",
        titel="Er is geen koppeling",
        uitleg=f"Voor {known} is er geen koppeling{whose} met Kindkans. Ziet de school in ParnasSys bij "
        "Leerling > Begeleiding geen ‘Kindkans’ staan, dan is dit de oorzaak.",
        stappen=(
            helpdesk_step(
                about,
                "Vraag de koppeling aan voor deze brincode en het samenwerkingsverband waar de school bij "
                "hoort, en activeer haar.",
                links.koppelingen(),
                "Beheer > Koppelingen",
            ),
        ),
        mail=mail(
            about,
            "Kindkans is nog niet voor uw school geactiveerd in ParnasSys: er is nog geen koppeling actief. "
            "Daarom ziet u bij Leerling > Begeleiding geen ‘Kindkans’ staan, of krijgt de hulpvraag "
            "dossiernummer -1.",
            (
                "Geef uw brincode (in ParnasSys te vinden via School > Info) en het samenwerkingsverband "
                "waar uw school bij hoort door aan de helpdesk van Kindkans. De koppeling wordt dan voor u "
                "ingesteld.",
                _WACHT,
            ),
        ),
    )


def _inactief(koppeling: KoppelingFact, about: About) -> Words:
    used = (
        f" De laatste hulpvraag van deze school kwam erdoor op {moment(koppeling.used_ms)}."
        if koppeling.used_ms
        else " Er kwam nog nooit een hulpvraag van deze school door."
    )
    return Words(
        code="KOPPELING_INACTIEF",
        soort="fout",
        titel="De koppeling staat uit",
        uitleg=f"Koppeling {koppeling.koppeling_id} van {koppeling.omgeving_naam} met "
        f"{koppeling.swv_naam} geldt voor deze brincode, maar is uitgezet.{used}",
        stappen=(_activate(koppeling, about, "Ga na waarom zij is uitgezet, en activeer haar."),),
        mail=mail(
            about,
            "De koppeling tussen uw ParnasSys-omgeving en Kindkans staat uit. Daardoor krijgt de hulpvraag "
            "dossiernummer -1.",
            (_WACHT,),
        ),
    )


def _aangevraagd(koppeling: KoppelingFact, about: About) -> Words:
    return Words(
        code="KOPPELING_AANGEVRAAGD",
        soort="fout",
        titel="De koppeling is aangevraagd, maar nog niet geactiveerd",
        uitleg=f"Koppeling {koppeling.koppeling_id} van {koppeling.omgeving_naam} met "
        f"{koppeling.swv_naam} geldt voor deze brincode, maar is nog niet geactiveerd.",
        stappen=(_activate(koppeling, about, "Activeer de koppeling."),),
        mail=mail(
            about,
            "De koppeling tussen uw ParnasSys-omgeving en Kindkans is aangevraagd, maar nog niet "
            "geactiveerd. Tot die tijd krijgt een hulpvraag dossiernummer -1.",
            (_WACHT,),
        ),
    )


def _activate(koppeling: KoppelingFact, about: About, tekst: str) -> Stap:
    return helpdesk_step(
        about,
        tekst,
        links.koppeling(koppeling.koppeling_id),
        f"Beheer > Koppelingen > {koppeling.koppeling_id}",
    )


def _geldt_niet(finding: d.KoppelingGeldtNiet, about: About) -> Words:
    first = finding.koppelingen[0]
    ids = _and(k.koppeling_id for k in finding.koppelingen)
    return Words(
        code="KOPPELING_GELDT_NIET",
        soort="fout",
        titel="De koppeling geldt niet voor deze brincode",
        uitleg=f"{finding.omgeving_naam} stuurde een hulpvraag voor {about.brin}, maar de koppeling van die "
        f"omgeving ({ids}) geldt niet voor deze brincode. Dit ziet u ook als een andere school deze brincode "
        "ten onrechte gebruikt.",
        stappen=(
            Stap(
                wie=Wie.SCHOOL,
                tekst="Vraag de school of zij deze brincode in ParnasSys heeft (School > Info), en of zij "
                f"werkt in {finding.omgeving_naam}.",
            ),
            helpdesk_step(
                about,
                f"Klopt dat? Voeg {about.brin} dan toe aan de koppeling.",
                links.koppeling(first.koppeling_id),
                f"Beheer > Koppelingen > {first.koppeling_id}",
            ),
        ),
        mail=mail(
            about,
            f"De koppeling van uw ParnasSys-omgeving geldt niet voor brincode {about.brin}. Daardoor krijgt "
            "de hulpvraag dossiernummer -1.",
            (
                "Geef de brincode (in ParnasSys te vinden via School > Info) en het samenwerkingsverband "
                "waar uw school bij hoort door aan de helpdesk van Kindkans.",
                _WACHT,
            ),
        ),
    )


def _niet_ingesteld(about: About) -> Words:
    uitleg = (
        f"{about.brin} staat niet bij uw samenwerkingsverband ingesteld."
        if about.one_swv
        else f"{about.brin} staat bij geen enkele organisatie ingesteld."
    )
    return Words(
        code="BRIN_NIET_INGESTELD",
        soort="fout",
        titel="De brincode is niet ingesteld",
        uitleg=f"{uitleg} Daardoor kan de hulpvraag niet bij de juiste school worden geplaatst.",
        stappen=(
            Stap(
                wie=Wie.APPLICATIEBEHEERDER,
                tekst="Ga naar Beheer > Organisatie, klik de organisatie van deze school aan, klik op "
                "‘bewerken’ en stel de brincode in zoals de school haar heeft doorgegeven.",
                pad=links.organisaties(),
                doel="Beheer > Organisaties",
            ),
        ),
        mail=_brin_mail(about, "staat in Kindkans niet bij uw school ingesteld"),
    )


def _ander_swv(finding: d.BrinBijAnderSwv, about: About) -> Words:
    koppeling = finding.koppeling
    places = _and(f"{o.naam} ({o.swv_naam})" for o in finding.organisaties)
    return Words(
        code="BRIN_BIJ_ANDER_SWV",
        soort="fout",
        titel="De brincode is bij een ander samenwerkingsverband ingesteld",
        uitleg=f"De koppeling {koppeling.koppeling_id} leidt naar {koppeling.swv_naam}, maar {about.brin} is "
        f"ingesteld bij {places}.",
        stappen=(
            Stap(wie=Wie.SCHOOL, tekst="Vraag de school bij welk samenwerkingsverband zij hoort."),
            Stap(
                wie=Wie.APPLICATIEBEHEERDER,
                tekst=f"Hoort de school bij {koppeling.swv_naam}? Stel de brincode daar in bij de "
                "organisatie van deze school (Beheer > Organisatie > bewerken).",
                pad=links.organisaties(),
                doel="Beheer > Organisaties",
            ),
            helpdesk_step(
                about,
                "Hoort de school bij het andere? Wijzig dan het samenwerkingsverband van de koppeling.",
                links.koppeling(koppeling.koppeling_id),
                f"Beheer > Koppelingen > {koppeling.koppeling_id}",
            ),
        ),
        mail=mail(
            about,
            f"De brincode {about.brin} is in Kindkans bij een ander samenwerkingsverband ingesteld dan waar "
            "uw koppeling naartoe leidt. Daardoor krijgt de hulpvraag dossiernummer -1.",
            ("Laat ons weten bij welk samenwerkingsverband uw school hoort.", _WACHT),
        ),
    )


def _dubbel(finding: d.BrinDubbel, about: About) -> Words:
    return Words(
        code="BRIN_DUBBEL",
        soort="fout",
        titel="De brincode is bij meer dan één organisatie ingesteld",
        uitleg=f"{about.brin} is ingesteld bij {_and(o.naam for o in finding.organisaties)} van "
        f"{finding.organisaties[0].swv_naam}. Zo staat niet vast bij welke school de hulpvraag hoort.",
        stappen=tuple(
            Stap(
                wie=Wie.APPLICATIEBEHEERDER,
                tekst=f"Controleer de brincode van {one.naam}; laat haar bij precies één organisatie staan.",
                pad=links.organisatie(one.organisatie_id),
                doel=f"Beheer > Organisaties > {one.naam}",
            )
            for one in finding.organisaties
        ),
        mail=_brin_mail(about, "is in Kindkans bij meer dan één organisatie ingesteld"),
    )


def _alleen_vestigingen(finding: d.BrinAlleenVestigingen, about: About) -> Words:
    places = _and(f"{o.naam} ({o.vestiging})" for o in finding.organisaties)
    return Words(
        code="BRIN_ALLEEN_VESTIGINGEN",
        soort="fout",
        titel="De brincode is alleen voor andere vestigingen ingesteld",
        uitleg=f"{about.brin} is alleen ingesteld voor {places}. De hulpvraag noemde geen vestiging, of een "
        "andere.",
        stappen=tuple(_of_vestiging(one) for one in finding.organisaties),
        mail=_brin_mail(about, "is in Kindkans alleen voor een andere vestiging ingesteld"),
    )


def _of_vestiging(one: OrganisatieFact) -> Stap:
    return Stap(
        wie=Wie.APPLICATIEBEHEERDER,
        tekst=f"Controleer de vestiging van {one.naam} (Beheer > Organisatie > bewerken).",
        pad=links.organisatie(one.organisatie_id),
        doel=f"Beheer > Organisaties > {one.naam}",
    )


def _brin_mail(about: About, wat: str) -> str:
    return mail(
        about,
        f"De brincode {about.brin} {wat}. Daardoor kan ParnasSys het dossier niet bij de juiste school "
        "plaatsen en krijgt de hulpvraag dossiernummer -1.",
        (
            "Vraag bij uw samenwerkingsverband na of de brincode bij uw school goed is ingesteld. Geef "
            "daarbij de naam van uw school en de brincode door (in ParnasSys te vinden via School > Info).",
            OPNIEUW,
        ),
    )


def _and(texts: Iterable[str]) -> str:
    """`A`, `A en B`, `A, B en C`."""
    *first, last = texts
    return f"{', '.join(first)} en {last}" if first else last

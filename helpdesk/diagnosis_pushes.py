"""The words of what became of what a school sent (FAQ 2, 6, 8)."""

from __future__ import annotations

from collections.abc import Sequence

from database.diagnosis import InzendingFact
from dossier.reden import Reden, Wie
from helpdesk import diagnosis as d
from helpdesk import links
from helpdesk.diagnosis_settings import words_of_settings
from helpdesk.diagnosis_words import About, Stap, Words, mail
from web.render import moment

_IN_MAIL = 5  # inzendingen; who has more is helped by the first


def words_of(finding: d.Finding, about: About) -> Words:
    match finding:
        case d.Afgewezen():
            return _afgewezen(finding.inzendingen, about)
        case d.StuurOpnieuw():
            return _stuur_opnieuw(finding.inzendingen, about)
        case d.Vastgelopen():
            return _vastgelopen(finding.inzendingen, about)
        case d.Onderweg():
            return _onderweg(finding.inzendingen, about)
        case d.BezorgdElders():
            return _bezorgd_elders(finding, about)
        case d.Bezorgd():
            return _bezorgd(finding, about)
        case d.NietsOntvangen():
            return _niets(finding, about)
        case d.AllesGoed():
            return _alles_goed(about)
        case _:
            return words_of_settings(finding, about)


def inzendingen_of(finding: d.Finding) -> tuple[InzendingFact, ...]:
    """Those it is about; none of a finding about settings."""
    match finding:
        case (
            d.Afgewezen()
            | d.StuurOpnieuw()
            | d.Vastgelopen()
            | d.Onderweg()
            | d.BezorgdElders()
            | d.Bezorgd()
        ):
            return finding.inzendingen
        case _:
            return ()


def _afgewezen(those: Sequence[InzendingFact], about: About) -> Words:
    redenen = _distinct(those)
    return Words(
        code="AFGEWEZEN",
        soort="fout",
        titel="Afgewezen: de hulpvraag kreeg dossiernummer -1",
        uitleg=f"{_count(those)} afgewezen. Een afgewezen hulpvraag staat nergens in Kindkans; na herstel "
        "moet de school haar opnieuw versturen.",
        stappen=tuple(Stap(wie=reden.wie, tekst=f"{reden.melding} {reden.oplossing}") for reden in redenen),
        mail=mail(about, _refusals(those), tuple(dict.fromkeys(reden.oplossing for reden in redenen))),
    )


def _stuur_opnieuw(those: Sequence[InzendingFact], about: About) -> Words:
    return Words(
        code="STUUR_OPNIEUW",
        soort="let-op",
        titel="Afgewezen, maar de oorzaak is hersteld",
        uitleg=f"{_count(those)} afgewezen om instellingen die nu goed staan. De school moet opnieuw "
        "versturen; vanzelf komt een afgewezen hulpvraag niet alsnog aan.",
        stappen=(Stap(wie=Wie.SCHOOL, tekst="Verstuur de hulpvraag opnieuw vanuit ParnasSys."),),
        mail=mail(
            about,
            f"{_refusals(those)}\n\nDe oorzaak is intussen hersteld.",
            ("Verstuur de hulpvraag opnieuw vanuit ParnasSys. Zij krijgt dan een dossiernummer.",),
        ),
    )


def _vastgelopen(those: Sequence[InzendingFact], about: About) -> Words:
    return Words(
        code="VASTGELOPEN",
        soort="fout",
        titel="Vastgelopen: geaccepteerd, maar niet in Kindkans aangekomen",
        uitleg=f"{_count(those)} geaccepteerd (dossiernummer {_numbers(those)}), maar Kindkans kon "
        "het dossier niet verwerken. Er gaat niets verloren. De school hoeft niets opnieuw te versturen.",
        stappen=tuple(
            Stap(
                wie=Wie.HELPDESK,
                tekst="Open de inzending, bekijk waarom zij vastliep en bied haar opnieuw aan.",
                pad=links.inzending(one.inzending_id),
                doel=f"Dossier {one.dossiernummer}",
            )
            for one in those[:_IN_MAIL]
        ),
        mail=mail(
            about,
            f"Uw hulpvraag is goed ontvangen (dossiernummer {_numbers(those)}), maar staat door een storing "
            "aan onze kant nog niet in Kindkans. Wij lossen dit op.",
            ("U hoeft niets te doen. Verstuur de hulpvraag niet opnieuw.",),
        ),
    )


def _onderweg(those: Sequence[InzendingFact], about: About) -> Words:
    return Words(
        code="ONDERWEG",
        soort="bezig",
        titel="Onderweg naar Kindkans",
        uitleg=f"{_count(those)} geaccepteerd (dossiernummer {_numbers(those)}), maar nog niet bezorgd. Dat "
        "duurt meestal minder dan een minuut.",
        stappen=(
            Stap(
                wie=Wie.HELPDESK,
                tekst="Kijk over enkele minuten opnieuw. Is zij dan nog onderweg, bekijk dan op het "
                "overzicht hoe lang er al gewacht wordt.",
                pad=links.inzending(those[0].inzending_id),
                doel=f"Dossier {those[0].dossiernummer}",
            ),
        ),
        mail=mail(
            about,
            f"Uw hulpvraag is goed ontvangen (dossiernummer {_numbers(those)}) en wordt nu in Kindkans "
            "geplaatst.",
            ("Kijk over enkele minuten opnieuw in Kindkans. Verstuur de hulpvraag niet opnieuw.",),
        ),
    )


def _bezorgd(finding: d.Bezorgd, about: About) -> Words:
    place = finding.organisatie
    if place is None:
        return _bezorgd_unseen(finding.inzendingen, about)
    return Words(
        code="BEZORGD",
        soort="goed",
        titel=f"Bezorgd bij {place.naam}",
        uitleg=f"{_count(those := finding.inzendingen)} bezorgd in Kindkans bij {place.naam} van "
        f"{place.swv_naam} (dossiernummer {_numbers(those)}). Ziet de school haar niet, dan heeft het "
        "account geen of onvoldoende rechten voor deze school.",
        stappen=(
            Stap(
                wie=Wie.APPLICATIEBEHEERDER,
                tekst="Controleer via Beheer > Accounts > Accounts welke school bij het account staat "
                f"ingesteld. Dat moet {place.naam} zijn. Is het account aan de verkeerde organisatie "
                "gekoppeld? Wijzig dan de gekoppelde organisatie bij dat account.",
            ),
            _move(those),
        ),
        mail=_bezorgd_mail(those, about),
    )


def _bezorgd_unseen(those: Sequence[InzendingFact], about: About) -> Words:
    """It was moved to another SWV, of which only the helpdesk may tell, or its organisatie is gone."""
    place = (
        "een organisatie die niet (meer) bij uw samenwerkingsverband hoort"
        if about.one_swv
        else "een organisatie die niet meer bestaat"
    )
    ask = Stap(
        wie=Wie.APPLICATIEBEHEERDER,
        tekst="Vraag de helpdesk van Kindkans waar het dossier nu hoort. Vermeld daarbij het dossiernummer.",
    )
    return Words(
        code="BEZORGD",
        soort="let-op",
        titel=f"Bezorgd bij {place}",
        uitleg=f"{_count(those)} bezorgd in Kindkans bij {place} (dossiernummer {_numbers(those)}).",
        stappen=(ask if about.one_swv else _move(those),),
        mail=_bezorgd_mail(those, about),
    )


def _bezorgd_elders(finding: d.BezorgdElders, about: About) -> Words:
    now = " en ".join(one.naam for one in finding.nu)
    return Words(
        code="BEZORGD_BIJ_ANDERE_ORGANISATIE",
        soort="let-op",
        titel=f"Bezorgd bij {finding.organisatie.naam}, maar de brincode hoort nu bij {now}",
        uitleg=f"{_count(finding.inzendingen)} bezorgd bij {finding.organisatie.naam} (dossiernummer "
        f"{_numbers(finding.inzendingen)}). De brincode {about.brin} is nu ingesteld bij {now}: daar komen "
        "nieuwe hulpvragen aan. Wat al bezorgd is verhuist niet vanzelf mee.",
        stappen=(
            Stap(
                wie=Wie.APPLICATIEBEHEERDER,
                tekst="Bekijk bij welke organisatie de brincode van deze school hoort.",
                pad=links.organisaties(),
                doel="Beheer > Organisaties",
            ),
            _move(finding.inzendingen),
        ),
        mail=_bezorgd_mail(finding.inzendingen, about),
    )


def _move(those: Sequence[InzendingFact]) -> Stap:
    return Stap(
        wie=Wie.APPLICATIEBEHEERDER,
        tekst="Staat de verkeerde school bij de hulpvraag? Zorg dat de brincode bij de juiste organisatie is "
        "ingesteld, en verplaats de hulpvraag naar die organisatie.",
        pad=links.inzending(those[0].inzending_id),
        doel=f"Dossier {those[0].dossiernummer}",
    )


def _bezorgd_mail(those: Sequence[InzendingFact], about: About) -> str:
    return mail(
        about,
        f"Uw hulpvraag is in Kindkans aangekomen (dossiernummer {_numbers(those)}), maar bij een school "
        "waarvoor uw account geen of onvoldoende rechten heeft.",
        (
            "Geef dit aan bij uw samenwerkingsverband. Vermeld daarbij de brincode van uw school (in "
            "ParnasSys te vinden onder School > Info), de naam van de school en het dossiernummer.",
            "Verstuur de hulpvraag niet opnieuw.",
        ),
    )


def _niets(finding: d.NietsOntvangen, about: About) -> Words:
    if finding.narrowed and finding.others:
        what = (
            "Van wat u zocht is niets ontvangen. Andere hulpvragen van deze school zijn er wel: zoek zonder "
        )
        what += "achternaam en datum, of let op de schrijfwijze."
    elif finding.settings_right:
        what = "Alles is goed ingesteld, maar van deze school is nog geen hulpvraag ontvangen."
    else:
        what = "Van deze school is nog geen hulpvraag ontvangen. Herstel eerst wat hierboven staat."
    return Words(
        code="NIETS_ONTVANGEN",
        soort="let-op",
        titel="Niets ontvangen",
        uitleg=what,
        stappen=(
            Stap(
                wie=Wie.SCHOOL,
                tekst="Raadpleeg in ParnasSys het dossiernummer van de hulpvraag. Staat er geen nummer en "
                "ook geen -1, dan is zij nog niet verstuurd.",
            ),
            Stap(
                wie=Wie.SCHOOL,
                tekst="Staat er bij Leerling > Begeleiding geen ‘Kindkans’? Dan is Kindkans voor de school "
                "nog niet geactiveerd in ParnasSys.",
            ),
        ),
        mail=mail(
            about,
            "Wij hebben deze hulpvraag niet ontvangen.",
            (
                "Raadpleeg in ParnasSys het dossiernummer van de hulpvraag. Staat er geen nummer en ook geen "
                "-1, verstuur de hulpvraag dan (opnieuw) vanuit ParnasSys.",
                "Ziet u bij Leerling > Begeleiding geen ‘Kindkans’ staan? Dan is Kindkans nog niet voor u "
                "geactiveerd in ParnasSys. Geef uw brincode (School > Info) en het samenwerkingsverband waar "
                "u bij hoort aan ons door.",
            ),
        ),
    )


def _alles_goed(about: About) -> Words:
    return Words(
        code="ALLES_GOED",
        soort="goed",
        titel="Aan de instellingen valt niets te herstellen",
        uitleg=f"De brincode {about.brin} is goed ingesteld, de koppeling is actief en alles wat is "
        "ontvangen is bezorgd.",
        stappen=(),
        mail="",
    )


def _distinct(those: Sequence[InzendingFact]) -> tuple[Reden, ...]:
    return tuple(dict.fromkeys(reden for one in those for reden in one.redenen))


def _refusals(those: Sequence[InzendingFact]) -> str:
    """Each with its redenen; a rejection record keeps no name of a bijlage, only its place."""
    parts = [
        f"De hulpvraag van {moment(one.received_ms)} is niet aangenomen (dossiernummer -1):\n"
        + "\n".join(f"- {reden.melding}" for reden in one.redenen)
        for one in those[:_IN_MAIL]
    ]
    if len(those) > _IN_MAIL:
        parts.append(f"Er zijn nog {len(those) - _IN_MAIL} andere hulpvragen niet aangenomen.")
    return "\n\n".join(parts)


def _count(those: Sequence[InzendingFact]) -> str:
    if len(those) == 1:
        return f"De hulpvraag van {moment(those[0].received_ms)} is"
    return f"{len(those)} hulpvragen (de laatste van {moment(those[0].received_ms)}) zijn"


def _numbers(those: Sequence[InzendingFact]) -> str:
    numbers = [str(one.dossiernummer) for one in those[:_IN_MAIL]]
    return ", ".join(numbers) + (" en andere" if len(those) > _IN_MAIL else "")

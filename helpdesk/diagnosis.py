"""Where is my hulpvraag: what is going on at a school, from what the database says of its BRIN.

Pure. There is always a diagnosis, and all that holds is in it: one call mends everything. The most
blocking comes first, in the order of `Finding`: what keeps every hulpvraag out, then what became of
those that came. Sources: FAQ 2, 6, 8, 9 and routing/route.py, which decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from database.diagnosis import Facts, InzendingFact, KoppelingFact, OrganisatieFact
from dossier.identifiers import OmgevingId, OrganisatieId, SwvId
from dossier.reden import RedenCode
from dossier.status import Toestand
from routing.tables import KoppelingStatus

# What the settings decide: after a repair the same hulpvraag passes (-1 is not sticky).
OF_SETTINGS = frozenset(
    {
        RedenCode.BRIN_ONBEKEND,
        RedenCode.BRIN_NIET_INGESTELD,
        RedenCode.BRIN_DUBBEL_INGESTELD,
        RedenCode.KOPPELING_ONTBREEKT,
        RedenCode.KOPPELING_INACTIEF,
        RedenCode.KOPPELING_ONJUIST,
    }
)

# Of the settings ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class NietInLijst:
    """FAQ 9."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeenKoppeling:
    """FAQ 8."""

    omgeving_id: OmgevingId | None = None  # that pushed without one; None: there is none for this BRIN


@dataclass(frozen=True, slots=True, kw_only=True)
class KoppelingInactief:
    koppeling: KoppelingFact


@dataclass(frozen=True, slots=True, kw_only=True)
class KoppelingAangevraagd:
    koppeling: KoppelingFact


@dataclass(frozen=True, slots=True, kw_only=True)
class KoppelingGeldtNiet:
    """An omgeving pushes for this BRIN, and its koppelingen are for others."""

    omgeving_naam: str
    koppelingen: tuple[KoppelingFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BrinNietIngesteld:
    """FAQ 6: at no organisatie, or at none that this person sees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrinBijAnderSwv:
    """Set, but not in the SWV to which the koppeling leads."""

    koppeling: KoppelingFact
    organisaties: tuple[OrganisatieFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BrinDubbel:
    organisaties: tuple[OrganisatieFact, ...]  # of one SWV


@dataclass(frozen=True, slots=True, kw_only=True)
class BrinAlleenVestigingen:
    """Refused, for each organisatie takes only one vestiging, and none of them was named."""

    organisaties: tuple[OrganisatieFact, ...]


# Of what came ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Afgewezen:
    """FAQ 6: for what is in them, or for settings that are not right yet."""

    inzendingen: tuple[InzendingFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StuurOpnieuw:
    """Refused only for settings that are right by now: the school must send them again."""

    inzendingen: tuple[InzendingFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vastgelopen:
    inzendingen: tuple[InzendingFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Onderweg:
    inzendingen: tuple[InzendingFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BezorgdElders:
    """FAQ 2: delivered where the BRIN is not set, or not any more."""

    organisatie: OrganisatieFact
    inzendingen: tuple[InzendingFact, ...]
    nu: tuple[OrganisatieFact, ...]  # where the BRIN is set


@dataclass(frozen=True, slots=True, kw_only=True)
class Bezorgd:
    """FAQ 2: at an organisatie that the account of the school must have."""

    organisatie: OrganisatieFact | None  # None: it is gone, or another SWV's by now
    inzendingen: tuple[InzendingFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NietsOntvangen:
    """FAQ 8: nothing came, or nothing of what was asked for."""

    narrowed: bool
    others: int  # inzendingen of this BRIN that were not asked for
    settings_right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AllesGoed:
    """Nothing to repair in the settings, and what was asked for is delivered where the BRIN is set."""


SettingsFinding = (
    NietInLijst
    | GeenKoppeling
    | KoppelingInactief
    | KoppelingAangevraagd
    | KoppelingGeldtNiet
    | BrinNietIngesteld
    | BrinBijAnderSwv
    | BrinDubbel
    | BrinAlleenVestigingen
)
PushFinding = (
    Afgewezen | StuurOpnieuw | Vastgelopen | Onderweg | BezorgdElders | Bezorgd | NietsOntvangen | AllesGoed
)
Finding = SettingsFinding | PushFinding


def diagnose(facts: Facts) -> tuple[Finding, ...]:
    """At least one."""
    latest = _latest(facts.inzendingen)
    settings = (
        *(() if facts.schools else (NietInLijst(),)),
        *_koppelingen(facts.koppelingen, latest),
        *_organisaties(facts, latest),
    )
    pushes = tuple(_pushes(facts, latest, settings_right=not settings))
    fine = not settings and latest and all(isinstance(finding, Bezorgd) for finding in pushes)
    return (*settings, *pushes, *((AllesGoed(),) if fine else ()))


def _latest(inzendingen: Iterable[InzendingFact]) -> tuple[InzendingFact, ...]:
    """Of each hulpvraag how it ended: what was refused first and then accepted is no problem any more."""
    found: dict[tuple[str, str], InzendingFact] = {}
    for one in inzendingen:
        found.setdefault((one.omgeving_id, one.hulpvraag_id), one)
    return tuple(found.values())


def _koppelingen(
    koppelingen: Sequence[KoppelingFact], latest: Sequence[InzendingFact]
) -> Iterator[SettingsFinding]:
    covering = [k for k in koppelingen if k.covers]
    active = {k.omgeving_id for k in covering if k.status is KoppelingStatus.ACTIEF}
    refused = {i.omgeving_id for i in latest if i.toestand is Toestand.AFGEWEZEN}
    # Where one works, another one counts only if it is used: a school that changed omgeving is no problem.
    concerned = refused if active else refused | {k.omgeving_id for k in covering}
    if not active and not concerned:
        yield GeenKoppeling()
    found = [f for o in sorted(concerned - active) for f in _omgeving(o, koppelingen)]
    order = (GeenKoppeling, KoppelingInactief, KoppelingAangevraagd, KoppelingGeldtNiet)
    yield from sorted(found, key=lambda finding: order.index(type(finding)))


def _omgeving(omgeving: OmgevingId, koppelingen: Sequence[KoppelingFact]) -> list[SettingsFinding]:
    """Why nothing of this omgeving comes through."""
    mine = [k for k in koppelingen if k.omgeving_id == omgeving]
    if not mine:
        return [GeenKoppeling(omgeving_id=omgeving)]
    covering = [k for k in mine if k.covers]
    if not covering:
        return [KoppelingGeldtNiet(omgeving_naam=mine[0].omgeving_naam, koppelingen=tuple(mine))]
    return [
        KoppelingInactief(koppeling=k)
        if k.status is KoppelingStatus.INACTIEF
        else KoppelingAangevraagd(koppeling=k)
        for k in covering
    ]


def _organisaties(facts: Facts, latest: Sequence[InzendingFact]) -> Iterator[SettingsFinding]:
    if not facts.organisaties:
        yield BrinNietIngesteld()
        return
    per_swv: dict[SwvId, list[OrganisatieFact]] = {}
    for one in facts.organisaties:
        per_swv.setdefault(one.swv_id, []).append(one)
    leading = _leading(facts.koppelingen)
    for koppeling in leading:
        if koppeling.swv_id not in per_swv:
            yield BrinBijAnderSwv(koppeling=koppeling, organisaties=facts.organisaties)
    looked_in = {k.swv_id for k in leading} or set(per_swv)
    for swv in sorted(looked_in & set(per_swv)):
        yield from _doubles(per_swv[swv])
    for swv in sorted(looked_in & set(per_swv)):
        if _misses_vestiging(per_swv[swv], latest):
            yield BrinAlleenVestigingen(organisaties=tuple(per_swv[swv]))


def _leading(koppelingen: Sequence[KoppelingFact]) -> list[KoppelingFact]:
    """The koppelingen that say in which SWV to look, one per SWV: active ones, else those that are off."""
    covering = [k for k in koppelingen if k.covers]
    active = [k for k in covering if k.status is KoppelingStatus.ACTIEF]
    return list({k.swv_id: k for k in active or covering}.values())


def _doubles(organisaties: Sequence[OrganisatieFact]) -> Iterator[BrinDubbel]:
    places: dict[str | None, list[OrganisatieFact]] = {}
    for one in organisaties:
        places.setdefault(one.vestiging, []).append(one)
    for place in sorted(places, key=lambda vestiging: vestiging or ""):
        if len(places[place]) > 1:
            yield BrinDubbel(organisaties=tuple(places[place]))


def _misses_vestiging(organisaties: Sequence[OrganisatieFact], latest: Sequence[InzendingFact]) -> bool:
    vestigingen = {one.vestiging for one in organisaties}
    return None not in vestigingen and any(
        reden.code is RedenCode.BRIN_NIET_INGESTELD and reden.brin not in vestigingen
        for one in latest
        if one.toestand is Toestand.AFGEWEZEN
        for reden in one.redenen
    )


def _pushes(facts: Facts, latest: Sequence[InzendingFact], *, settings_right: bool) -> Iterator[PushFinding]:
    if not latest:
        yield NietsOntvangen(narrowed=facts.narrowed, others=facts.pushes, settings_right=settings_right)
        return
    refused = [one for one in latest if one.toestand is Toestand.AFGEWEZEN]
    repaired = [one for one in refused if settings_right and {r.code for r in one.redenen} <= OF_SETTINGS]
    if rest := tuple(one for one in refused if one not in repaired):
        yield Afgewezen(inzendingen=rest)
    if repaired:
        yield StuurOpnieuw(inzendingen=tuple(repaired))
    if stuck := tuple(one for one in latest if one.toestand is Toestand.VASTGELOPEN):
        yield Vastgelopen(inzendingen=stuck)
    if under_way := tuple(
        one for one in latest if one.toestand in (Toestand.GEACCEPTEERD, Toestand.GEPUBLICEERD)
    ):
        yield Onderweg(inzendingen=under_way)
    delivered = _delivered(one for one in latest if one.toestand is Toestand.BEZORGD)
    found = [_place(organisatie, those, facts.organisaties) for organisatie, those in delivered]
    yield from sorted(found, key=lambda finding: isinstance(finding, Bezorgd))


def _delivered(
    inzendingen: Iterable[InzendingFact],
) -> list[tuple[OrganisatieFact | None, tuple[InzendingFact, ...]]]:
    """Per organisatie, in the order of the newest."""
    places: dict[OrganisatieId | None, list[InzendingFact]] = {}
    for one in inzendingen:
        places.setdefault(one.organisatie.organisatie_id if one.organisatie else None, []).append(one)
    return [(those[0].organisatie, tuple(those)) for those in places.values()]


def _place(
    organisatie: OrganisatieFact | None,
    inzendingen: tuple[InzendingFact, ...],
    here: tuple[OrganisatieFact, ...],
) -> PushFinding:
    if organisatie is None or not here or organisatie.organisatie_id in {o.organisatie_id for o in here}:
        return Bezorgd(organisatie=organisatie, inzendingen=inzendingen)
    return BezorgdElders(organisatie=organisatie, inzendingen=inzendingen, nu=here)

"""omgeving -> active koppeling -> SWV -> the one organisatie in it with this BRIN (domain.md, Routing).

Never guesses: two candidates are a reden, and an organisatie that is set for one vestiging
takes only pushes that name it. All redenen come at once, those of the list, the koppeling
and the organisatie, so that one call to the helpdesk mends them all.
"""

from __future__ import annotations

from collections.abc import Iterator

from dossier.brin import Brin, Vestiging
from dossier.dossier import School
from dossier.identifiers import OmgevingId, SwvId
from dossier.reden import Reden, RedenCode
from dossier.verdict import Route, RouteRule
from routing.tables import Koppeling, KoppelingStatus, Organisatie, Tables


def route(omgeving: OmgevingId, school: School, tables: Tables) -> Route | tuple[Reden, ...]:
    """The route of a push by `omgeving` for `school`, or every reden why there is none."""
    koppelingen = tables.koppelingen.get(omgeving, ())
    brin = Brin.parse(school.brin)
    if brin is None:
        return (_reden(RedenCode.BRIN_ONGELDIG), *_koppeling_missing(koppelingen))
    vestiging = Vestiging.parse(school.vestiging, brin) if school.vestiging.strip() else None
    if vestiging is None and school.vestiging.strip():
        return (_reden(RedenCode.BRIN_ONGELDIG, veld="school/vestiging"), *_koppeling_missing(koppelingen))

    koppeling = next((k for k in koppelingen if brin in k.brins), None)
    candidates = _candidates(brin, vestiging, koppeling, koppelingen, tables)
    redenen = (
        *_check_list(brin, tables),
        *_check_organisatie(brin, vestiging, candidates, tables),
        *_check_koppeling(brin, koppeling, koppelingen),
    )
    if redenen or koppeling is None or candidates is None:
        return redenen
    chosen = candidates[0]
    return Route(
        koppeling_id=koppeling.koppeling_id,
        swv_id=koppeling.swv_id,
        organisatie_id=chosen.organisatie_id,
        brin=brin,
        vestiging=vestiging,
        rule=RouteRule.BRIN if chosen.vestiging is None else RouteRule.VESTIGING,
    )


def swv_of(omgeving: OmgevingId, school: School, tables: Tables) -> SwvId | None:
    """Whose a push is, also where there is no route for it: that SWV's applicatiebeheerder sees it.

    The SWV of the koppeling that covers the BRIN, whatever its status; else the one SWV to which all
    koppelingen of the omgeving lead; None where that is nobody's or could be several's.
    """
    koppelingen = tables.koppelingen.get(omgeving, ())
    brin = Brin.parse(school.brin)
    covering = [k.swv_id for k in koppelingen if brin is not None and brin in k.brins]
    swvs = set(covering or [k.swv_id for k in koppelingen])
    return swvs.pop() if len(swvs) == 1 else None


def _candidates(
    brin: Brin,
    vestiging: Vestiging | None,
    koppeling: Koppeling | None,
    koppelingen: tuple[Koppeling, ...],
    tables: Tables,
) -> tuple[Organisatie, ...] | None:
    """The organisaties it could go to; None where no SWV is known, so that nothing can be said.

    Without any koppeling there is no SWV to look in: then BRIN_NIET_INGESTELD means set nowhere.
    """
    everywhere = tables.organisaties.get(brin, ())
    if koppeling is not None:
        return _matching(vestiging, [o for o in everywhere if o.swv_id == koppeling.swv_id])
    if not koppelingen and not everywhere:
        return ()
    return None


def _matching(vestiging: Vestiging | None, organisaties: list[Organisatie]) -> tuple[Organisatie, ...]:
    exact = [o for o in organisaties if o.vestiging is not None and o.vestiging == vestiging]
    return tuple(exact or [o for o in organisaties if o.vestiging is None])


def _check_list(brin: Brin, tables: Tables) -> Iterator[Reden]:
    if brin not in tables.brins:
        yield _reden(RedenCode.BRIN_ONBEKEND, brin=str(brin))


def _check_organisatie(
    brin: Brin, vestiging: Vestiging | None, candidates: tuple[Organisatie, ...] | None, tables: Tables
) -> Iterator[Reden]:
    if candidates is None or brin not in tables.brins:
        return  # a BRIN that is not in the list cannot have been set (FAQ 9 comes first)
    shown = str(vestiging or brin)
    if not candidates:
        yield _reden(RedenCode.BRIN_NIET_INGESTELD, brin=shown)
    elif len(candidates) > 1:
        yield _reden(RedenCode.BRIN_DUBBEL_INGESTELD, brin=shown)


def _check_koppeling(
    brin: Brin, koppeling: Koppeling | None, koppelingen: tuple[Koppeling, ...]
) -> Iterator[Reden]:
    if not koppelingen:
        yield from _koppeling_missing(koppelingen)
    elif koppeling is None:
        yield _reden(RedenCode.KOPPELING_ONJUIST, brin=str(brin))
    elif koppeling.status is not KoppelingStatus.ACTIEF:
        yield _reden(RedenCode.KOPPELING_INACTIEF, brin=str(brin))


def _koppeling_missing(koppelingen: tuple[Koppeling, ...]) -> Iterator[Reden]:
    if not koppelingen:
        yield _reden(RedenCode.KOPPELING_ONTBREEKT)


def _reden(code: RedenCode, *, veld: str = "school/brin", brin: str = "") -> Reden:
    return Reden(code=code, veld=veld, brin=brin)

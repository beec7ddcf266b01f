"""Why a push for an organisatie would end in -1: the redenen that its own settings cause (FAQ 6, 9)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from dossier.brin import Brin, Vestiging
from dossier.identifiers import OrganisatieId, SwvId
from dossier.reden import RedenCode
from routing.tables import Organisatie

_Place = tuple[SwvId, Brin | None, Vestiging | None]


def problems(
    organisaties: Iterable[Organisatie], listed: Collection[Brin]
) -> Mapping[OrganisatieId, tuple[RedenCode, ...]]:
    """Per organisatie; one without problems has an empty tuple. `listed` is the national list."""
    organisaties = tuple(organisaties)
    places = Counter(_place(o) for o in organisaties)
    return {o.organisatie_id: tuple(_problems(o, listed, places[_place(o)])) for o in organisaties}


def doubles(value: Organisatie, organisaties: Iterable[Organisatie]) -> list[Organisatie]:
    """Those of the same SWV that are set at the same place: of these routing takes none."""
    return [
        o
        for o in organisaties
        if value.brin is not None and o.organisatie_id != value.organisatie_id and _place(o) == _place(value)
    ]


def _problems(value: Organisatie, listed: Collection[Brin], at_its_place: int) -> Iterable[RedenCode]:
    if value.brin is None:
        yield RedenCode.BRIN_NIET_INGESTELD
        return
    if value.brin not in listed:
        yield RedenCode.BRIN_ONBEKEND
    if at_its_place > 1:
        yield RedenCode.BRIN_DUBBEL_INGESTELD


def _place(value: Organisatie) -> _Place:
    return value.swv_id, value.brin, value.vestiging

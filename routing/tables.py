"""The settings that routing reads, as one immutable snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from dossier.brin import Brin, Vestiging
from dossier.identifiers import KoppelingId, OmgevingId, OrganisatieId, SwvId


class KoppelingStatus(StrEnum):
    AANGEVRAAGD = "aangevraagd"  # asked for, not yet activated (FAQ 8)
    ACTIEF = "actief"
    INACTIEF = "inactief"  # switched off


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisatie:
    organisatie_id: OrganisatieId
    swv_id: SwvId
    naam: str
    brin: Brin | None  # as set at Beheer > Organisatie (FAQ 6)
    vestiging: Vestiging | None  # where set, only pushes that name this vestiging belong here


@dataclass(frozen=True, slots=True, kw_only=True)
class Koppeling:
    koppeling_id: KoppelingId
    omgeving_id: OmgevingId
    swv_id: SwvId
    status: KoppelingStatus
    brins: frozenset[Brin]  # an omgeving has each BRIN in one koppeling at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """One state of the settings. `version` grows with every change."""

    version: int
    brins: frozenset[Brin]  # the national list, with what the helpdesk added (FAQ 9)
    organisaties: Mapping[Brin, tuple[Organisatie, ...]]  # of all SWVs
    koppelingen: Mapping[OmgevingId, tuple[Koppeling, ...]]

    @classmethod
    def build(
        cls,
        version: int,
        brins: Iterable[Brin],
        organisaties: Iterable[Organisatie],
        koppelingen: Iterable[Koppeling],
    ) -> Tables:
        by_brin: dict[Brin, list[Organisatie]] = {}
        for organisatie in organisaties:
            if organisatie.brin is not None:
                by_brin.setdefault(organisatie.brin, []).append(organisatie)
        by_omgeving: dict[OmgevingId, list[Koppeling]] = {}
        for koppeling in koppelingen:
            by_omgeving.setdefault(koppeling.omgeving_id, []).append(koppeling)
        return cls(
            version=version,
            brins=frozenset(brins),
            organisaties=MappingProxyType({k: tuple(v) for k, v in by_brin.items()}),
            koppelingen=MappingProxyType({k: tuple(v) for k, v in by_omgeving.items()}),
        )

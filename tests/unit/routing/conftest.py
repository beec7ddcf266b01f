"""A small world of settings, as routing sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from dossier.brin import Brin, Vestiging
from dossier.identifiers import KoppelingId, OmgevingId, OrganisatieId, SwvId
from routing.tables import Koppeling, KoppelingStatus, Organisatie, Tables

MakeTables = Callable[..., Tables]


@pytest.fixture(scope="session")
def tables() -> MakeTables:
    """organisaties: (id, swv, brin or vestiging or None); koppelingen: (id, omgeving, swv, status, brins)."""

    def build(
        *,
        listed: Iterable[str] = (),
        organisaties: Iterable[tuple[str, str, str | None]] = (),
        koppelingen: Iterable[tuple[str, str, str, KoppelingStatus, tuple[str, ...]]] = (),
    ) -> Tables:
        return Tables.build(
            version=1,
            brins=[Brin(code) for code in listed],
            organisaties=[
                Organisatie(
                    organisatie_id=OrganisatieId(key),
                    swv_id=SwvId(swv),
                    naam=f"School {key}",
                    brin=Brin(code[:4]) if code else None,
                    vestiging=Vestiging(code) if code and len(code) == 6 else None,
                )
                for key, swv, code in organisaties
            ],
            koppelingen=[
                Koppeling(
                    koppeling_id=KoppelingId(key),
                    omgeving_id=OmgevingId(omgeving),
                    swv_id=SwvId(swv),
                    status=status,
                    brins=frozenset(Brin(code) for code in brins),
                )
                for key, omgeving, swv, status, brins in koppelingen
            ],
        )

    return build

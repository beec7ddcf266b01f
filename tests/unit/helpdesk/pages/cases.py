"""Pushes for the pages to show: one for each reden, and what the store or the broker makes of the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from components.intake_world import OMGEVING, World
from database import outbox
from database.engine import writing
from dossier.dossier import Dossier
from dossier.identifiers import InzendingId, OmgevingId, new_inzending_id
from dossier.reden import RedenCode
from routing.tables import KoppelingStatus
from unit.conftest import build_bijlage, build_dossier

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A push that gets this reden; `before` is done to the settings first."""

    dossier: Callable[[], Dossier]
    before: Callable[[World], Any] = lambda world: None
    omgeving: OmgevingId = OMGEVING


def _with(*bijlagen: Any) -> Callable[[], Dossier]:
    return lambda: build_dossier(bijlagen=bijlagen)


CASES: dict[RedenCode, Case] = {
    RedenCode.BIJLAGE_TE_GROOT: Case(dossier=_with(build_bijlage(1, size_bytes=6_000_000))),
    RedenCode.BIJLAGE_NAAM_TE_LANG: Case(dossier=_with(build_bijlage(1, naam="n" * 101))),
    RedenCode.BIJLAGE_ZONDER_BESTAND: Case(dossier=_with(build_bijlage(1, content=b""))),
    RedenCode.BIJLAGE_NAAM_ONGELDIG: Case(dossier=_with(build_bijlage(1, naam="a/b.pdf"))),
    RedenCode.BIJLAGE_TYPE_NIET_TOEGESTAAN: Case(
        dossier=_with(build_bijlage(1, content_type="application/x-dosexec"))
    ),
    RedenCode.TE_VEEL_BIJLAGEN: Case(dossier=_with(*(build_bijlage(n) for n in range(1, 22)))),
    RedenCode.BIJLAGEN_SAMEN_TE_GROOT: Case(
        dossier=_with(*(build_bijlage(n, size_bytes=5 * MEBIBYTE) for n in range(1, 12)))
    ),
    RedenCode.BRIN_ONGELDIG: Case(dossier=lambda: build_dossier(brin="geen brin")),
    RedenCode.BRIN_ONBEKEND: Case(dossier=lambda: build_dossier(brin="99ZZ")),
    RedenCode.BRIN_NIET_INGESTELD: Case(
        dossier=build_dossier, before=lambda world: world.organisatie("es", "swv-a", None)
    ),
    RedenCode.BRIN_DUBBEL_INGESTELD: Case(
        dossier=build_dossier, before=lambda world: world.organisatie("es-2", "swv-a", "32DD")
    ),
    RedenCode.KOPPELING_ONTBREEKT: Case(dossier=build_dossier, omgeving=OmgevingId("omg-nieuw")),
    RedenCode.KOPPELING_INACTIEF: Case(
        dossier=build_dossier,
        before=lambda world: world.koppeling(
            "k-es", OMGEVING, "swv-a", "32DD", status=KoppelingStatus.INACTIEF
        ),
    ),
    RedenCode.KOPPELING_ONJUIST: Case(
        dossier=lambda: build_dossier(brin="17GU"), before=lambda world: world.list_school("17GU00")
    ),
    RedenCode.LEERLING_ONVOLLEDIG: Case(dossier=lambda: build_dossier(achternaam="")),
}


async def pushed(world: World, dossier: Dossier, *files: bytes, **how: Any) -> InzendingId:
    inzending_id = new_inzending_id()
    await world.push(dossier, *files, inzending_id=inzending_id, **how)
    return inzending_id


async def pushed_case(world: World, code: RedenCode) -> InzendingId:
    case = CASES[code]
    case.before(world)
    return await pushed(world, case.dossier(), omgeving=case.omgeving)


def dies(world: World, event_id: InzendingId, code: str = "VERWERKING_MISLUKT") -> None:
    with writing(world.engine) as connection:
        assert outbox.mark_dead(connection, event_id, code)


def is_delivered(world: World, event_id: InzendingId) -> None:
    with writing(world.engine) as connection:
        assert outbox.mark_delivered(connection, event_id) is not None


def audited(world: World, action: str) -> list[tuple[Any, ...]]:
    """actor, subject and detail of each, the oldest first."""
    return world.rows(f"SELECT actor, subject, detail FROM audit WHERE action = '{action}' ORDER BY audit_id")

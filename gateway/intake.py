"""The use case: a push in, a verdict out. One durable transaction decides; the objects follow it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from sqlalchemy import Engine

from database.committer import Committer
from database.engine import reading
from database.known import look_up
from database.status import find_status
from dossier.dossier import Dossier
from dossier.errors import BerichtConflict, Unavailable
from dossier.identifiers import BerichtId, Dossiernummer, InzendingId, OmgevingId
from dossier.reden import Reden
from dossier.status import Status
from dossier.verdict import Accepted, Route, Soort, Verdict
from gateway.decide import Conflict, Push, decide
from gateway.judge import Judgement, judge
from gateway.metrics import Phase
from gateway.snapshots import Snapshots
from storage.seal import Seal
from validators.limits import Limits

_CONFLICT = "dit berichtId is al gebruikt voor een bericht met een andere inhoud"


class Objects(Protocol):
    async def discard(self, inzending_id: InzendingId) -> None: ...


class Intake:
    """`on_accepted` is a hint for the relay; `on_left_behind` tells that objects await the sweeper;
    `on_phase` tells how many seconds went to what; `traceparent` is of the trace that goes on from here."""

    def __init__(
        self,
        *,
        committer: Committer,
        engine: Engine,
        objects: Objects,
        seal: Seal,
        limits: Limits,
        clock: Callable[[], datetime],
        on_accepted: Callable[[], None] = lambda: None,
        on_left_behind: Callable[[InzendingId], None] = lambda inzending_id: None,
        on_phase: Callable[[Phase, float], None] = lambda phase, seconds: None,
        traceparent: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._committer = committer
        self._engine = engine
        self._objects = objects
        self._seal = seal
        self._limits = limits
        self._clock = clock
        self._snapshots = Snapshots()
        self._on_accepted = on_accepted
        self._on_left_behind = on_left_behind
        self._on_phase = on_phase
        self._traceparent = traceparent

    async def indienen(
        self, inzending_id: InzendingId, omgeving: OmgevingId, dossier: Dossier, received_at: datetime
    ) -> Verdict:
        """The verdict, durable. Owns the objects of this push from here on.

        Raises BerichtConflict, and Unavailable when the outcome is not known; the objects then stay,
        for the push may have been accepted: the sweeper removes them when it was not.
        """
        began = time.perf_counter()
        push = self._prepare(inzending_id, omgeving, dossier, received_at)
        decided = await self._committer.transact(
            lambda connection: decide(connection, push, self._snapshots, self._limits)
        )
        judged_seconds = self._tell(decided.judgement)
        self._on_phase(Phase.COMMIT, time.perf_counter() - began - judged_seconds)
        outcome = decided.verdict
        if isinstance(outcome, Accepted) and outcome.soort in (Soort.NIEUW, Soort.VERSIE):
            self._on_accepted()
            return outcome
        if dossier.bijlagen:
            await self._discard(inzending_id)
        if isinstance(outcome, Conflict):
            raise BerichtConflict(_CONFLICT)
        return outcome

    async def controleren(self, omgeving: OmgevingId, dossier: Dossier) -> tuple[Reden, ...]:
        """Every reden that the same push would get now. Writes nothing, uses no number.

        Raises BerichtConflict as `indienen` would, and Unavailable.
        """
        judgement = await asyncio.to_thread(self._check, omgeving, dossier)
        self._tell(judgement)
        if judgement is None or isinstance(judgement.outcome, Route):
            return ()
        return judgement.outcome

    async def opvragen(
        self, omgeving: OmgevingId, bericht_id: BerichtId | None, dossiernummer: Dossiernummer | None
    ) -> Status | None:
        """The status of a push by this omgeving; None if it made none such. Raises Unavailable."""
        return await asyncio.to_thread(self._status, omgeving, bericht_id, dossiernummer)

    def _prepare(
        self, inzending_id: InzendingId, omgeving: OmgevingId, dossier: Dossier, received_at: datetime
    ) -> Push:
        content = dossier.content_bytes()
        return Push(
            inzending_id=inzending_id,
            omgeving_id=omgeving,
            dossier=dossier,
            inhoud_hash=self._seal.keyed_hash(content),
            naam_hash=self._seal.naam_hash(dossier.leerling.achternaam),
            verzegeld=self._seal.seal(content, inzending_id),
            received_at=received_at,
            decided_at=self._clock(),
            traceparent=self._traceparent(),
        )

    async def _discard(self, inzending_id: InzendingId) -> None:
        try:
            await self._objects.discard(inzending_id)
        except Unavailable:
            self._on_left_behind(inzending_id)

    def _tell(self, judgement: Judgement | None) -> float:
        """Of the phases in it; their seconds together."""
        if judgement is None:
            return 0.0
        self._on_phase(Phase.VALIDATE, judgement.validate_seconds)
        self._on_phase(Phase.ROUTE, judgement.route_seconds)
        return judgement.validate_seconds + judgement.route_seconds

    def _check(self, omgeving: OmgevingId, dossier: Dossier) -> Judgement | None:
        """None: a repeat or a double entry has its number, whatever has changed since."""
        with reading(self._engine) as connection:
            known = look_up(connection, omgeving, dossier.bericht_id, dossier.hulpvraag.hulpvraag_id)
            tables = self._snapshots.at(known.settings_version, connection)
        inhoud_hash = self._seal.keyed_hash(dossier.content_bytes())
        if known.bericht is not None and known.bericht.inhoud_hash != inhoud_hash:
            raise BerichtConflict(_CONFLICT)
        if known.bericht is not None or (
            known.dossier is not None and known.dossier.inhoud_hash == inhoud_hash
        ):
            return None
        return judge(dossier, omgeving, tables, self._limits, self._clock().date(), time.perf_counter)

    def _status(
        self, omgeving: OmgevingId, bericht_id: BerichtId | None, dossiernummer: Dossiernummer | None
    ) -> Status | None:
        with reading(self._engine) as connection:
            return find_status(connection, omgeving, bericht_id, dossiernummer)

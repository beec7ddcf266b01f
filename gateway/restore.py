"""After a restore of one side to an earlier moment: what the other side still has is put right.

Of the gateway: no number that the store knows is ever given again, and the pushes and moves that only the
store remembers are adopted, so that a repeat of one gets its number. Of the store: what it has lost is
offered again. Each change is one transaction with its audit row; all of it may be repeated.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Engine

from database import dossiernummers, outbox
from database.adoption import Obstacle, adopt, adopt_move, known_events, move_obstacle, obstacle
from database.answered import AnsweredVersion, answered_versions
from database.audit import write_audit
from database.engine import reading, writing
from database.inzendingen import BijlageRecord, InzendingRecord
from database.moves import MoveRecord
from database.outbox_rows import State
from dossier.brin import Brin, Vestiging
from dossier.delivery import Herkomst
from dossier.errors import ConfigurationError, PoisonEvent
from dossier.identifiers import InzendingId
from dossier.verdict import Soort
from kindkans.queries import (
    HeldBijlage,
    StoredMove,
    StoredPush,
    bijlagen_of,
    highest_number,
    pushes_of,
    stored_events,
    stored_move,
    stored_moves,
    stored_push,
)
from storage.seal import Seal, UnknownKey
from validators.bijlagen import naam_characters

MARGIN = 1_000
"""Numbers left out: those that were answered and had not reached the store when the database was lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A version that one side has and the other has not."""

    event_id: InzendingId
    dossiernummer: int
    versie: int
    obstacle: str = ""  # why it can not be put right; "" if it can
    is_move: bool = False  # of what the store has


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    position: int  # of the gateway's counter
    highest: int  # number that anybody knows
    at_gateway: tuple[Lost, ...]  # the store has these, the gateway does not
    at_store: tuple[Lost, ...]  # the store confirmed these, and does not have them

    @property
    def numbers_safe(self) -> bool:
        return self.position >= self.highest

    @property
    def nothing_to_do(self) -> bool:
        return self.numbers_safe and not self.at_gateway and not self.at_store


TERUGGEHAALD = "Teruggehaald uit Kindkans na herstel van een back-up; de eigen toelichting is verloren."
ZONDER_INHOUD = "ZONDER_INHOUD"  # retention, or an earlier restore, has taken the content


def inspect(gateway: Engine, store: Engine, seal: Seal, at_least: int = 0) -> Findings:
    """What `put_right` would do. Writes nothing. `at_least`: the highest number that ParnasSys shows.

    Raises ConfigurationError when the keyring lacks a key, Unavailable.
    """
    with reading(gateway) as connection:  # before the store: what is delivered by now must be in it
        delivered = [a for a in answered_versions(connection) if a.state is State.BEZORGD]
    with reading(store) as theirs:
        held, held_moves = stored_events(theirs), stored_moves(theirs)
        highest = max(highest_number(theirs), at_least)
        with reading(gateway) as ours:  # after it: what it has must be known by now
            known = known_events(ours)
            pushes = [
                _lost(ours, stored_push(theirs, event_id), bijlagen_of(theirs, event_id), seal)
                for event_id in held
                if event_id not in known
            ]
            moves = [
                _lost_move(ours, move, pushes_of(theirs, move.dossiernummer), pushes)
                for move in held_moves
                if move.event_id not in known
            ]
            here = dossiernummers.position(ours)
            highest = max(highest, dossiernummers.highest_number(ours))
    in_store = {*held, *(move.event_id for move in held_moves)}
    at_store = tuple(_missing(answered) for answered in delivered if answered.event_id not in in_store)
    return Findings(position=here, highest=highest, at_gateway=(*pushes, *moves), at_store=at_store)


def put_right(
    gateway: Engine, store: Engine, seal: Seal, actor: str, *, at_least: int = 0, margin: int = MARGIN
) -> Findings:
    """Numbers, then pushes and moves, then events. What was found before; look again for what is left."""
    found = inspect(gateway, store, seal, at_least)
    _advance_numbers(gateway, found.highest + margin, actor)
    for lost in found.at_gateway:
        if not lost.obstacle:
            adopt_one = _adopt_move if lost.is_move else _adopt
            adopt_one(gateway, store, seal, lost.event_id, actor)
    for lost in found.at_store:
        if not lost.obstacle:
            _offer_again(gateway, lost.event_id, actor)
    return found


def _advance_numbers(gateway: Engine, to: int, actor: str) -> None:
    with writing(gateway) as connection:
        before = dossiernummers.position(connection)
        if dossiernummers.advance(connection, to):
            write_audit(
                connection,
                actor=actor,
                action="numbers_advanced",
                subject="dossiernummer",
                detail=f"from={before} to={to}",
            )


def _adopt(gateway: Engine, store: Engine, seal: Seal, event_id: InzendingId, actor: str) -> None:
    with reading(store) as theirs:
        push, its_bijlagen = stored_push(theirs, event_id), bijlagen_of(theirs, event_id)
    prepared = _record(push, its_bijlagen, seal)
    if isinstance(prepared, Obstacle):
        return
    record, bijlagen = prepared
    with writing(gateway) as connection:
        if obstacle(connection, record) is None:
            adopt(connection, record, bijlagen, push.received_ms)
            detail = f"dossiernummer={push.dossiernummer} versie={push.versie}"
            write_audit(connection, actor=actor, action="push_adopted", subject=event_id, detail=detail)


def _adopt_move(gateway: Engine, store: Engine, _seal: Seal, event_id: InzendingId, actor: str) -> None:
    with reading(store) as theirs:
        move = stored_move(theirs, event_id)
        pushes = pushes_of(theirs, move.dossiernummer)
    record = _move_record(move, actor)
    with writing(gateway) as connection:
        if move_obstacle(connection, record, pushes) is None:
            adopt_move(connection, record, move.received_ms)
            detail = f"dossiernummer={move.dossiernummer} versie={move.versie}"
            write_audit(connection, actor=actor, action="move_adopted", subject=event_id, detail=detail)


def _offer_again(gateway: Engine, event_id: InzendingId, actor: str) -> None:
    with writing(gateway) as connection:
        if outbox.offer_again(connection, event_id):
            write_audit(connection, actor=actor, action="event_offered_again", subject=event_id)


def _lost(ours: Connection, push: StoredPush, bijlagen: Sequence[HeldBijlage], seal: Seal) -> Lost:
    prepared = _record(push, bijlagen, seal)
    found = prepared if isinstance(prepared, Obstacle) else obstacle(ours, prepared[0])
    return Lost(
        event_id=push.event_id,
        dossiernummer=push.dossiernummer,
        versie=push.versie,
        obstacle=found or "",
    )


def _lost_move(
    ours: Connection, move: StoredMove, its_pushes: Sequence[InzendingId], lost_pushes: Sequence[Lost]
) -> Lost:
    found = move_obstacle(ours, _move_record(move, ""), its_pushes)
    if found is Obstacle.ANDER_DOSSIER:  # unless the dossier itself is adopted first
        adopted = {lost.event_id for lost in lost_pushes if not lost.obstacle}
        found = None if adopted & set(its_pushes) else found
    return Lost(
        event_id=move.event_id,
        dossiernummer=move.dossiernummer,
        versie=move.versie,
        obstacle=found or "",
        is_move=True,
    )


def _missing(answered: AnsweredVersion) -> Lost:
    return Lost(
        event_id=answered.event_id,
        dossiernummer=answered.dossiernummer,
        versie=answered.versie,
        obstacle="" if answered.has_content else ZONDER_INHOUD,
    )


def _move_record(move: StoredMove, actor: str) -> MoveRecord:
    """The store does not know who moved it, nor why."""
    return MoveRecord(
        event_id=move.event_id,
        dossiernummer=move.dossiernummer,
        versie=move.versie,
        van_swv_id=move.van_swv_id,
        van_organisatie_id=move.van_organisatie_id,
        naar_swv_id=move.naar_swv_id,
        naar_organisatie_id=move.naar_organisatie_id,
        actor=actor,
        toelichting=TERUGGEHAALD,
        at_ms=move.moved_ms,
    )


def _record(
    push: StoredPush, held: Sequence[HeldBijlage], seal: Seal
) -> tuple[InzendingRecord, list[BijlageRecord]] | Obstacle:
    """What the gateway's record of this push was, from what the store has of it."""
    if push.herkomst is None:
        return Obstacle.ZONDER_HERKOMST
    if push.gewist:  # somebody deleted the hulpvraag: a number and a hash, and nobody's name
        return _of_ids(push, push.herkomst), _without_names(held)
    content = _open(push, seal)
    if content is None:
        return Obstacle.ZEGEL_ONGELDIG
    record = replace(
        _of_ids(push, push.herkomst),
        vestiging=_vestiging(content["school"]["vestiging"], push.brin),
        schoolnaam=content["school"]["naam"],
        naam_hash=seal.naam_hash(content["leerling"]["achternaam"]),
    )
    return record, list(_bijlagen(content))


def _of_ids(push: StoredPush, of: Herkomst) -> InzendingRecord:
    return InzendingRecord(
        inzending_id=push.event_id,
        omgeving_id=of.omgeving_id,
        bericht_id=of.bericht_id,
        hulpvraag_id=of.hulpvraag_id,
        brin=push.brin,
        schoolnaam="",
        naam_hash="",
        uitkomst=(Soort.NIEUW if push.versie == 1 else Soort.VERSIE).value,
        received_ms=push.accepted_ms,
        decided_ms=push.accepted_ms,
        dossiernummer=push.dossiernummer,
        versie=push.versie,
        inhoud_hash=push.inhoud_hash,
        koppeling_id=of.koppeling_id,
        swv_id=push.swv_id,
        organisatie_id=push.organisatie_id,
        route_rule=of.route_rule,
    )


def _without_names(held: Sequence[HeldBijlage]) -> list[BijlageRecord]:
    return [BijlageRecord(positie=b.positie, size_bytes=b.size_bytes, naam_characters=0) for b in held]


def _vestiging(text: str, brin: str) -> str | None:
    found = Vestiging.parse(text, Brin(brin))
    return str(found) if found is not None else None


def _open(push: StoredPush, seal: Seal) -> dict[str, Any] | None:
    """None unless it is what its hash says. Raises ConfigurationError without its key."""
    try:
        plain = seal.open(push.verzegeld, push.event_id)
    except UnknownKey:
        raise ConfigurationError(
            f"the keyring lacks key {push.verzegeld.key_id}, with which the store's dossiers are sealed; "
            "restore keys.json first"
        ) from None
    except PoisonEvent:
        return None
    if not secrets.compare_digest(seal.keyed_hash(plain), push.inhoud_hash):
        return None
    content: dict[str, Any] = json.loads(plain)
    return content


def _bijlagen(content: dict[str, Any]) -> Iterator[BijlageRecord]:
    for bijlage in content["bijlagen"]:
        yield BijlageRecord(
            positie=bijlage["positie"],
            size_bytes=bijlage["grootte"],
            naam_characters=naam_characters(bijlage["naam"]),
        )

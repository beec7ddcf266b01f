"""The proof: numbers answered = outbox = store, version by version; every difference by name.

A move of a dossier is a version too, on both sides. Each version is compared by the organisatie at which
the dossier was from then on, so that a move which is under way or came between two looks is no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Protocol, TypeVar

from database.answered import AnsweredVersion
from database.outbox_rows import State
from dossier.identifiers import Dossiernummer, OrganisatieId

T = TypeVar("T")


class HeldVersion(Protocol):
    """A version as the store has it."""

    @property
    def dossiernummer(self) -> Dossiernummer: ...
    @property
    def versie(self) -> int: ...
    @property
    def inhoud_hash(self) -> str: ...
    @property
    def organisatie_id(self) -> OrganisatieId: ...


class Kind(StrEnum):
    ONDERWEG = "ONDERWEG"  # not confirmed by the store; a difference once that takes too long
    DOOD = "DOOD"  # a dead letter: act, then retry
    ZONDER_GEBEURTENIS = "ZONDER_GEBEURTENIS"  # answered, and the outbox knows nothing of it
    NIET_IN_KINDKANS = "NIET_IN_KINDKANS"  # the store confirmed it and does not have it
    ONBEKEND_NUMMER = "ONBEKEND_NUMMER"  # the store has it and nobody was answered it, or moved it
    DUBBEL = "DUBBEL"  # more than once at one end
    INHOUD_WIJKT_AF = "INHOUD_WIJKT_AF"
    ORGANISATIE_WIJKT_AF = "ORGANISATIE_WIJKT_AF"  # the dossier is, or was, elsewhere than the gateway says


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    kind: Kind
    dossiernummer: Dossiernummer
    versie: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    answered: int
    held: int
    equal: int  # answered, delivered, and held once with the same content at the same organisatie
    under_way: int  # not confirmed yet, and young enough for that; no difference
    differences: tuple[Difference, ...]

    @property
    def sound(self) -> bool:
        """Nothing is wrong: what is not equal is on its way, and not for too long."""
        return not self.differences

    @property
    def proven(self) -> bool:
        """All of it is equal, and nothing is on its way."""
        return self.sound and self.answered == self.held == self.equal


def reconcile(
    answered: Iterable[AnsweredVersion],
    held: Iterable[HeldVersion],
    later: Iterable[AnsweredVersion] = (),
    *,
    patience_ms: int = 0,
) -> Report:
    """All in order of number and version; compared in one pass, in little memory.

    `later` is what was answered as it stood after `held` was read: what the store got meanwhile is in
    it, and does not count. What is on its way for no longer than `patience_ms` is no difference.
    """
    differences: list[Difference] = []
    counts = {"answered": 0, "held": 0, "equal": 0, "under_way": 0}
    came_later = _Lookup(later)
    for key, left, right in _outer_join(answered, held):
        if not left and key in came_later:
            continue
        counts["answered"] += len(left)
        counts["held"] += len(right)
        kinds = list(_compare(left, right))
        young = bool(left) and left[0].age_ms <= patience_ms and patience_ms > 0
        if kinds == [Kind.ONDERWEG] and young:
            counts["under_way"] += 1
            continue
        differences += [Difference(kind=k, dossiernummer=key[0], versie=key[1]) for k in kinds]
        counts["equal"] += not kinds
    return Report(differences=tuple(differences), **counts)


def _compare(left: list[AnsweredVersion], right: list[HeldVersion]) -> Iterator[Kind]:
    if not left:
        yield Kind.ONBEKEND_NUMMER
        return
    if len(left) > 1 or len(right) > 1:
        yield Kind.DUBBEL
    mine = left[0]
    if mine.state is None:
        yield Kind.ZONDER_GEBEURTENIS
    elif mine.state is State.DOOD:
        yield Kind.DOOD
    elif mine.state is not State.BEZORGD:
        yield Kind.ONDERWEG
    elif not right:
        yield Kind.NIET_IN_KINDKANS
    for theirs in right:
        if theirs.inhoud_hash != mine.inhoud_hash:
            yield Kind.INHOUD_WIJKT_AF
        if theirs.organisatie_id != mine.organisatie_id:
            yield Kind.ORGANISATIE_WIJKT_AF


_Key = tuple[Dossiernummer, int]


def _key(version: AnsweredVersion | HeldVersion) -> _Key:
    return version.dossiernummer, version.versie


class _Lookup:
    """Whether a key is among ordered ones; to be asked in order, so that none need be kept."""

    def __init__(self, versions: Iterable[AnsweredVersion]) -> None:
        self._keys = map(_key, versions)
        self._at = next(self._keys, None)

    def __contains__(self, key: object) -> bool:
        assert isinstance(key, tuple)  # noqa: S101 - what `in` hands over is an object
        while self._at is not None and self._at < key:
            self._at = next(self._keys, None)
        return self._at == key


def _outer_join(
    answered: Iterable[AnsweredVersion], held: Iterable[HeldVersion]
) -> Iterator[tuple[_Key, list[AnsweredVersion], list[HeldVersion]]]:
    lefts = groupby(answered, key=_key)
    rights = groupby(held, key=_key)
    left, right = _next(lefts), _next(rights)
    while left is not None or right is not None:
        if right is None or (left is not None and left[0] < right[0]):
            assert left is not None  # noqa: S101 - tells mypy what the loop condition says
            yield left[0], left[1], []
            left = _next(lefts)
        elif left is None or right[0] < left[0]:
            yield right[0], [], right[1]
            right = _next(rights)
        else:
            yield left[0], left[1], right[1]
            left, right = _next(lefts), _next(rights)


def _next(groups: Iterator[tuple[_Key, Iterator[T]]]) -> tuple[_Key, list[T]] | None:
    group = next(groups, None)
    return None if group is None else (group[0], list(group[1]))

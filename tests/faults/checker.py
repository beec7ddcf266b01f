"""Holds what was told against what is there. Every violation of a promise is one line of text.

The promises are those of the domain: every number answered is in the store exactly once, with the
content that was sent; a -1 leaves nothing; a number is given once and stays; the last version wins; an
answer or a Fault comes in time; nothing waits or is dead when all is healed.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from faults.history import Fault, History, NoAnswer, Refusal, Sent


class Promise(StrEnum):
    """The columns of the table of the long run."""

    LOST = "lost"
    DOUBLE = "double"
    WRONG_ANSWER = "wrong answer"
    LEFT_BEHIND = "left behind"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Violation:
    promise: Promise
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A version as the store holds it, opened."""

    dossiernummer: int
    versie: int
    titel: str
    shas: tuple[str, ...]  # of the bijlagen as they were read back from the store's storage
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Everything that is there, when all is quiet."""

    stored: tuple[Stored, ...]
    accepted: frozenset[str]  # berichtIds that the gateway accepted
    events: Counter[str] = field(default_factory=Counter)  # of the outbox, by state
    publishes: dict[str, int] = field(default_factory=dict)  # of each event that nobody asked for
    orphans: tuple[str, ...] = ()  # objects that no accepted push and no version needs, after a sweep
    dead_letters: int = 0
    canaries: tuple[str, ...] = ()  # files in which a child's data stands in clear
    grown: tuple[str, ...] = ()  # processes that hold more than they did
    healed: bool = True  # the store equalled what was accepted within the fault's time


def check(history: History, seen: Seen, *, deadline_seconds: float, repeats: bool = False) -> list[Violation]:
    """All violations; none is the wish. `repeats`: events may be published again by design of the fault."""
    return [
        *_answers(history, deadline_seconds),
        *_refusals(history, seen),
        *_versions(history, seen),
        *_rest(seen, repeats),
    ]


def _answers(history: History, deadline_seconds: float) -> Iterator[Violation]:
    numbers: dict[str, set[int]] = defaultdict(set)
    for sent in history:
        name = sent.push.bericht_id
        numbers[sent.versie_of] |= sent.numbers
        if len(sent.numbers) > 1:
            yield Violation(Promise.WRONG_ANSWER, f"{name} was answered {sorted(sent.numbers)}")
        if sent.may_in and sent.refusals:
            yield Violation(Promise.WRONG_ANSWER, f"{name} was refused: {sent.refusals[0]}")
        if not sent.may_in and sent.numbers:
            yield Violation(Promise.WRONG_ANSWER, f"{name} was accepted, and may not be")
        for attempt in sent.attempts:
            if attempt.seconds > deadline_seconds and not isinstance(attempt.told, NoAnswer):
                yield Violation(Promise.LATE, f"{name} was answered after {attempt.seconds:.1f} s")
            if isinstance(attempt.told, NoAnswer) and attempt.seconds > deadline_seconds:
                yield Violation(Promise.LATE, f"{name} got no answer and no Fault in time")
            if attempt.committed is False:
                yield Violation(Promise.WRONG_ANSWER, f"{name} was told a number before it was committed")
            if isinstance(attempt.told, Fault) and attempt.told.http_status < 500:
                yield Violation(Promise.WRONG_ANSWER, f"{name} was blamed: HTTP {attempt.told.http_status}")
    for hulpvraag, given in numbers.items():
        if len(given) > 1:
            yield Violation(Promise.DOUBLE, f"{hulpvraag} has numbers {sorted(given)}")
    holders = Counter(number for given in numbers.values() for number in given)
    for number, times in holders.items():
        if times > 1:
            yield Violation(Promise.WRONG_ANSWER, f"number {number} was given to {times} hulpvragen")


def _refusals(history: History, seen: Seen) -> Iterator[Violation]:
    for sent in history:
        if sent.refusals and not sent.numbers and sent.push.bericht_id in seen.accepted:
            yield Violation(Promise.WRONG_ANSWER, f"{sent.push.bericht_id} got -1 and was accepted")


def _versions(history: History, seen: Seen) -> Iterator[Violation]:
    expected = _expected(history)
    found: dict[int, list[Stored]] = defaultdict(list)
    for stored in seen.stored:
        found[stored.dossiernummer].append(stored)
    for number, contents in expected.items():
        held = sorted(found.pop(number, []), key=lambda stored: stored.versie)
        have = [(stored.titel, stored.shas) for stored in held]
        for content in contents:
            if have.count(content) == 0:
                yield Violation(Promise.LOST, f"dossier {number} lacks a version that was answered")
            if have.count(content) > 1:
                yield Violation(Promise.DOUBLE, f"dossier {number} has a version {have.count(content)} times")
        if len(have) > len(contents):
            yield Violation(Promise.DOUBLE, f"dossier {number} has versions that nobody was answered")
        if held and not (held[-1].current and have[-1] == contents[-1]):
            yield Violation(Promise.LOST, f"dossier {number}: the last version is not the current one")
    for number in found:
        yield Violation(Promise.DOUBLE, f"dossier {number} is in the store, and nobody was answered it")


def _expected(history: History) -> dict[int, list[tuple[str, tuple[str, ...]]]]:
    """Of each number the contents that were answered with it, oldest first."""
    contents: dict[int, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
    accepted = [sent for sent in history if sent.numbers]
    for sent in sorted(accepted, key=_first_told):
        for number in sent.numbers:
            content = (sent.push.titel, sent.shas)
            if content not in contents[number]:
                contents[number].append(content)
    return contents


def _first_told(sent: Sent) -> float:
    # A sender waits for one version's answer before it sends the next, so any order of answers will do.
    return next(a.began for a in sent.attempts if not isinstance(a.told, Fault | NoAnswer | Refusal))


def _rest(seen: Seen, repeats: bool) -> Iterator[Violation]:
    for state in ("wachtend", "gepubliceerd"):
        if seen.events[state]:
            yield Violation(Promise.LOST, f"{seen.events[state]} events are still {state}")
    if seen.events["dood"]:
        yield Violation(Promise.LOST, f"{seen.events['dood']} events are dead")
    if seen.dead_letters:
        yield Violation(Promise.LOST, f"{seen.dead_letters} dead letters at the broker")
    for event, times in seen.publishes.items():
        if times > 1 and not repeats:
            yield Violation(Promise.DOUBLE, f"event {event} was marked as published {times} times")
    if not seen.healed:
        yield Violation(Promise.LATE, "the store did not equal what was accepted in time")
    for grown in seen.grown:
        yield Violation(Promise.LEFT_BEHIND, grown)
    for orphan in seen.orphans:
        yield Violation(Promise.LEFT_BEHIND, f"objects of {orphan}")
    for path in seen.canaries:
        yield Violation(Promise.LEFT_BEHIND, f"a child's data in {path}")


def content_of(plain: bytes) -> str:
    """The titel in a sealed content, opened."""
    titel: str = json.loads(plain)["hulpvraag"]["titel"]
    return titel


def sha_of(pieces: list[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()

"""Does it go well? One sentence, since when, and what to do: from the figures alone, the worst first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk.status.figures import WITHIN, Course, Standing

LONG = timedelta(minutes=15)  # so long waiting is a failure, no queue


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What to do. `link` is a path of ours, or "" where there is nothing to click."""

    text: str
    link: str = ""
    right: str = "inzendingen"  # who lacks it is not shown the link


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    soort: str  # goed, let-op, fout or stil, as the badges
    titel: str
    uitleg: str
    since: datetime | None = None  # None: as long as we look back, or there is nothing to say
    steps: tuple[Step, ...] = ()


_HERSTEL = Step(text="Bekijk en herstel wat is vastgelopen", link="/herstel", right="herstellen")
_WACHTEND = Step(text="Bekijk wat er wacht", link="/inzendingen?status=wachtend")
_AFWIJZINGEN = Step(text="Bekijk de afwijzingen", link="/inzendingen?status=afgewezen")
_BEHEER = Step(text="Bel de technisch beheerder: dit lost zichzelf niet op.")
_WAIT = Step(
    text="U hoeft nog niets te doen. Duurt het langer dan een kwartier, bel dan de technisch beheerder."
)


def judge(standing: Standing, course: Course, now: datetime) -> Verdict:
    if standing.oldest_seconds > LONG.total_seconds():
        return _stuck(standing, now)
    if standing.dead:
        return _dead(standing)
    if standing.oldest_seconds > WITHIN.total_seconds():
        return _slow_now(standing, now)
    if course.hours[-1].faults:
        return _faults(course)
    if course.lately.missed:
        return _late(course)
    if not any(hour.received or hour.took.delivered for hour in course.hours):
        return _silent(course)
    return _well(course)


def _stuck(standing: Standing, now: datetime) -> Verdict:
    steps = (_BEHEER, _WACHTEND, *((_HERSTEL,) if standing.dead else ()))
    return Verdict(
        soort="fout",
        titel="Nee, het gaat niet goed: hulpvragen komen niet in Kindkans aan",
        uitleg=f"Er {_waiting(standing)} op bezorging. Wat geaccepteerd is raakt niet kwijt: het komt aan "
        "zodra de storing voorbij is. Scholen hoeven niets opnieuw te versturen.",
        since=now - timedelta(seconds=standing.oldest_seconds),
        steps=steps,
    )


def _dead(standing: Standing) -> Verdict:
    one = standing.dead == 1
    return Verdict(
        soort="fout",
        titel="Nee, het gaat niet helemaal goed: er is iets vastgelopen",
        uitleg=f"{standing.dead} {'hulpvraag is' if one else 'hulpvragen zijn'} geaccepteerd, maar "
        f"{'komt' if one else 'komen'} niet vanzelf in Kindkans. De rest komt wel aan.",
        since=standing.dead_since,
        steps=(_HERSTEL,),
    )


def _slow_now(standing: Standing, now: datetime) -> Verdict:
    return Verdict(
        soort="let-op",
        titel="Let op: bezorgen duurt nu langer dan een minuut",
        uitleg=f"Er {_waiting(standing)} op bezorging.",
        since=now - timedelta(seconds=standing.oldest_seconds),
        steps=(_WAIT, _WACHTEND),
    )


def _faults(course: Course) -> Verdict:
    """Of the hour that is not over; the hours before it that had them too are part of it."""
    faults = course.hours[-1].faults or 0
    return Verdict(
        soort="let-op",
        titel="Let op: scholen krijgen soms een technische fout van ons",
        uitleg=f"Dit uur {'was dat er één' if faults == 1 else f'waren dat er {faults}'}. ParnasSys kan zo'n "
        "bericht opnieuw versturen. Er is niets half opgeslagen.",
        since=_since([bool(hour.faults) for hour in course.hours], course),
        steps=(_WAIT,),
    )


def _late(course: Course) -> Verdict:
    return Verdict(
        soort="let-op",
        titel="Let op: het afgelopen uur kwam niet alles binnen een minuut aan",
        uitleg="Nu loopt het weer door: er wacht niets langer dan een minuut.",
        since=_since([hour.took.missed for hour in course.hours], course),
        steps=(Step(text="U hoeft niets te doen. Gebeurt dit vaker, meld het dan de technisch beheerder."),),
    )


def _silent(course: Course) -> Verdict:
    return Verdict(
        soort="stil",
        titel="Er is niets te beoordelen: er is niets ontvangen",
        uitleg="In een weekend of vakantie is dat gewoon. Op een schooldag niet: dan bereiken de scholen ons "
        "misschien niet.",
        since=course.hours[0].since,
        steps=(Step(text="Is het een schooldag? Bel dan de technisch beheerder."),),
    )


def _well(course: Course) -> Verdict:
    lately = [hour for hour in course.hours if hour.took.delivered or hour.received]
    bad = [hour.since for hour in lately if hour.took.missed or hour.faults]
    steps = (_AFWIJZINGEN,) if any(hour.rejected for hour in course.hours) else ()
    return Verdict(
        soort="goed",
        titel="Ja, het gaat goed",
        uitleg="Wat scholen versturen wordt beantwoord en komt binnen een minuut in Kindkans aan. "
        "Er is niets vastgelopen.",
        since=next((hour.since for hour in lately if bad and hour.since > bad[-1]), None) if bad else None,
        steps=steps,
    )


def _waiting(standing: Standing) -> str:
    if standing.waiting == 1:
        return "wacht 1 hulpvraag"
    return f"wachten {standing.waiting} hulpvragen"


def _since(bad: list[bool], course: Course) -> datetime | None:
    """When the last bad hours, one after the other, began; None if none was."""
    end = len(bad)
    while end and not bad[end - 1]:
        end -= 1
    begin = end
    while begin and bad[begin - 1]:
        begin -= 1
    return course.hours[begin].since if end else None

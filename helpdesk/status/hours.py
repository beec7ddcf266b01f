"""The charts of the status page: each hour of a period."""

from __future__ import annotations

from collections.abc import Sequence

from helpdesk.dashboards.panel import Unit
from helpdesk.status.chart import Axis, Chart, Values, bars, lines
from helpdesk.status.figures import Course, Hour


def charts(course: Course, axis: Axis) -> list[Chart]:
    """What nobody knows has no chart."""
    hours = course.hours
    found = [_received(hours, axis), _took(hours, axis)]
    if any(hour.oldest_seconds is not None for hour in hours):
        found += _queue(hours, axis)
    if any(hour.faults is not None for hour in hours):
        found.append(_faults(hours, axis))
    return found


def _received(hours: Sequence[Hour], axis: Axis) -> Chart:
    series = [
        Values(name="Geaccepteerd", soort="goed", values=[hour.accepted for hour in hours]),
        Values(name="Dubbel", soort="let-op", values=[hour.dubbel for hour in hours]),
        Values(name="Afgewezen (-1)", soort="fout", values=[hour.rejected for hour in hours]),
    ]
    text = "Wat scholen verstuurden, en wat er van werd. Het laatste uur is nog bezig."
    return bars("ontvangen", "Ontvangen per uur", text, axis, series, Unit.COUNT)


def _took(hours: Sequence[Hour], axis: Axis) -> Chart:
    series = [
        Values(name="de helft binnen", soort="s0", values=[hour.took.p50 for hour in hours]),
        Values(name="95 van de 100 binnen", soort="s1", values=[hour.took.p95 for hour in hours]),
        Values(name="99 van de 100 binnen", soort="s2", values=[hour.took.p99 for hour in hours]),
    ]
    text = "Van geaccepteerd tot bezorgd in Kindkans, van wat in dat uur werd bezorgd (p50, p95 en p99)."
    return lines("duur", "Tijd tot bezorgd per uur", text, axis, series, Unit.SECONDS)


def _queue(hours: Sequence[Hour], axis: Axis) -> list[Chart]:
    oldest = [Values(name="langste", soort="s0", values=[hour.oldest_seconds for hour in hours])]
    waiting = [Values(name="meeste", soort="s0", values=[hour.waiting for hour in hours])]
    return [
        lines(
            "oudste",
            "Langste wachttijd per uur",
            "Hoe lang het oudste wachtte dat nog niet bezorgd was. Boven een minuut loopt het achter.",
            axis,
            oldest,
            Unit.SECONDS,
        ),
        lines(
            "wachtend",
            "Meeste dat wachtte per uur",
            "Hoeveel hulpvragen er tegelijk op bezorging wachtten.",
            axis,
            waiting,
            Unit.COUNT,
        ),
    ]


def _faults(hours: Sequence[Hour], axis: Axis) -> Chart:
    series = [Values(name="Technische fouten", soort="fout", values=[hour.faults for hour in hours])]
    text = "Berichten die door een storing bij ons geen antwoord kregen; ParnasSys kan ze opnieuw versturen."
    return bars("fouten", "Technische fouten per uur", text, axis, series, Unit.COUNT)

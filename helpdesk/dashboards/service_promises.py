"""Of the dashboard Dienst: the two service levels, and how fast what they allow is used up.

A burn of 1 uses what is allowed in exactly 30 days; 14.4 uses 2 % of it in an hour
(Google's SRE Workbook, chapter 5). The alerts of monitoring/rules count likewise.
"""

from __future__ import annotations

from helpdesk.dashboards.expressions import share
from helpdesk.dashboards.panel import Kind, Panel, Query, Row, Unit

_AVAILABLE = "0.001"  # 99.9 % of the messages end without a Fault of ours
_IN_TIME = "0.01"  # 99 % is bezorgd within 60 s
_FAST = 14.4
_WINDOWS = (("5m", "5 minuten"), ("1h", "uur"), ("6h", "6 uur"))
_PERIOD = "30d"


def _failed(window: str) -> str:
    """Of the messages, the share that ended in a Fault of ours."""
    return share(
        f'sum(rate(kindkans_faults_total{{party="gateway"}}[{window}]))',
        f'sum(rate(kindkans_messages_total{{outcome!="afgebroken"}}[{window}]))',  # nobody waited for those
    )


def _late(window: str) -> str:
    """Of what became bezorgd, the share that took more than 60 s."""
    every = f"sum(rate(kindkans_delivery_seconds_count[{window}]))"
    in_time = f'sum(rate(kindkans_delivery_seconds_bucket{{le="60.0"}}[{window}]))'
    return share(f"({every} - {in_time})", every)


PROMISES = Row(
    title="Wat wij beloven",
    panels=(
        Panel(
            key="availability_burn",
            title="Beschikbaar: hoe hard de marge opgaat",
            text="Wij beloven dat 99,9 % van de berichten niet op een storing van ons eindigt. Bij 1 is "
            "die marge na precies 30 dagen op; grijp in boven 14,4, dan gaat er per uur 2 % van op.",
            queries=tuple(
                Query(expr=f"{_failed(window)} / {_AVAILABLE}", legend=f"afgelopen {words}")
                for window, words in _WINDOWS
            ),
            worry_from=_FAST,
        ),
        Panel(
            key="availability_left",
            title="Beschikbaar: marge over",
            text="Wat er over is van de 0,1 % die in 30 dagen mis mag gaan. Onder 25 % zijn veranderingen "
            "even niet verstandig; onder 0 % is de belofte niet gehaald.",
            queries=(Query(expr=f"1 - {_failed(_PERIOD)} / {_AVAILABLE}"),),
            unit=Unit.RATIO,
            kind=Kind.NUMBER,
            worry_below=0.25,
        ),
        Panel(
            key="delivery_burn",
            title="Bezorgd binnen 60 s: hoe hard de marge opgaat",
            text="Wij beloven dat 99 % binnen 60 seconden bezorgd is. Grijp in boven 14,4. Wat nog niet "
            "bezorgd is telt hier nog niet mee: kijk ook hoe oud het oudste is.",
            queries=tuple(
                Query(expr=f"{_late(window)} / {_IN_TIME}", legend=f"afgelopen {words}")
                for window, words in _WINDOWS
            ),
            worry_from=_FAST,
        ),
        Panel(
            key="delivery_left",
            title="Bezorgd binnen 60 s: marge over",
            text="Wat er over is van de 1 % die in 30 dagen later dan 60 seconden bezorgd mag zijn.",
            queries=(Query(expr=f"1 - {_late(_PERIOD)} / {_IN_TIME}"),),
            unit=Unit.RATIO,
            kind=Kind.NUMBER,
            worry_below=0.25,
        ),
    ),
)

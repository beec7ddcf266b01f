"""Of the dashboard Dienst: from the outbox over the broker to the store, and how long that takes."""

from __future__ import annotations

from helpdesk.dashboards.expressions import added, per_second, per_value, quantiles
from helpdesk.dashboards.panel import RATE, Kind, Panel, Query, Row, Unit

_SERVICE_LEVEL_SECONDS = 60

_STATES = (
    ("wachtend", "wacht op de broker"),
    ("gepubliceerd", "wacht op bevestiging"),
    ("dood", "vastgelopen"),
)
_PUBLISHES = (
    ("published", "voor het eerst"),
    ("republished", "opnieuw"),
    ("refused", "door de broker geweigerd"),
    ("delivered", "bezorgd"),
)
_TROUBLE = (
    ("dead", "vastgelopen"),
    ("paused_broker", "gewacht op de broker"),
    ("paused_database", "gewacht op de database"),
    ("fenced", "door een ander overgenomen"),
    ("mended", "klok liep voor"),
    ("receipt_rejected", "bevestiging onleesbaar"),
)
_STORE_EVENTS = (
    ("stored", "opgeslagen"),
    ("moved", "verplaatst"),
    ("duplicate", "was er al"),
    ("postponed", "uitgesteld"),
    ("failed", "mislukt"),
    ("dead", "vastgelopen"),
)
_BROKER_EVENTS = (
    ("connected", "verbonden"),
    ("disconnected", "verbinding weg"),
    ("server_exited", "broker gestopt"),
    ("handler_failed", "verwerking mislukt"),
)

OUTBOX = Row(
    title="Wat er te bezorgen is",
    panels=(
        Panel(
            key="pending",
            title="Nog niet bezorgd",
            text="Wat geaccepteerd is en nog niet door de opslag bevestigd. Hoort steeds weer naar 0 te "
            "gaan; naar wat vastliep moet iemand kijken.",
            queries=per_value('max(kindkans_outbox_events{state="@"})', _STATES),
            kind=Kind.STACKED,
        ),
        Panel(
            key="oldest",
            title="Hoe oud het oudste is",
            text="Hoe lang het oudste wacht dat niet bezorgd is. Boven 60 seconden halen wij onze belofte "
            "niet.",
            queries=(Query(expr="max(kindkans_outbox_oldest_seconds)"),),
            unit=Unit.SECONDS,
            worry_from=_SERVICE_LEVEL_SECONDS,
        ),
        Panel(
            key="attempts",
            title="Vergeefse pogingen",
            text="Hoe vaak de broker weigerde wat nu nog te bezorgen is. Stijgt dit: kijk bij de broker.",
            queries=(Query(expr="max(kindkans_outbox_attempts)"),),
        ),
        Panel(
            key="publishes",
            title="Naar de broker en bevestigd",
            text="Per seconde. Bezorgd hoort gelijk op te gaan met voor het eerst; opnieuw hoort 0 te zijn.",
            queries=per_value(per_second('kindkans_relay_events_total{event="@"}'), _PUBLISHES),
            unit=Unit.PER_SECOND,
        ),
        Panel(
            key="relay_trouble",
            title="Wat er bij het bezorgen misging",
            text="Hoe vaak, in het uur ervoor. Hoort 0 te zijn; een keer wachten bij een herstart is niet "
            "erg.",
            queries=per_value(added('kindkans_relay_events_total{event="@"}', "1h"), _TROUBLE),
        ),
    ),
)

BROKER = Row(
    title="De broker",
    panels=(
        Panel(
            key="broker_connected",
            title="Verbonden met de broker",
            text="1 als alle processen van die rol verbonden zijn. Bij 0 wordt er niets bezorgd; berichten "
            "worden wel aangenomen.",
            queries=(Query(expr="min by (role) (kindkans_broker_connected)", legend="{{role}}"),),
            worry_below=1,
        ),
        Panel(
            key="broker_blocked",
            title="De broker neemt niets aan",
            text="1 als de broker geen berichten aanneemt, meestal omdat zijn schijf of geheugen vol is.",
            queries=(Query(expr="max by (role) (kindkans_broker_blocked)", legend="{{role}}"),),
            worry_from=1,
        ),
        Panel(
            key="broker_events",
            title="Verbindingen",
            text="Hoe vaak, in het uur ervoor. Vaak verbonden en weer weg: kijk naar het netwerk en de "
            "broker.",
            queries=per_value(added('kindkans_broker_events_total{event="@"}', "1h"), _BROKER_EVENTS),
        ),
    ),
)

STORE = Row(
    title="De opslag van Kindkans",
    panels=(
        Panel(
            key="store_events",
            title="Wat de opslag deed",
            text="Events per seconde. Was er al: een tweede keer bezorgd, dat mag. Uitgesteld of mislukt: "
            "kijk in het logboek van kindkans.",
            queries=per_value(per_second('kindkans_store_events_total{event="@"}'), _STORE_EVENTS),
            unit=Unit.PER_SECOND,
        ),
        Panel(
            key="store_seconds",
            title="Hoe lang opslaan duurt",
            text="Per event, met zijn bijlagen.",
            queries=quantiles("kindkans_store_seconds"),
            unit=Unit.SECONDS,
            empty_because="Er werd in deze tijd niets opgeslagen.",
        ),
    ),
)

DELIVERY = Row(
    title="Van ontvangst tot bezorgd",
    panels=(
        Panel(
            key="delivery_seconds",
            title="Hoe lang het duurt tot iets bezorgd is",
            text="Van het antwoord aan de school tot de bevestiging van de opslag. Boven 60 seconden halen "
            "wij onze belofte niet.",
            queries=quantiles("kindkans_delivery_seconds"),
            unit=Unit.SECONDS,
            worry_from=_SERVICE_LEVEL_SECONDS,
            empty_because="Er werd in deze tijd niets bezorgd.",
        ),
        Panel(
            key="accepted_and_delivered",
            title="Aangenomen en bezorgd",
            text="Versies per seconde, uit de database. De lijnen horen over elkaar te liggen.",
            queries=(
                Query(expr=f"max(deriv(kindkans_versions_accepted[{RATE}]))", legend="aangenomen"),
                Query(expr=f"max(deriv(kindkans_versions_delivered[{RATE}]))", legend="bezorgd"),
            ),
            unit=Unit.PER_SECOND,
        ),
    ),
)

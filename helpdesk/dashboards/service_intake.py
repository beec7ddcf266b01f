"""Of the dashboard Dienst: what comes in, and what becomes of it."""

from __future__ import annotations

from helpdesk.dashboards.expressions import mean, per_second, per_value, quantile, quantiles
from helpdesk.dashboards.panel import Kind, Panel, Query, Row, Unit

_OUTCOMES = (
    ("geaccepteerd", "geaccepteerd"),
    ("afgewezen", "afgewezen"),
    ("gecontroleerd", "vooraf gecontroleerd"),
    ("status", "status opgevraagd"),
    ("fault", "storing"),
    ("afgebroken", "afgebroken door de afzender"),
)
_PHASES = (
    ("authenticate", "aanmelden"),
    ("receive", "ontvangen"),
    ("parse", "lezen"),
    ("validate", "controleren"),
    ("route", "bestemming zoeken"),
    ("commit", "vastleggen"),
)
_PARTIES = (("gateway", "van ons"), ("afzender", "van de afzender"))


INTAKE = Row(
    title="Wat er binnenkomt",
    panels=(
        Panel(
            key="messages",
            title="Berichten per uitkomst",
            text="Berichten per seconde, naar hoe ze eindigden. Kijk naar storing: die school weet niet of "
            "haar bericht verwerkt is.",
            queries=per_value(per_second('kindkans_messages_total{outcome="@"}'), _OUTCOMES),
            unit=Unit.PER_SECOND,
            kind=Kind.STACKED,
        ),
        Panel(
            key="faults",
            title="Storingen, van wie",
            text="Berichten per seconde die op een storing (SOAP Fault) eindigden. Van ons: zoek in het "
            "logboek van intake. Van de afzender: het bericht of de aanmelding klopte niet.",
            queries=per_value(per_second('kindkans_faults_total{party="@"}'), _PARTIES),
            unit=Unit.PER_SECOND,
        ),
        Panel(
            key="duration",
            title="Hoe lang een bericht duurt",
            text="Van de eerste byte tot het antwoord. Grote bijlagen over een trage lijn duren lang; kijk "
            "bij de fasen waar de tijd heen gaat.",
            queries=quantiles("kindkans_message_seconds"),
            unit=Unit.SECONDS,
            empty_because="Er kwam in deze tijd niets binnen.",
        ),
        Panel(
            key="phases",
            title="Waar de tijd heen gaat",
            text="De gemiddelde duur van elke fase van een bericht. Ontvangen hangt af van de lijn van de "
            "school, vastleggen van de database.",
            queries=per_value(mean("kindkans_phase_seconds", where='{phase="@"}'), _PHASES),
            unit=Unit.SECONDS,
            kind=Kind.STACKED,
        ),
        Panel(
            key="phases_slow",
            title="De traagste fasen (p95)",
            text="Van elke fase de duur die 95 van de 100 berichten halen.",
            queries=per_value(quantile(0.95, "kindkans_phase_seconds", where='{phase="@"}'), _PHASES),
            unit=Unit.SECONDS,
            empty_because="Er kwam in deze tijd niets binnen.",
        ),
        Panel(
            key="in_flight",
            title="Berichten in behandeling",
            text="Begonnen en nog niet beantwoord. Blijft dit stijgen, dan komt er meer binnen dan wij "
            "aankunnen.",
            queries=(Query(expr="sum(kindkans_messages_in_flight)"),),
        ),
        Panel(
            key="bytes",
            title="Ontvangen bytes per seconde",
            text="Alle berichten samen, met hun bijlagen.",
            queries=(Query(expr=per_second("kindkans_received_bytes_total")),),
            unit=Unit.BYTES,
        ),
        Panel(
            key="bijlagen",
            title="Bijlagen",
            text="Bijlagen per seconde, in berichten die te lezen waren.",
            queries=(Query(expr=per_second("kindkans_bijlagen_total")),),
            unit=Unit.PER_SECOND,
        ),
        Panel(
            key="group_size",
            title="Samen vastgelegd",
            text="Hoeveel beslissingen er gemiddeld in één keer worden vastgelegd, per rol. Wordt dit "
            "groot, dan is de database traag of is het druk.",
            queries=(Query(expr=mean("kindkans_commit_group_size", "role"), legend="{{role}}"),),
        ),
        Panel(
            key="refused",
            title="Geweigerde verzoeken",
            text="Per seconde, naar HTTP-status: verzoeken die geen bericht werden. Veel 503: te veel "
            "verbindingen tegelijk. Veel 404 of 400: iemand probeert maar wat.",
            queries=(
                Query(expr=per_second("kindkans_refused_requests_total", "status"), legend="{{status}}"),
            ),
            unit=Unit.PER_SECOND,
        ),
    ),
)

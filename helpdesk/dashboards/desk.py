"""The dashboard of the helpdesk: what schools are told, who can send, and what waits."""

from __future__ import annotations

from helpdesk.dashboards.expressions import added, per_value, quantiles
from helpdesk.dashboards.panel import Dashboard, Kind, Panel, Query, Row, Unit

_DAY = "1d"
_PUSHES = 'kindkans_messages_total{operation="indienenHulpvraag", outcome="@"}'
_CHECKS = 'kindkans_messages_total{operation="controlerenHulpvraag", outcome="gecontroleerd"}'
_PARTIES = (("afzender", "het bericht of de aanmelding klopte niet"), ("gateway", "storing bij ons"))

_NOW = Row(
    title="Wat nu aandacht vraagt",
    panels=(
        Panel(
            key="dead",
            title="Vastgelopen",
            text="Wel geaccepteerd, maar komt niet vanzelf in Kindkans. Bij 1 of meer: open de pagina "
            "Herstel.",
            queries=(Query(expr='max(kindkans_outbox_events{state="dood"})'),),
            kind=Kind.NUMBER,
            worry_from=1,
        ),
        Panel(
            key="silent",
            title="Koppelingen die stilvielen",
            text="Actief, en langer stil dan voor deze koppeling gewoon is; vakanties tellen niet mee. Bij "
            "1 of meer: bel de school.",
            queries=(Query(expr="max(kindkans_koppelingen_silent)"),),
            kind=Kind.NUMBER,
            worry_from=1,
        ),
        Panel(
            key="unused",
            title="Koppelingen die nooit gebruikt zijn",
            text="Actief, maar er kwam nog nooit iets binnen. Bel of het instellen in ParnasSys gelukt is; "
            "welke het zijn staat op Overzicht.",
            queries=(Query(expr="max(kindkans_koppelingen_unused)"),),
            kind=Kind.NUMBER,
        ),
    ),
)

_SENT = Row(
    title="Wat scholen sturen",
    panels=(
        Panel(
            key="verdicts",
            title="Geaccepteerd, afgewezen en dubbel per dag",
            text="Elk punt telt de 24 uur ervoor. Dubbel: dezelfde hulpvraag met dezelfde inhoud, dat is "
            "geaccepteerd zonder nieuwe versie. Stijgt afgewezen: kijk hieronder waarom.",
            queries=(
                *per_value(
                    added(_PUSHES, _DAY), (("geaccepteerd", "geaccepteerd"), ("afgewezen", "afgewezen"))
                ),
                Query(expr=added('kindkans_accepted_total{soort="dubbel"}', _DAY), legend="waarvan dubbel"),
            ),
        ),
        Panel(
            key="redenen",
            title="Redenen per dag",
            text="Waarom scholen -1 kregen. Elk punt telt de 24 uur ervoor; een bericht kan meer redenen "
            "hebben. Stijgt er één plotseling, bel dan wie het betreft.",
            queries=(Query(expr=added("kindkans_redenen_total", _DAY, "code"), legend="{{code}}"),),
            kind=Kind.STACKED,
        ),
        Panel(
            key="checks",
            title="Controles vooraf per dag",
            text="Hoe vaak een school haar hulpvraag liet controleren zonder in te dienen. Elk punt telt "
            "de 24 uur ervoor.",
            queries=(Query(expr=added(_CHECKS, _DAY)),),
        ),
        Panel(
            key="faults_per_day",
            title="Berichten zonder antwoord per dag",
            text="Berichten die op een storing (SOAP Fault) eindigden; elk punt telt de 24 uur ervoor. Na "
            "een storing bij ons moet hetzelfde bericht opnieuw verstuurd worden.",
            queries=per_value(added('kindkans_faults_total{party="@"}', _DAY), _PARTIES),
        ),
    ),
)

_SENDERS = Row(
    title="Wie kan sturen",
    panels=(
        Panel(
            key="swvs",
            title="SWV's met en zonder koppeling",
            text="Een SWV zonder actieve koppeling kan nog niets ontvangen.",
            queries=per_value(
                'max(kindkans_swvs{state="@"})',
                (("with_koppeling", "met actieve koppeling"), ("without_koppeling", "zonder")),
            ),
            kind=Kind.NUMBER,
        ),
        Panel(
            key="koppelingen",
            title="Koppelingen per status",
            text="Aangevraagd: wacht op activeren. Inactief: uitgezet.",
            queries=(Query(expr="max by (status) (kindkans_koppelingen)", legend="{{status}}"),),
            kind=Kind.NUMBER,
        ),
    ),
)

_WAITING = Row(
    title="Wat er onderweg is",
    panels=(
        Panel(
            key="waiting",
            title="Onderweg naar Kindkans",
            text="Geaccepteerd, en nog niet bezorgd. De school hoeft niets te doen; het gaat vanzelf. Zegt "
            "een school dat iets er niet is: kijk hoe oud het oudste is.",
            queries=(
                Query(
                    expr='max(kindkans_outbox_events{state="wachtend"})'
                    ' + max(kindkans_outbox_events{state="gepubliceerd"})'
                ),
            ),
        ),
        Panel(
            key="oldest",
            title="Hoe oud het oudste is",
            text="Hoe lang het oudste wacht dat niet bezorgd is. Boven 60 seconden: meld het aan wie de "
            "gateway draait.",
            queries=(Query(expr="max(kindkans_outbox_oldest_seconds)"),),
            unit=Unit.SECONDS,
            worry_from=60,
        ),
        Panel(
            key="delivery_seconds",
            title="Hoe lang het duurt tot iets bezorgd is",
            text="p95: van de 100 zijn er 95 sneller.",
            queries=quantiles("kindkans_delivery_seconds"),
            unit=Unit.SECONDS,
            worry_from=60,
            empty_because="Er werd in deze tijd niets bezorgd.",
        ),
    ),
)

DESK = Dashboard(
    key="desk",
    title="Helpdesk",
    text="Voor de helpdesk: wat scholen te horen krijgen, wie er kan sturen, en wat er wacht.",
    rows=(_NOW, _SENT, _SENDERS, _WAITING),
    days=14,
)

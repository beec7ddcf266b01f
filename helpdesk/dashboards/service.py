"""The dashboard of who runs the gateway: are schools served, and if not, which part fails.

Gauges that every process reads from the one database are taken by max(), counters are summed.
"""

from __future__ import annotations

from helpdesk.dashboards.panel import Dashboard, Kind, Panel, Query, Row, Unit
from helpdesk.dashboards.service_delivery import BROKER, DELIVERY, OUTBOX, STORE
from helpdesk.dashboards.service_intake import INTAKE
from helpdesk.dashboards.service_promises import PROMISES

_DAY = 86_400

# Of one process at a time, for each reads in one go; two processes are read at different moments.
_MESSAGES_MISSING = (
    "sum(abs(sum by (instance) (kindkans_messages_received_total)"
    " - sum by (instance) (kindkans_messages_total)"
    " - sum by (instance) (kindkans_messages_in_flight)))"
)
_VERSIONS_MISSING = (
    "max(abs(max by (instance) (kindkans_versions_accepted)"
    " - max by (instance) (kindkans_versions_delivered)"
    " - sum by (instance) (max by (instance, state) (kindkans_outbox_events))))"
)

NOW = Row(
    title="In één oogopslag",
    panels=(
        Panel(
            key="up",
            title="Processen die antwoorden",
            text="Hoeveel processen er per rol draaien. Bij 0 staat die rol stil.",
            queries=(Query(expr='sum by (role) (up{job="kindkans-gateway"})', legend="{{role}}"),),
            kind=Kind.NUMBER,
            worry_below=1,
        ),
        Panel(
            key="messages_missing",
            title="Berichten zonder uitkomst",
            text="Begonnen berichten min die met een uitkomst en die nog lopen. Moet 0 zijn: anders raakt "
            "er een bericht zoek en is er een fout in de gateway.",
            queries=(Query(expr=_MESSAGES_MISSING),),
            kind=Kind.NUMBER,
            worry_from=1,
        ),
        Panel(
            key="versions_missing",
            title="Versies zonder spoor",
            text="Geaccepteerde versies min die bezorgd zijn, onderweg zijn of vastliepen. Moet 0 zijn: "
            "anders is er een dossier zoek. Draai dan: kindkans-gateway reconcile.",
            queries=(Query(expr=_VERSIONS_MISSING),),
            kind=Kind.NUMBER,
            worry_from=1,
        ),
        Panel(
            key="dead_now",
            title="Vastgelopen",
            text="Wel geaccepteerd, maar komt niet vanzelf in Kindkans. Bij 1 of meer moet de helpdesk "
            "kijken, op de pagina Herstel.",
            queries=(Query(expr='max(kindkans_outbox_events{state="dood"})'),),
            kind=Kind.NUMBER,
            worry_from=1,
        ),
    ),
)

PROCESSES = Row(
    title="Waar het op draait",
    panels=(
        Panel(
            key="database_up",
            title="De database antwoordt",
            text="1 als de database de laatste keer antwoordde, per rol. Bij 0 worden berichten geweigerd.",
            queries=(Query(expr="min by (role) (kindkans_database_up)", legend="{{role}}"),),
            worry_below=1,
        ),
        Panel(
            key="disk",
            title="Vrije schijfruimte",
            text="De kleinste vrije ruimte per map. Onder 256 MiB neemt de gateway niets meer aan; maak al "
            "onder 2 GiB ruimte.",
            queries=(Query(expr="min by (folder) (kindkans_disk_free_bytes)", legend="{{folder}}"),),
            unit=Unit.BYTES,
            worry_below=2 << 30,
        ),
        Panel(
            key="certificates",
            title="Certificaten nog geldig",
            text="Hoe lang de certificaten nog gelden die scholen en de helpdesk te zien krijgen. Vernieuw "
            "onder de 30 dagen.",
            queries=(
                Query(
                    expr="min by (place) (kindkans_certificate_expiry_timestamp_seconds) - time()",
                    legend="{{place}}",
                ),
            ),
            unit=Unit.SECONDS,
            kind=Kind.NUMBER,
            worry_below=30 * _DAY,
            empty_because="CERTIFICATES_AT noemt niet waar de certificaten staan.",
        ),
        Panel(
            key="build",
            title="Versies van de software",
            text="Hoeveel processen er per versie draaien. Meer dan één versie hoort alleen tijdens een "
            "update.",
            queries=(Query(expr="count by (version) (kindkans_build_info)", legend="{{version}}"),),
            kind=Kind.NUMBER,
        ),
    ),
)

SERVICE = Dashboard(
    key="service",
    title="Dienst",
    text="Voor wie de gateway draait: worden scholen geholpen, en zo niet, wat hapert er.",
    rows=(NOW, PROMISES, INTAKE, OUTBOX, BROKER, STORE, DELIVERY, PROCESSES),
)

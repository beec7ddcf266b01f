"""Every log line that there can be, and every field: what is not named here is not written (logs.py).

docs/reference/logs.md is made of it; a test compares it with what the code logs.
"""

from __future__ import annotations

from dataclasses import dataclass

ALWAYS = ("timestamp", "level", "event")  # and referentie and bericht_id while a push is in hand

FIELDS = {
    "timestamp": "When, in UTC.",
    "level": "`debug`, `info`, `warning`, `error` or `critical`.",
    "event": "What happened; the names are below.",
    "role": "Which part of the gateway speaks.",
    "referentie": "Which push or request it is about: what the SOAP answer and `X-Kindkans-Referentie` call "
    "so. Also the id of the event.",
    "bericht_id": "The berichtId of that push, where it is known. The sender chose it: only a UUID is shown.",
    "attempts": "How many times it was tried.",
    "bijlagen": "How many.",
    "bytes": "Of the request's body.",
    "code": "Why: a code of ours, a Fault's, or the exit code of a process.",
    "count": "How many.",
    "delay_seconds": "How long until the next try.",
    "dossiernummer": "The number in Kindkans.",
    "dropped": "How many fields were handed over and not written, for they might hold personal data.",
    "duration_ms": "How long it took; of `published` and `delivered`: since the push was accepted.",
    "error_type": "The class of the exception, and never its text; of a defect also where it was.",
    "function": "Of the library that speaks.",
    "kopie": "Under which id the store copied the bijlagen.",
    "library": "Which library speaks.",
    "line": "Where in its source.",
    "message": "In words, from ourselves or from a library whose words hold no content.",
    "omgeving_id": "The ParnasSys omgeving that pushes.",
    "operation": "Which operation of the WSDL.",
    "organisatie_id": "To which organisatie.",
    "outcome": "How the message ended.",
    "phase_ms": "What the time went to.",
    "pid": "Of the process.",
    "port": "On which it listens.",
    "queue": "On which it came.",
    "redenen": "The codes of all redenen.",
    "soort": "What an accepted push is: nieuw, versie, herhaling or dubbel.",
    "state": "`first`, or `repeat`.",
    "status": "Of HTTP.",
    "trace": "The last places that the exception came from, file and line.",
    "url": "Where it is served.",
    "versie": "Of the dossier.",
    "what": "Which part, or what to do.",
}


@dataclass(frozen=True, slots=True)
class LogEvent:
    meaning: str
    fields: tuple[str, ...] = ()


_MESSAGE = (
    "omgeving_id", "operation", "outcome", "status", "code", "error_type", "dossiernummer", "soort",
    "redenen", "bytes", "bijlagen", "duration_ms", "phase_ms",
)  # fmt: skip
_FAILED = ("error_type", "trace")

EVENTS = {
    # --- intake ---
    "message": LogEvent("A message of ParnasSys was handled: one line, with all its facts.", _MESSAGE),
    "refused": LogEvent("A request was refused before it was a message.", ("status", "code")),
    "objects_left": LogEvent(
        "Bijlagen that nobody needs could not be removed; the sweeper will.", ("kopie",)
    ),
    # --- relay ---
    "published": LogEvent("The broker has the event.", ("duration_ms", "state")),
    "publish_refused": LogEvent("The broker does not want the event.", ("attempts",)),
    "dead_letter": LogEvent("The event is dead: the helpdesk looks at it.", ("code",)),
    "delivered": LogEvent("The store has it: bezorgd.", ("duration_ms",)),
    "receipt_rejected": LogEvent("A receipt that we cannot read, or of no event of ours.", ("code",)),
    "fenced": LogEvent("Events that another relay had taken over meanwhile.", ("count",)),
    "clock_was_ahead": LogEvent(
        "Events that waited for a moment that a wrong clock had written.", ("count",)
    ),
    "relay_paused": LogEvent("Broker or database is away.", ("what", "delay_seconds")),
    # --- store ---
    "stored": LogEvent("The store has a version.", ("dossiernummer", "versie", "bijlagen", "duration_ms")),
    "moved": LogEvent(
        "The store put a dossier elsewhere.", ("dossiernummer", "versie", "organisatie_id", "duration_ms")
    ),
    "duplicate": LogEvent("The store had it already; the receipt goes again."),
    "postponed": LogEvent("Something is away; it is tried again.", ("what",)),
    "event_failed": LogEvent("Handling it failed; it is tried again.", ("attempts", "error_type")),
    "event_dead": LogEvent("The store can never process it.", ("dossiernummer", "code")),
    "handling_broke": LogEvent("A defect of ours while an event was in hand; it comes again.", _FAILED),
    "content_unreadable": LogEvent(
        "The store has a version and can not read it: nobody finds it by name.", ("dossiernummer", "versie")
    ),
    "indexed": LogEvent("Dossiers of before there was an index can be found now.", ("count",)),
    "indexing_failed": LogEvent("They could not be indexed; it is tried again.", _FAILED),
    "erasing_failed": LogEvent(
        "The bytes of bijlagen that somebody removed are in storage yet; it is tried again.", _FAILED
    ),
    # --- broker ---
    "broker_started": LogEvent("The embedded NATS runs.", ("pid", "port")),
    "broker_exited": LogEvent("The embedded NATS ended by itself; it is started again.", ("code",)),
    "broker_connected": LogEvent("There is a connection."),
    "broker_disconnected": LogEvent("The connection is lost; it is made again."),
    "broker_blocked": LogEvent("An alarm keeps the broker from taking messages."),
    "broker_unblocked": LogEvent("It takes messages again."),
    "broker_error": LogEvent("An error of the connection.", ("error_type",)),
    "broker_closed": LogEvent("The connection is closed for good; the process ends."),
    "handler_failed": LogEvent(
        "An exception escaped a handler; the line before tells of which push.", ("queue", "error_type")
    ),
    # --- helpdesk ---
    "page_failed": LogEvent("A page could not be made.", ("what", *_FAILED)),
    # --- housekeeping ---
    "swept": LogEvent("Bijlagen that belong to no push were removed.", ("count",)),
    "sweep_failed": LogEvent("They could not be removed; the next round does it.", ("error_type",)),
    "retention_applied": LogEvent("What need not be kept is removed.", ("what", "count")),
    "retention_failed": LogEvent("It could not be removed; the next night does it.", ("error_type",)),
    "storage_unavailable": LogEvent("The storage of bijlagen did not answer at the start.", ("error_type",)),
    # --- what is watched ---
    "look_failed": LogEvent("What /metrics asks failed; the rest of it was told.", _FAILED),
    "silence_failed": LogEvent(
        "Which koppelingen fell silent could not be found; it is tried again.", _FAILED
    ),
    "certificate_unknown": LogEvent(
        "A front did not show its certificate; its last date stays.", ("what", "error_type")
    ),
    "traces_lost": LogEvent(
        "The collector of traces does not take them; said once, until it does.", ("what",)
    ),
    "traces_sent_again": LogEvent("It does again; so many spans were lost.", ("count",)),
    # --- workers ---
    "worker_starting": LogEvent("A worker of the intake starts.", ("what", "url")),
    "worker_started": LogEvent("Its process runs.", ("what", "pid")),
    "worker_ended": LogEvent(
        "It ended by itself; another takes its place.", ("what", "code", "attempts", "delay_seconds")
    ),
    "worker_not_started": LogEvent("No process could be had; it is tried again.", ("what", "error_type")),
    # --- the process ---
    "process_starting": LogEvent("A role starts.", ("url", "what")),
    "process_ready": LogEvent("All its parts run."),
    "process_stopping": LogEvent("It was told to stop, or cannot go on."),
    "process_stopped": LogEvent("All its parts have stopped."),
    "part_failed": LogEvent("A part cannot go on; the process ends.", ("what", "message", *_FAILED)),
    "drain_cut_short": LogEvent("It ended before all was finished.", ("what",)),
    "event_loop_stuck": LogEvent("The process did nothing for so long; it ends itself.", ("delay_seconds",)),
    "data_folder_open_to_others": LogEvent("Others can read the data folder.", ("what",)),
    "uncaught": LogEvent("An exception that nobody caught.", _FAILED),
    # --- the log itself ---
    "library_record": LogEvent("A library speaks.", ("library", "function", "line", "message", *_FAILED)),
    "unnamed_event": LogEvent("A line whose event is none of these: its words are not shown."),
    "log_failed": LogEvent("A line could not be written as it was meant."),
}

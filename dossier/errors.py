"""The exceptions: "we do not know" and "we could not". A refusal is a value, `verdict.Refused`.

    GatewayError
    ├── MalformedMessage      the message cannot be read; the sender mends it
    │   └── MessageTooLarge   it exceeds the cap on a whole request
    ├── NotAuthenticated      no, unknown or wrong credentials
    ├── BerichtConflict       this berichtId was used before, with other content
    ├── Unavailable           infrastructure failed; repeat the same berichtId later
    │   ├── DeadlinePassed    the request took longer than it may
    │   └── Draining          this process is stopping
    ├── PoisonEvent           an event that can never be processed; dead at once, with a code
    └── ConfigurationError    a setting, file or command is wrong; names it and the remedy

Texts are Dutch where a school reads them, and never quote input: the input is a child's data.
"""

from __future__ import annotations

from enum import StrEnum


class GatewayError(Exception):
    """Base of all. `args[0]` is a text that may be shown and logged."""


class MalformedMessage(GatewayError):
    """The message is no valid push. `veld` is the path of the element concerned, "" if none."""

    def __init__(self, text: str, *, veld: str = "") -> None:
        super().__init__(text)
        self.veld = veld


class MessageTooLarge(MalformedMessage):
    """The whole request exceeds its cap: HTTP 413."""


class NotAuthenticated(GatewayError):
    """No, unknown or wrong credentials: HTTP 401. Never says which of these."""


class BerichtConflict(GatewayError):
    """The same berichtId came before with other content; the first stays untouched (domain.md)."""


class Unavailable(GatewayError):
    """Infrastructure failed. Never answered as a rejection; `what` is database, storage or broker."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} unavailable")
        self.what = what


class DeadlinePassed(Unavailable):
    """The outcome is not known within the time that a request may take."""


class Draining(Unavailable):
    """This process is stopping and takes no new work."""


class PoisonCode(StrEnum):
    """Why an event can never be processed. Codes only: exception text may hold a child's data."""

    ONLEESBAAR = "ONLEESBAAR"
    ONBEKENDE_VERSIE = "ONBEKENDE_VERSIE"
    ZEGEL_ONGELDIG = "ZEGEL_ONGELDIG"
    BIJLAGE_ONTBREEKT = "BIJLAGE_ONTBREEKT"
    BIJLAGE_BESCHADIGD = "BIJLAGE_BESCHADIGD"
    INHOUD_WIJKT_AF = "INHOUD_WIJKT_AF"
    DOSSIER_ONBEKEND = "DOSSIER_ONBEKEND"  # a move of a dossier that the store does not have
    VERWERKING_MISLUKT = "VERWERKING_MISLUKT"
    VERWERKING_TE_LANG = "VERWERKING_TE_LANG"  # each time longer than it may take
    VERWERKING_AFGEBROKEN = "VERWERKING_AFGEBROKEN"  # each time the process ended while it had it in hand


class PoisonEvent(GatewayError):
    """An event that no repeat will make good."""

    def __init__(self, code: PoisonCode) -> None:
        super().__init__(code.value)
        self.code = code


class ConfigurationError(GatewayError):
    """A setting, file or command line is wrong."""

"""Beheer: the settings that routing reads, and what its pages share: a change is shown before it is made.

A form is a GET; its answer is a page that says what would change and what that does to schools; only
the button there is a POST. It carries a lock on what was stored: a second click, or two people at
once, change nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection
from starlette.responses import Response

from database.audit import audit_of
from database.settings_version import lock_settings
from dossier.errors import ConfigurationError
from dossier.timestamps import utc_now
from helpdesk import impact
from helpdesk.audit_words import ACTIONS, Groep, actions_of
from helpdesk.roles import Right
from helpdesk.visit import Visit
from routing.tables import Tables
from web.bevestiging import Bevestiging, ask, differences
from web.errors import BadInput
from web.page import Page

__all__ = ["Bevestiging", "ask", "differences"]  # which are the frame's, for the pages here

# Which audit actions are about which kind of thing.
ORGANISATIE = ("organisatie_saved",)
KOPPELING = ("koppeling_saved", "koppeling_removed")
OMGEVING = ("secret_given", "omgeving_saved")
SCHOOL = ("brin_added", "brin_removed")
LIJST = ("brin_list_imported",)
SWV = ("swv_saved",)
ACCOUNT = tuple(sorted(actions_of(Groep.ACCOUNTS)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wijziging:
    at: datetime
    wie: str
    wat: str
    werd: str


def consequences(connection: Connection, before: Tables, after: Tables) -> list[str]:
    """What it does to what schools sent lately, in Dutch; never nothing."""
    told = impact.of_change(connection, before, after, utc_now()).sentences
    days = impact.PERIOD.days
    return told or [f"Voor wat scholen de afgelopen {days} dagen verstuurden verandert hierdoor niets."]


def history(connection: Connection, subject: str, actions: Sequence[str]) -> list[Wijziging]:
    """Who changed it, the newest first; for the macro geschiedenis."""
    return [
        Wijziging(at=row.at, wie=row.actor, wat=ACTIONS[row.action].woorden, werd=row.detail)
        for row in audit_of(connection, subject, actions)
    ]


@contextmanager
def changing(visit: Visit) -> Iterator[Connection]:
    """One transaction in which nobody else changes a setting. Raises BadInput for what is refused."""
    try:
        with visit.writing() as connection:
            lock_settings(connection)
            yield connection
    except ConfigurationError as error:
        # Its words are for the command line; what can be foreseen was said before, beside the field.
        raise BadInput(
            "Dit kan niet: het past niet bij de instellingen die er nu zijn. Er is niets gewijzigd."
        ) from error


def beheer(visit: Visit) -> Response:
    return visit.page("beheer.html")


PAGES = (Page(path="/beheer", handler=beheer, right=Right.ORGANISATIES),)

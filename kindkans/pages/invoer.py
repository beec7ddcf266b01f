"""What people type into the forms of a dossier, what is wrong with it, and a change that may be refused.

A change is one transaction: the right, what was seen when the form was made, and the statement. What is
refused is told at its field, in the same form, with what was typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection
from starlette.responses import Response

import web.invoer
from kindkans.dossiers.refusals import NotThere, Refused
from kindkans.pages.visit import Visit
from web.errors import Changed, NotHere

LONG_FORM_BYTES = 512 * 1024  # a text of 20.000 characters, as a browser sends it
WEG = "Dit gegeven is er niet (meer). Misschien heeft iemand het intussen verwijderd."
INTUSSEN = (
    "Hier is intussen iets gewijzigd, of dit formulier is twee keer verstuurd. Kijk hieronder hoe het er nu "
    "staat; is het nog nodig, verstuur het dan opnieuw."
)
_LONGEST_ID = 64
_NIET_INGEVULD = "Vul een datum in."
_GEEN_DATUM = "Dit is geen datum. Schrijf hem als 31-12-2026."
_DUTCH = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})", re.ASCII)
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class NotFilledIn(Exception):
    """A field of the form is wrong: its `fouten` say what."""


@dataclass(slots=True, kw_only=True)
class Invoer(web.invoer.Invoer):
    """A form of a dossier, with its long texts."""

    intussen: str = ""  # why nothing was done, if that is about no field

    @classmethod
    def typed(cls, visit: Visit, names: Iterable[str]) -> Invoer:
        """Raises BadInput."""
        return cls(waarden={name: visit.text(name) for name in names})

    def keuze(self, name: str) -> str:
        """One of a list of ids; "" for what can be none."""
        chosen = self.waarden[name].strip()
        return chosen if chosen.isprintable() and len(chosen) <= _LONGEST_ID else ""

    def datum(self, name: str) -> date:
        """Raises NotFilledIn."""
        found = self.maybe_datum(name)
        if found is None:
            self.fouten[name] = _NIET_INGEVULD
            raise NotFilledIn
        return found

    def maybe_datum(self, name: str) -> date | None:
        """As a browser sends it, or as people write it. Raises NotFilledIn."""
        text = self.waarden[name].strip()
        if not text:
            return None
        dutch = _DUTCH.fullmatch(text)
        try:
            if dutch is not None:
                return date(int(dutch[3]), int(dutch[2]), int(dutch[1]))
            if _ISO.fullmatch(text):
                return date.fromisoformat(text)
        except ValueError:
            pass
        self.fouten[name] = _GEEN_DATUM
        raise NotFilledIn


def attempt(
    visit: Visit,
    invoer: Invoer,
    change: Callable[[Connection], None],
    *,
    again: Callable[[int], Response],
    done: Callable[[], Response],
) -> Response:
    """`again` shows the form with what is wrong, with this status; it may show the page of before."""
    try:
        with visit.writing() as connection:
            change(connection)
    except NotFilledIn:
        return again(422)
    except Refused as refused:
        invoer.fouten[refused.veld.value] = refused.melding
        return again(422)
    except Changed:
        invoer.intussen = INTUSSEN
        return again(409)
    except NotThere:
        raise NotHere(WEG) from None
    return done()

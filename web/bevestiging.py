"""A change is shown before it is made: a page that says what would change, and the button that does it.

The form there is a POST with a lock on what was stored: a second click, or two people at once, change
nothing. A site's `beheer_nav.html` has the macro `nav` that stands above it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from web.visit import Visit

Fields = Mapping[str, str]
"""What is changed in words: name to value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bevestiging:
    """What is asked of a person before it is done."""

    titel: str
    actie: str  # where the form posts to
    terug: str  # where to go instead
    slot: str
    knop: str = "Opslaan"
    wijzigingen: Sequence[tuple[str, str, str]] = ()  # what, was, becomes
    uitleg: Sequence[str] = ()
    waarschuwingen: Sequence[str] = ()
    gevolgen: Sequence[str] = ()  # for what schools send
    velden: Mapping[str, str] = field(default_factory=dict)
    gevaarlijk: bool = False


def ask(visit: Visit[Any, Any], what: Bevestiging) -> Response:
    return visit.page("beheer_bevestigen.html", b=what)


def differences(old: Fields | None, new: Fields) -> list[tuple[str, str, str]]:
    """What would change; of something new all of it."""
    was = old or dict.fromkeys(new, "")
    return [(name, was[name], value) for name, value in new.items() if was[name] != value]

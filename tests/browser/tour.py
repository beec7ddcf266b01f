"""Every page that can be visited, by the pattern of its path: whose, at which paths, in which states.

Whoever adds a page adds it here: test_every_page.py says which one is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from browser.desk import Desk
from helpdesk.roles import Role
from helpdesk.web.routes import PAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A page in one of its states. `name` is that of its picture in docs/img."""

    name: str
    path: str  # {id}: from Desk.ids
    role: Role | None = Role.BEHEERDER
    status: int = 200

    def at(self, desk: Desk) -> str:
        return self.path.format_map(desk.ids)


STOPS: Mapping[str, tuple[Stop, ...]] = MappingProxyType(
    {
        "/": (Stop(name="overzicht", path="/"),),
    }
)
# What answers with something else than a page to look at.
NO_PAGES: Mapping[str, str] = MappingProxyType({})
# What any path may answer.
OTHERS = (Stop(name="niet-gevonden", path="/dit/is/er/niet", status=404),)


def every_stop() -> list[Stop]:
    return [*(stop for stops in STOPS.values() for stop in stops), *OTHERS]


def patterns() -> set[str]:
    """Of every page that a browser can get."""
    return {page.path for page in PAGES if page.method == "GET"}

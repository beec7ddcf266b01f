"""What a page with a list shows: read as somebody who looks at it."""

from __future__ import annotations

import html
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

from components.intake_world import World
from database.organisaties import Swv
from dossier.dossier import Dossier
from dossier.identifiers import InzendingId, OmgevingId, SwvId, new_inzending_id
from helpdesk import administration as admin

Push = Callable[..., Awaitable[InzendingId]]
A, B = "De Es", "Het Duin"
IN_B = {"naam": B, "omgeving": "omg-duin", "brin": "17GU"}


def ids(page: str) -> list[str]:
    return re.findall(r'<th scope="row" class="when"><a href="/inzendingen/([0-9a-f]{32})">', page)


def link(page: str, text: str) -> str | None:
    found = re.search(rf'<a class="button quiet" rel="\w+" href="([^"]+)">{text}</a>', page)
    return html.unescape(found[1]) if found else None


def links(page: str) -> list[str]:
    return [html.unescape(found) for found in re.findall(r'href="([^"]+)"', page)]


def plain(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def add_swv_b(world: World) -> None:
    """Beside swv-a: a school of its own, in an omgeving of its own."""
    world.change(admin.put_swv, Swv(swv_id=SwvId("swv-b"), naam="De Kust"))
    world.list_school("17GU00")
    world.organisatie("duin", "swv-b", "17GU")
    world.koppeling("k-duin", "omg-duin", "swv-b", "17GU")


def pusher(world: World, make_dossier: Callable[..., Dossier]) -> Push:
    """Pushes a dossier, each a hulpvraag of its own unless told otherwise; gives the inzending's id."""

    async def push(naam: str = A, omgeving: str = "omg-es", **fields: str) -> InzendingId:
        inzending_id = new_inzending_id()
        made = make_dossier(**{"hulpvraag_id": f"hv-{inzending_id}", **fields})
        named = replace(made, school=replace(made.school, naam=naam))
        await world.push(named, omgeving=OmgevingId(omgeving), inzending_id=inzending_id)
        return inzending_id

    return push


async def of_both(pushed: Push) -> tuple[InzendingId, InzendingId]:
    return await pushed(), await pushed(**IN_B)

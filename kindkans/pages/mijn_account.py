"""Mijn account, of which the frame has the page (web/mijn_account.py): here one's own API keys."""

from __future__ import annotations

from starlette.responses import Response

from kindkans.pages.visit import Visit
from kindkans.rights import api_keys
from web import mijn_account
from web.page import Page


def sleutel_beeindigen(visit: Visit) -> Response:
    own = visit.person.account_id
    with visit.writing() as connection:
        ended = api_keys.end_key(connection, visit.person, own, visit.field("sleutel_id"))
    return visit.redirect(mijn_account.PATH, gedaan="sleutel" if ended else "niets")


PAGES = (
    *mijn_account.PAGES,
    Page(path=f"{mijn_account.PATH}/sleutel", handler=sleutel_beeindigen, method="POST"),
)

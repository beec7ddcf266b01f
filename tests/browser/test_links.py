"""No page of the helpdesk leads somebody to a page that is not there, or not theirs."""

from __future__ import annotations

import re
from collections import Counter, deque
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from browser.desk import Desk
from helpdesk.roles import Role
from helpdesk.routes import PAGES

_LINK = re.compile(r'<a [^>]*href="([^"#]+)"')
_PATTERNS = [re.compile(re.sub(r"\{[^}]+\}", "[^/]+", page.path)) for page in PAGES if page.method == "GET"]
_OF_ONE_KIND = 3  # of a list of a hundred links to one page, the others are no other


@pytest.mark.parametrize(
    ("role", "swv"),
    [
        (Role.BEHEERDER, None),
        (Role.HELPDESK, None),
        (Role.APPLICATIEBEHEERDER, "swv-heuvels"),
        (Role.AUDITOR, None),
    ],
)
def test_every_link_that_somebody_sees_leads_to_a_page_of_theirs(
    desk: Desk, role: Role, swv: str | None
) -> None:
    dead: set[str] = set()
    kinds: Counter[str] = Counter()
    todo, known = deque(["/"]), {"/"}
    with requests.Session() as browser:
        browser.cookies.set("kindkans", desk.log_in(role, swv))
        while todo:
            path = todo.popleft()
            answer = browser.get(f"{desk.address}{path}", timeout=30)
            if answer.status_code != 200:
                dead.add(f"{answer.status_code} {path}")
            if not answer.headers["content-type"].startswith("text/html"):
                continue
            for found in {unescape(link) for link in _LINK.findall(answer.text)} - known:
                known.add(found)
                assert found.startswith("/"), (path, found)
                kinds[_kind(found)] += 1
                if kinds[_kind(found)] <= _OF_ONE_KIND:
                    todo.append(found)

    assert dead == set()
    assert len(kinds) > 1


def _kind(link: str) -> str:
    """The page that it is a link to: whose path, and which of its questions."""
    parts = urlsplit(link)
    page = next((p.pattern for p in _PATTERNS if p.fullmatch(parts.path)), parts.path)
    asked = sorted(name for name, _ in parse_qsl(parts.query))
    return f"{page} {' '.join(asked)}"

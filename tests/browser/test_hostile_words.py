"""Whatever a school or a beheerder writes is words on a page, never a part of it."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from browser.conftest import Comes
from browser.desk import Desk
from browser.harm import OF_BEHEERDER, OF_LEERLING, OF_SCHOOL, harm, push_harm
from browser.person import Person
from browser.tour import every_stop
from helpdesk.roles import Role

# What only our words could have become: our own pages have no such things.
_MADE = "img, script:not([src^='/static/']), [onerror], [onmouseover], [onload], iframe, base, object, embed"


@pytest.fixture(scope="module")
def words(desk: Desk) -> Desk:
    """The same gateway, seen by its pages about the school that means harm."""
    return Desk(desk.gateway, desk.ids | push_harm(desk))


def test_no_page_runs_or_loads_what_a_school_or_a_beheerder_wrote(comes: Comes, words: Desk) -> None:
    person = comes(Role.BEHEERDER, naam=harm("person"))
    seen = ""
    for path in [stop.at(words) for stop in every_stop() if stop.role is not None]:
        person.page.goto(f"{words.address}{path}")
        seen += _looked_at(person)
    for path in ("/inzendingen?zoek=96XS", "/waar?brin=96XS", "/beheer/organisaties?zoek=kwaad"):
        person.page.goto(f"{words.address}{path}")
        seen += _looked_at(person)
    person.visit(f"/inzendingen/{words.ids['inzending']}")
    person.choose("Reden van inzage", "De school belt")
    person.fill("Toelichting", harm("toelichting"))
    person.click("Toon de gegevens")
    seen += _looked_at(person)

    shown = [*OF_SCHOOL, *OF_LEERLING, *OF_BEHEERDER, "toelichting"]
    assert [name for name in shown if f'kwaad-{name}"><img' not in seen] == []


def test_what_is_typed_into_an_address_is_words_too(comes: Comes, words: Desk) -> None:
    person = comes(Role.BEHEERDER)
    typed = dict.fromkeys(
        ("zoek", "brin", "gedaan", "status", "reden", "datum", "van", "na", "wie", "soort"), harm("adres")
    )
    for path in ("/", "/inzendingen", "/waar", "/audit", "/beheer/organisaties", "/beheer/brin", "/herstel"):
        person.page.goto(f"{words.address}{path}?{urlencode(typed)}")
        assert person.page.locator(_MADE).count() == 0, path


def _looked_at(person: Person) -> str:
    """What is written there, also in fields; with folded parts open."""
    person.page.evaluate("() => document.querySelectorAll('details').forEach(e => { e.open = true })")
    assert person.page.locator(_MADE).count() == 0, person.page.url
    fields = person.page.evaluate("() => [...document.querySelectorAll('input, textarea')].map(e => e.value)")
    return person.text + " ".join(fields)

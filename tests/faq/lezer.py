"""A browser without a screen: links, forms and cookies over real HTTP, and what the pages say.

It does by words what a person does, as tests/browser/person.py does it in Chromium.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin

import lxml.html
import requests
from lxml.html import FormElement, HtmlElement

_SECONDS = 60
_CLICKABLE = ("button", "a")
_INLINE = frozenset(("a", "abbr", "b", "code", "em", "i", "small", "span", "strong", "time"))
_NOT_SHOWN = frozenset(("head", "script", "style", "template"))


class Lezer:
    """One person's browser."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._session = requests.Session()
        self._url = f"{address}/"
        self._page: HtmlElement = lxml.html.document_fromstring("<body></body>")

    def close(self) -> None:
        self._session.close()

    # What a person does ------------------------------------------------------------------------

    def visit(self, path: str, status: int = 200) -> None:
        found = self.status(path)
        assert found == status, (path, found, self.text[:800])

    def status(self, path: str) -> int:
        return self._take(self._session.get(urljoin(f"{self.address}/", path), timeout=_SECONDS))

    def click(self, words: str) -> None:
        """The link or button that says so; the first of them within the page's content, else of the frame."""
        for where, exact in ((self._main, True), (self._main, False), (self._page, True)):
            for tag in _CLICKABLE:
                for found in where.iter(tag):
                    if _says(found, words, exact=exact):
                        self._follow(found)
                        return
        raise AssertionError(f"nothing says {words!r}; the page: {self.text[:2000]}")

    def follow(self, words: str) -> None:
        """The first link in the first row of a table that has these words."""
        for row in self._page.iter("tr"):
            link = next(row.iter("a"), None)
            if link is not None and words in _text(row):
                self._follow(link)
                return
        raise AssertionError(f"no row has {words!r} and a link: {self.text[:3000]}")

    def fill(self, label: str, text: str) -> None:
        found = self._field(label)
        if found.tag == "textarea":
            found.text = text
        else:
            found.set("value", text)

    def choose(self, label: str, option: str) -> None:
        options = list(self._field(label).iter("option"))
        chosen = next((one for one in options if option in _text(one)), None)
        assert chosen is not None, f"{label} has no option {option!r}: {[_text(one) for one in options]}"
        for one in options:
            one.attrib.pop("selected", None)
        chosen.set("selected", "selected")

    def tick(self, label: str) -> None:
        found = self._field(label)
        if found.get("type") == "radio":
            for other in self._main.iter("input"):
                if other.get("name") == found.get("name"):
                    other.attrib.pop("checked", None)
        found.set("checked", "checked")

    def send(self, label: str) -> None:
        """The form with this field, by its button."""
        form = next(self._field(label).iterancestors("form"))
        self._follow(next(form.iter("button")))

    # What a person sees ------------------------------------------------------------------------

    @property
    def text(self) -> str:
        return _text(self._page)

    def sees(self, *words: str) -> None:
        for word in words:
            assert word in self.text, f"{word!r} is not on {self._url}: {self.text[:3000]}"

    def sees_not(self, *words: str) -> None:
        for word in words:
            assert word not in self.text, f"{word!r} is on {self._url}"

    def field_text(self, label: str) -> str:
        return _value(self._field(label))

    def file(self, words: str) -> str:
        """What the link that says so gives, and a browser would save."""
        link = next(one for one in self._main.iter("a") if _says(one, words, exact=True))
        answer = self._session.get(urljoin(self._url, link.get("href")), timeout=_SECONDS)
        assert answer.ok, answer.status_code
        assert answer.headers["Content-Disposition"].startswith("attachment")
        return answer.text

    # How ---------------------------------------------------------------------------------------

    @property
    def _main(self) -> HtmlElement:
        return next(self._page.iter("main"), self._page)

    def _field(self, label: str) -> HtmlElement:
        for one in self._main.iter("label"):
            if label.casefold() in _text(one).casefold():
                named = one.get("for")
                inside = [*one.iter("input", "select", "textarea")]
                return self._page.get_element_by_id(named) if named else inside[0]
        raise AssertionError(f"no field is called {label!r}: {self.text[:2000]}")

    def _follow(self, found: HtmlElement) -> None:
        if found.tag == "a":
            self._take(self._session.get(urljoin(self._url, found.get("href")), timeout=_SECONDS))
            return
        form = next(found.iterancestors("form"))
        assert isinstance(form, FormElement)
        to = urljoin(self._url, found.get("formaction") or form.get("action") or self._url)
        values = [*_values(form), *_own_value(found)]
        if (form.get("method") or "get").lower() == "get":
            self._take(self._session.get(to, params=values, timeout=_SECONDS))
            return
        headers = {"Origin": self.address}
        self._take(self._session.post(to, data=values, headers=headers, timeout=_SECONDS))

    def _take(self, response: requests.Response) -> int:
        self._url = response.url
        self._page = lxml.html.document_fromstring(response.text or "<body></body>")
        return response.status_code


def _says(found: HtmlElement, words: str, *, exact: bool) -> bool:
    said = _text(found)
    return said == words if exact else words.casefold() in said.casefold()


def _values(form: FormElement) -> Iterator[tuple[str, str]]:
    """What a browser sends of a form, but for the button."""
    for one in form.iter("input", "select", "textarea"):
        name, kind = one.get("name"), one.get("type", "text")
        if not name or one.get("disabled") is not None or kind in ("submit", "button"):
            continue
        if kind in ("radio", "checkbox"):
            if one.get("checked") is not None:
                yield name, one.get("value", "on")
        elif one.tag == "select":
            yield from ((name, value) for value in _chosen(one))
        else:
            yield name, _value(one)


def _chosen(select: HtmlElement) -> list[str]:
    options = list(select.iter("option"))
    chosen = [one for one in options if one.get("selected") is not None]
    if not chosen and select.get("multiple") is None:
        chosen = options[:1]
    return [one.get("value", _text(one)) for one in chosen]


def _own_value(button: HtmlElement) -> list[tuple[str, str]]:
    name = button.get("name")
    return [(name, button.get("value", ""))] if name else []


def _value(field: HtmlElement) -> str:
    if field.tag == "select":
        return next(iter(_chosen(field)), "")
    if field.tag == "textarea":
        return (field.text or "").removeprefix("\n")
    return str(field.get("value", ""))


def _text(found: HtmlElement) -> str:
    """As it reads, on one line."""
    return re.sub(r"\s+", " ", "".join(_pieces(found))).strip()


def _pieces(found: HtmlElement) -> Iterator[str]:
    if not isinstance(found.tag, str) or found.tag in _NOT_SHOWN or found.get("hidden") is not None:
        return
    folded = found.tag == "details" and found.get("open") is None
    gap = "" if found.tag in _INLINE else " "
    yield gap
    yield found.text or ""
    for child in found:
        if not folded or child.tag == "summary":
            yield from _pieces(child)
        yield child.tail or ""
    yield gap

"""Somebody before a screen: clicks and types by what is written there, and sees when something is off."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Locator, Page, Request

AXE = (Path(__file__).parent / "axe-4.14.1.min.js").read_text()
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
_SECONDS = 60
_CLICKABLE: tuple[Literal["button", "link"], ...] = ("button", "link")
# Chromium says this of every answer that is not 2xx, also of a form that we send back with its errors.
_STATUS = "Failed to load resource: the server responded with a status of"
_MOST_TABS = 400
_WIDEST = """() => {
  const limit = document.documentElement.clientWidth;
  const all = [...document.body.querySelectorAll("*")];
  const over = all.filter(e => e.getBoundingClientRect().right > limit + 0.5);
  return over.length ? over.at(-1).outerHTML.slice(0, 200) : "";
}"""
# Marks what has the focus. The ring is an outline of two pixels or more (style.css).
_FOCUSED = """() => {
  const e = document.activeElement;
  if (e === window.lastFocused) return {round: false, hidden: false};  // a date has parts
  if (e === document.body || e.dataset.reached) return {round: true};
  window.lastFocused = e;
  e.dataset.reached = "1";
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return {round: false, hidden: !ring || box.width < 2 || box.height < 2, what: e.outerHTML.slice(0, 160)};
}"""
# Of radio buttons in one group Tab comes by one, and the arrow keys by the others.
_NOT_REACHED = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
  .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.disabled && e.type !== "hidden")
  .filter(e => e.type !== "radio" && !e.dataset.reached)
  .map(e => e.outerHTML.slice(0, 160))"""


class Person:
    """Of one role, in a browser of their own, logged in."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.address = address
        self.off: list[str] = []  # dialogs, foreign requests, errors in the console: there must be none
        context.set_default_timeout(_SECONDS * 1000)
        context.on("request", self._asked)
        context.on("console", self._said)
        context.on("dialog", self._dialog)
        context.on("weberror", lambda error: self.off.append(f"script: {error.error.message}"))
        self.context = context
        self.page: Page = context.new_page()

    # What went wrong ---------------------------------------------------------------------------

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((f"{self.address}/", "data:", "blob:")):
            self.off.append(f"request to {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_STATUS):
            self.off.append(f"console: {message.text}")

    def _dialog(self, dialog: Dialog) -> None:
        self.off.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    # What a person does ------------------------------------------------------------------------

    def visit(self, path: str, status: int = 200) -> None:
        """By the address bar."""
        response = self.page.goto(f"{self.address}{path}")
        assert response is not None
        assert response.status == status, (path, response.status, self.text[:800])

    def click(self, words: str) -> None:
        """The link or button that says so; the first of them within the page's content, else of the frame."""
        main, body = self.page.get_by_role("main"), self.page.locator("body")
        for where, exact in ((main, True), (main, False), (body, True)):
            for found in (where.get_by_role(role, name=words, exact=exact) for role in _CLICKABLE):
                if found.count():
                    found.first.click()
                    return
        raise AssertionError(f"nothing says {words!r}; the page: {self.text[:2000]}")

    def fill(self, label: str, text: str) -> None:
        self._field(label).fill(text)

    def choose(self, label: str, option: str) -> None:
        """Of a list: the option that has these words in it."""
        field = self._field(label)
        for shown in field.locator("option").all_inner_texts():
            if option in shown:
                field.select_option(label=shown.strip())
                return
        raise AssertionError(f"{label} has no option {option!r}: {field.inner_text()}")

    def send(self, label: str) -> None:
        """The form with this field, by its button."""
        self._field(label).locator("xpath=ancestor::form").get_by_role("button").first.click()

    def status(self, path: str) -> int:
        response = self.page.goto(f"{self.address}{path}")
        assert response is not None
        return response.status

    def search(self, text: str) -> None:
        """In the box that is on every page."""
        self.page.get_by_label("Zoek een inzending").fill(text)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/inzendingen?**")

    def open(self, summary: str) -> None:
        """A folded part, if it is folded."""
        part = self.page.locator("details", has=self.page.get_by_text(summary, exact=True))
        if part.get_attribute("open") is None:
            part.locator("summary").click()

    def follow(self, words: str) -> None:
        """The first link in the first row of a table that has these words."""
        row = self.page.get_by_role("row").filter(has_text=words).filter(has=self.page.get_by_role("link"))
        assert row.count(), f"no row has {words!r} and a link: {self.text[:3000]}"
        row.first.get_by_role("link").first.click()

    def field_text(self, label: str) -> str:
        """What is in a field."""
        return self._field(label).input_value()

    def tick(self, label: str) -> None:
        self._field(label).check()

    def _field(self, label: str) -> Locator:
        return self.page.get_by_role("main").get_by_label(label).first

    # What a person sees ------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """All that is written on the page, on one line."""
        return re.sub(r"\s+", " ", self.page.locator("body").inner_text())

    def sees(self, *words: str) -> None:
        for word in words:
            assert word in self.text, f"{word!r} is not on {self.page.url}: {self.text[:3000]}"

    def sees_not(self, *words: str) -> None:
        for word in words:
            assert word not in self.text, f"{word!r} is on {self.page.url}"

    # What a person may not be able to see ------------------------------------------------------

    def violations(self, *rules: str) -> list[str]:
        """Of WCAG 2.2 AA on this page as it is now: rule, element, why. With `rules`, of those only."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE)  # by the debugger, so that the page's CSP can stay what it is
        only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": RULES}
        found: Any = self.page.evaluate(
            "only => axe.run(document, {runOnly: only, resultTypes: ['violations']})", only
        )
        return [
            f"{one['id']}: {node['html'][:160]} ({' '.join(node['failureSummary'].split())[:300]})"
            for one in found["violations"]
            for node in one["nodes"]
        ]

    @property
    def too_wide(self) -> int:
        """By how many pixels the page must be moved sideways to see all of it."""
        return int(
            self.page.evaluate(
                "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
        )

    @property
    def widest(self) -> str:
        """What reaches furthest to the right: the first to look at when a page is too wide."""
        return str(self.page.evaluate(_WIDEST))

    def without_words(self) -> list[str]:
        """Buttons and links that nobody can read, and parts that only a script would fill."""
        shown = self.page.locator("a[href]:visible, button:visible")
        return [one.evaluate("e => e.outerHTML") for one in shown.all() if not one.inner_text().strip()]

    def tab_through(self) -> list[str]:
        """All that Tab comes by; of each that does not show that it has the focus, what it is."""
        hidden: list[str] = []
        for _ in range(_MOST_TABS):
            self.page.keyboard.press("Tab")
            told = self.page.evaluate(_FOCUSED)
            if told["round"]:
                return hidden
            if told["hidden"]:
                hidden.append(told["what"])
        raise AssertionError(f"Tab comes to no end on {self.page.url}")

    def not_reached(self) -> list[str]:
        """After tab_through: what can be clicked or filled in, and was not come by."""
        return [str(one) for one in self.page.evaluate(_NOT_REACHED)]

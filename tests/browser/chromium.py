"""Debian's Chromium, driven by Playwright; no browser is ever downloaded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from components.base import missing, used

PROGRAM = Path("/usr/bin/chromium")
_ARGUMENTS = (
    "--no-sandbox",  # we run as root in a container
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@contextmanager
def open_chromium() -> Iterator[Browser]:
    """A running Chromium. Skips where there is none, and fails where CI=true."""
    if not PROGRAM.exists():
        missing("chromium", f"no {PROGRAM}; install Debian's package chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=list(_ARGUMENTS))
        used("chromium", f"Chromium {browser.version} of Debian")
        try:
            yield browser
        finally:
            browser.close()

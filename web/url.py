"""A path of ours, as a link has it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode


def url(path: str, query: Mapping[str, str] | None = None) -> str:
    """A path of ours with a query; nobody's personal data belongs in it."""
    kept = {name: value for name, value in (query or {}).items() if value}
    return quote(path, safe="/-_.~") + (f"?{urlencode(kept)}" if kept else "")

"""Pictures of the pages for the docs; none are written unless the environment names a folder."""

from __future__ import annotations

import os
from pathlib import Path

from browser.person import Person

_HIGHEST = 1600  # what is below it adds nothing to a picture


def take_picture(person: Person, name: str, width: int) -> None:
    if not (folder := os.environ.get("PICTURES")):
        return
    height = int(person.page.evaluate("() => document.documentElement.scrollHeight"))
    path = Path(folder) / f"{name}-{width}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    clip = {"x": 0, "y": 0, "width": width, "height": min(height, _HIGHEST)}
    person.page.screenshot(path=path, full_page=True, clip=clip, animations="disabled")  # type: ignore[arg-type]

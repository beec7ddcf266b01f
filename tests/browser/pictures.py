"""Pictures of the pages for the docs: PICTURES=docs/img; none are written unless the environment says so.

pngquant (of Debian) makes them a third of their size.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from browser.person import Person

_HIGHEST = 1000  # what is below it adds nothing to a picture


def take_picture(
    person: Person, name: str, width: int, *, file: str = "", highest: int = _HIGHEST, colours: int = 64
) -> None:
    """As NAME-WIDTH.png, or as `file`. Charts need more colours, or two of them become one."""
    if not (folder := os.environ.get("PICTURES")):
        return
    height = int(person.page.evaluate("() => document.documentElement.scrollHeight"))
    path = Path(folder) / (file or f"{name}-{width}.png")
    path.parent.mkdir(parents=True, exist_ok=True)
    clip = {"x": 0, "y": 0, "width": width, "height": min(height, highest)}
    person.page.screenshot(path=path, full_page=True, clip=clip, animations="disabled")  # type: ignore[arg-type]
    subprocess.run(
        ["pngquant", "--force", "--ext", ".png", "--speed", "1", str(colours), "--", path], check=True
    )

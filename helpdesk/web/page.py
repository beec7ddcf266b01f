"""What a page is, and what its handler may raise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import Response

from helpdesk.roles import Right
from helpdesk.web.visit import Visit

Handler = Callable[[Visit], Response]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One path and method. `right` is what a person needs; None: to be logged in is enough.

    `public` pages need no session, and get none: their handler has `visit.session` None.
    """

    path: str
    handler: Handler
    right: Right | None = None
    method: str = "GET"
    public: bool = False
    max_bytes: int = 64 * 1024  # of a form; a file that is uploaded needs more

    def __post_init__(self) -> None:
        if self.public and self.right is not None:
            raise ValueError("a public page can ask for no right")
        if self.method not in ("GET", "POST"):
            raise ValueError("a page is got or posted to")

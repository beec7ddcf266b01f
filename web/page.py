"""What a page is, and what its handler may raise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from starlette.responses import Response

from web.visit import Visit

# Contravariant: a page that any visit may come to is a page of every site.
V = TypeVar("V", bound=Visit[Any, Any], contravariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[V]):
    """One path and method. `right` is what a person needs; None: to be logged in is enough.

    `public` pages need no session, and get none: their handler has `visit.session` None.
    """

    path: str
    handler: Callable[[V], Response]
    right: StrEnum | None = None
    method: str = "GET"
    public: bool = False
    max_bytes: int = 64 * 1024  # of a form; a file that is uploaded needs more

    def __post_init__(self) -> None:
        if self.public and self.right is not None:
            raise ValueError("a public page can ask for no right")
        if self.method not in ("GET", "POST"):
            raise ValueError("a page is got or posted to")

"""One request of one person, as a handler sees it: read here, answer here, no HTTP beyond this."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from database.engine import reading, writing
from web.errors import BadInput, Changed, NotAllowed
from web.person import Person
from web.render import render
from web.sessions import Session
from web.sites import Site
from web.url import url

_LONGEST_FIELD = 2_000
S = TypeVar("S", bound=Site, covariant=True)
P = TypeVar("P", bound=Person, covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit(Generic[S, P]):
    """A site makes a subclass of it, of its own site and its own kind of person."""

    site: S
    request: Request
    session: Session | None  # None: on a public page
    visitor: P | None  # as the session
    form: FormData = field(repr=False)

    # --- who ---

    @property
    def person(self) -> P:
        """Raises NotAllowed on a public page."""
        if self.visitor is None:
            raise NotAllowed
        return self.visitor

    def need(self, right: StrEnum) -> None:
        """Raises NotAllowed. For what a page shows or does beyond the right of its route."""
        if not self.person.may(right):
            raise NotAllowed

    # --- what was asked ---

    def path(self, name: str) -> str:
        return str(self.request.path_params[name])

    def query(self, name: str) -> str:
        """ "" if it is not there. Surrounding blanks are not meant."""
        return self.request.query_params.get(name, "").strip()[:_LONGEST_FIELD]

    def field(self, name: str) -> str:
        """Of the posted form; "" if it is not there."""
        value = self.form.get(name, "")
        if not isinstance(value, str):
            raise BadInput(f"Het veld {name} is geen tekst.")
        if len(value) > _LONGEST_FIELD:
            raise BadInput(f"Het veld {name} is te lang: maximaal {_LONGEST_FIELD} tekens.")
        return value.strip()

    def fields(self, name: str) -> list[str]:
        return [value for value in self.form.getlist(name) if isinstance(value, str)]

    def upload(self, name: str) -> bytes:
        """The content of an uploaded file; b"" if none was chosen."""
        value = self.form.get(name)
        return value.file.read() if isinstance(value, UploadFile) else b""

    @property
    def is_partial(self) -> bool:
        """Whether htmx asks for the part that lives, not for the page."""
        return self.request.headers.get("HX-Request") == "true"

    # --- the database ---

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with reading(self.site.engine) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Committed at the end; an action and its audit row are one transaction."""
        with writing(self.site.engine) as connection:
            yield connection

    # --- forms that know what they were made for ---

    def lock(self, *state: object) -> str:
        """For a hidden field `slot`: what the person saw when the form was made."""
        key = self.session.csrf if self.session is not None else ""
        return hmac.new(key.encode(), repr(state).encode(), hashlib.sha256).hexdigest()

    def check_lock(self, *state: object) -> None:
        """Raises Changed if that is no longer so: a double click, or somebody else was first.

        Inside the transaction that changes it, or two could pass.
        """
        if not hmac.compare_digest(self.field("slot"), self.lock(*state)):
            raise Changed

    # --- answers ---

    def page(self, template: str, /, *, status: int = 200, **context: Any) -> Response:
        """A template of the site's or of ours, with this context."""
        html = render(self.site.look, template, visit=self, **context)
        return HTMLResponse(html, status_code=status)

    def redirect(self, path: str, /, *, gedaan: str = "", **query: str) -> Response:
        """After a POST. `gedaan` is a code of render.GEDAAN or the site's: what the next page says."""
        values = {**query, **({"gedaan": gedaan} if gedaan else {})}
        return RedirectResponse(url(path, values), status_code=303)

"""One request of one person, as a handler sees it: read here, answer here, no HTTP beyond this."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from sqlalchemy import Connection
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from database.engine import reading, writing
from dossier.identifiers import SwvId
from helpdesk.roles import Person, Right
from helpdesk.sessions import Session
from helpdesk.web.desk import Desk
from helpdesk.web.errors import BadInput, Changed, NotAllowed, NotHere
from helpdesk.web.render import render

_LONGEST_FIELD = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    desk: Desk
    request: Request
    session: Session | None
    form: FormData = field(repr=False)

    # --- who ---

    @property
    def person(self) -> Person:
        """Raises NotAllowed on a public page."""
        if self.session is None:
            raise NotAllowed
        return self.session.person

    def need(self, right: Right) -> None:
        """Raises NotAllowed. For what a page shows or does beyond the right of its route."""
        if not self.person.may(right):
            raise NotAllowed

    def must_see(self, swv_id: SwvId | None) -> None:
        """Raises NotHere for what is another SWV's: it does not exist for this person."""
        if not self.person.sees(swv_id):
            raise NotHere

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
        with reading(self.desk.engine) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Committed at the end; an action and its audit row are one transaction."""
        with writing(self.desk.engine) as connection:
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
        """A template of `templates/`, with this context."""
        return HTMLResponse(render(template, visit=self, **context), status_code=status)

    def redirect(self, path: str, /, *, gedaan: str = "", **query: str) -> Response:
        """After a POST. `gedaan` is a code of render.GEDAAN: what is said on the page that follows."""
        values = {**query, **({"gedaan": gedaan} if gedaan else {})}
        return RedirectResponse(url(path, values), status_code=303)


def url(path: str, query: Mapping[str, str] | None = None) -> str:
    """A path of ours with a query; nobody's personal data belongs in it."""
    kept = {name: value for name, value in (query or {}).items() if value}
    return quote(path, safe="/-_.~") + (f"?{urlencode(kept)}" if kept else "")

"""The frame around every page, in this order: who is it, may they, did the form come from us; then the page.

Deny by default: a page that is not public needs a session, and its right. Every answer carries the
headers of `headers.py`. An error is a page in Dutch; its cause goes to the observer, without its words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Protocol

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from database.engine import reading, writing
from dossier.errors import Unavailable
from dossier.identifiers import new_inzending_id
from helpdesk.sessions import Session
from helpdesk.web.desk import Desk
from helpdesk.web.errors import BadInput, NotAllowed, NotHere, PageError
from helpdesk.web.headers import Headers
from helpdesk.web.page import Page
from helpdesk.web.routes import PAGES
from helpdesk.web.visit import Visit, url

LOGIN = "/inloggen"


class Observer(Protocol):
    """Told what went wrong; silent by default."""

    def failed(self, reference: str, path: str, error: BaseException) -> None:
        """`path` is the route's pattern, never what was typed."""


class SilentObserver:
    def failed(self, reference: str, path: str, error: BaseException) -> None: ...


def helpdesk_app(desk: Desk, observer: Observer | None = None, pages: Sequence[Page] = PAGES) -> ASGIApp:
    watcher = observer or SilentObserver()
    routes = [
        Route(page.path, _endpoint(desk, page, watcher), methods=[page.method], name=_name(page))
        for page in pages
    ]
    static = Mount("/static", StaticFiles(directory=str(files("helpdesk") / "static")), name="static")
    nowhere = Page(path="/{rest:path}", handler=_not_found)
    return Headers(
        Starlette(routes=[*routes, static, Route(nowhere.path, _endpoint(desk, nowhere, watcher))])
    )


def _name(page: Page) -> str:
    return f"{page.method} {page.path}"


def _not_found(visit: Visit) -> Response:
    raise NotHere


def _endpoint(desk: Desk, page: Page, observer: Observer) -> Callable[[Request], object]:
    async def endpoint(request: Request) -> Response:
        try:
            form = await _form(request, page)
        except PageError as error:
            return _error_page(Visit(desk=desk, request=request, session=None, form=FormData()), error)
        try:
            return await run_in_threadpool(_answer, desk, page, observer, request, form)
        finally:
            await form.close()  # what was uploaded

    return endpoint


def _answer(desk: Desk, page: Page, observer: Observer, request: Request, form: FormData) -> Response:
    visit = Visit(desk=desk, request=request, session=None, form=form)
    try:
        if not page.public:
            session = _session(desk, request)
            if session is None:
                return _to_login(visit, had_one=desk.cookie in request.cookies)
            visit = Visit(desk=desk, request=request, session=session, form=form)
        if page.right is not None:
            visit.need(page.right)
        if page.method == "POST":
            _check_origin(visit)
        return page.handler(visit)
    except PageError as error:
        return _error_page(visit, error)
    except Unavailable as error:
        return _failure(visit, page, observer, error, status=503)
    except Exception as error:
        return _failure(visit, page, observer, error, status=500)


def _session(desk: Desk, request: Request) -> Session | None:
    token = request.cookies.get(desk.cookie, "")
    if not token:
        return None
    with reading(desk.engine) as connection:
        session = desk.sessions.find(connection, token)
    # A page that renews itself is nobody at work: it must not keep an empty chair logged in.
    if session is None or not session.touch_due or request.headers.get("HX-Request"):
        return session
    with writing(desk.engine) as connection:
        return session if desk.sessions.touch(connection, token) else None


async def _form(request: Request, page: Page) -> FormData:
    """Raises BadInput for what is too large or no form."""
    if page.method != "POST":
        return FormData()
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > page.max_bytes:
        raise BadInput("Wat u heeft verstuurd is te groot, of de grootte is niet bekend.")
    try:
        return await request.form(max_files=1, max_fields=500, max_part_size=page.max_bytes)
    except MultiPartException as error:
        raise BadInput("Het formulier kon niet worden gelezen. Probeer het opnieuw.") from error


def _check_origin(visit: Visit) -> None:
    """Against forms that others make for us: the Origin that the browser tells, and our own token."""
    origin = visit.request.headers.get("origin", "")
    if origin and origin != visit.desk.address:
        raise NotAllowed("Dit formulier komt niet van deze site. Er is niets gedaan.")
    if visit.session is None:
        if not origin:
            raise NotAllowed("Uw browser vertelt niet waar dit formulier vandaan komt. Er is niets gedaan.")
        return
    if not visit.session.csrf_matches(visit.field("csrf")):
        raise NotAllowed("Dit formulier is verlopen. Ga terug, vernieuw de pagina en probeer het opnieuw.")


def _to_login(visit: Visit, *, had_one: bool) -> Response:
    if visit.is_partial:  # htmx would put the login form in the middle of a page
        return Response(status_code=204, headers={"HX-Redirect": LOGIN})
    back = visit.request.url.path if visit.request.method == "GET" else "/"
    query = {"naar": back if back != "/" else "", "gedaan": "verlopen" if had_one else ""}
    return RedirectResponse(url(LOGIN, query), status_code=303)


def _error_page(visit: Visit, error: PageError) -> Response:
    return visit.page("fout.html", status=error.status, titel=error.titel, tekst=str(error), referentie="")


def _failure(visit: Visit, page: Page, observer: Observer, error: Exception, *, status: int) -> Response:
    """Ours, not theirs: a reference to tell us, and nothing of what happened."""
    reference = new_inzending_id()
    observer.failed(reference, page.path, error)
    titel, tekst = (
        ("Even niet beschikbaar", "De database antwoordt niet. Probeer het over een minuut opnieuw.")
        if status == 503
        else ("Er ging iets mis", "Dit is een fout van ons. Er is niets gewijzigd. Meld de referentie.")
    )
    return visit.page("fout.html", status=status, titel=titel, tekst=tekst, referentie=reference)

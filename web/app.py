"""The frame around every page, in this order: who is it, may they, did the form come from us; then the page.

Deny by default: a page that is not public needs a session, and its right. Every answer carries the
headers of `headers.py`. An error is a page in Dutch; its cause goes to the observer, without its words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Generic, Protocol, TypeVar

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
from web.errors import BadInput, NotAllowed, NotHere, PageError
from web.headers import Headers
from web.login_page import LOGIN, AnyVisit
from web.page import Page
from web.person import Person
from web.sessions import Session
from web.sites import Site
from web.url import url
from web.visit import Visit


class Observer(Protocol):
    """Told what went wrong; silent by default."""

    def failed(self, reference: str, path: str, error: BaseException) -> None:
        """`path` is the route's pattern, never what was typed."""


class SilentObserver:
    def failed(self, reference: str, path: str, error: BaseException) -> None: ...


V = TypeVar("V", bound=Visit[Any, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame(Generic[V]):
    site: Site
    visit: type[V]
    observer: Observer


def site_app(
    site: Site, pages: Sequence[Page[V]], visit: type[V], observer: Observer | None = None
) -> ASGIApp:
    """Each page is handed a `visit`, the site's subclass of Visit. The first page that matches answers."""
    frame = _Frame(site=site, visit=visit, observer=observer or SilentObserver())
    routes = [
        Route(page.path, _endpoint(frame, page), methods=[page.method], name=_name(page)) for page in pages
    ]
    static = Mount("/static", StaticFiles(directory=str(files("web") / "static")), name="static")
    nowhere: Page[V] = Page(path="/{rest:path}", handler=_not_found)
    return Headers(Starlette(routes=[*routes, static, Route(nowhere.path, _endpoint(frame, nowhere))]))


def _name(page: Page[V]) -> str:
    return f"{page.method} {page.path}"


def _not_found(visit: AnyVisit) -> Response:
    raise NotHere


def _endpoint(frame: _Frame[V], page: Page[V]) -> Callable[[Request], object]:
    async def endpoint(request: Request) -> Response:
        try:
            form = await _form(request, page)
        except PageError as error:
            visit = _stranger(frame, request, FormData())
            return _error_page(visit, error)
        try:
            return await run_in_threadpool(_answer, frame, page, request, form)
        finally:
            await form.close()  # what was uploaded

    return endpoint


def _answer(frame: _Frame[V], page: Page[V], request: Request, form: FormData) -> Response:
    visit = _stranger(frame, request, form)
    try:
        if not page.public:
            found = _logged_in(frame.site, request)
            if found is None:
                return _to_login(visit, had_one=frame.site.cookie in request.cookies)
            session, person = found
            visit = frame.visit(site=frame.site, request=request, session=session, visitor=person, form=form)
        if page.right is not None:
            visit.need(page.right)
        if page.method == "POST":
            _check_origin(visit)
        return page.handler(visit)
    except PageError as error:
        return _error_page(visit, error)
    except Unavailable as error:
        return _failure(visit, page, frame.observer, error, status=503)
    except Exception as error:
        return _failure(visit, page, frame.observer, error, status=500)


def _stranger(frame: _Frame[V], request: Request, form: FormData) -> V:
    return frame.visit(site=frame.site, request=request, session=None, visitor=None, form=form)


def _logged_in(site: Site, request: Request) -> tuple[Session, Person] | None:
    token = request.cookies.get(site.cookie, "")
    if not token:
        return None
    with reading(site.engine) as connection:
        session = site.sessions.find(connection, token)
        person = site.person(connection, session) if session is not None else None
    if session is None or person is None:
        return None
    # A page that renews itself is nobody at work: it must not keep an empty chair logged in.
    if not session.touch_due or request.headers.get("HX-Request"):
        return session, person
    with writing(site.engine) as connection:
        return (session, person) if site.sessions.touch(connection, token) else None


async def _form(request: Request, page: Page[V]) -> FormData:
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


def _check_origin(visit: AnyVisit) -> None:
    """Against forms that others make for us: the Origin that the browser tells, and our own token."""
    origin = visit.request.headers.get("origin", "")
    if origin and origin != visit.site.address:
        raise NotAllowed("Dit formulier komt niet van deze site. Er is niets gedaan.")
    if visit.session is None:
        if not origin:
            raise NotAllowed("Uw browser vertelt niet waar dit formulier vandaan komt. Er is niets gedaan.")
        return
    if not visit.session.csrf_matches(visit.field("csrf")):
        raise NotAllowed("Dit formulier is verlopen. Ga terug, vernieuw de pagina en probeer het opnieuw.")


def _to_login(visit: AnyVisit, *, had_one: bool) -> Response:
    if visit.is_partial:  # htmx would put the login form in the middle of a page
        return Response(status_code=204, headers={"HX-Redirect": LOGIN})
    back = visit.request.url.path if visit.request.method == "GET" else "/"
    query = {"naar": back if back != "/" else "", "gedaan": "verlopen" if had_one else ""}
    return RedirectResponse(url(LOGIN, query), status_code=303)


def _error_page(visit: AnyVisit, error: PageError) -> Response:
    return visit.page("fout.html", status=error.status, titel=error.titel, tekst=str(error), referentie="")


def _failure(
    visit: AnyVisit, page: Page[V], observer: Observer, error: Exception, *, status: int
) -> Response:
    """Ours, not theirs: a reference to tell us, and nothing of what happened."""
    reference = new_inzending_id()
    observer.failed(reference, page.path, error)
    titel, tekst = (
        ("Even niet beschikbaar", "De database antwoordt niet. Probeer het over een minuut opnieuw.")
        if status == 503
        else ("Er ging iets mis", "Dit is een fout van ons. Er is niets gewijzigd. Meld de referentie.")
    )
    return visit.page("fout.html", status=status, titel=titel, tekst=tekst, referentie=reference)

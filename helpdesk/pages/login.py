"""In by a local account or by the organisation's own identity provider, and out again.

The only pages without a session. A login always gets a session of its own: one that the browser had
before ends. Neither a password nor what a provider sent is ever in a URL of ours or shown again.
"""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from helpdesk import oidc_people
from helpdesk.login import LoggedIn
from helpdesk.oidc import COOKIE_SECONDS, Oidc
from helpdesk.oidc_refusals import OidcFout, OidcRefused
from helpdesk.roles import Person
from helpdesk.web.errors import NotHere
from helpdesk.web.page import Page
from helpdesk.web.visit import Visit, url

LOGIN, BACK, OIDC_COOKIE = "/inloggen", "/inloggen/oidc/terug", "oidc"


def form(visit: Visit) -> Response:
    return _form(visit, naar=local_path(visit.query("naar")))


def log_in(visit: Visit) -> Response:
    naar = local_path(visit.field("naar"))
    result = visit.desk.login.log_in(
        visit.field("gebruikersnaam"), secret(visit, "wachtwoord"), visit.field("code"), address_of(visit)
    )
    if isinstance(result, LoggedIn):
        return _let_in(visit, result.person, result.account_id, naar)
    return _form(visit, naar=naar, fout=result.melding, naam=visit.field("gebruikersnaam"))


def to_provider(visit: Visit) -> Response:
    started = _oidc(visit).start(visit.desk.address + BACK, local_path(visit.query("naar")))
    if isinstance(started, OidcRefused):
        return _form(visit, fout=started.melding)
    response = RedirectResponse(started.url, status_code=303)
    _set_cookie(visit, response, _oidc_cookie(visit), started.cookie, COOKIE_SECONDS)
    return response


def from_provider(visit: Visit) -> Response:
    oidc = _oidc(visit)
    cookie = visit.request.cookies.get(_oidc_cookie(visit), "")
    identity = oidc.finish(cookie, visit.request.query_params, visit.desk.address + BACK)
    if isinstance(identity, OidcRefused):
        return _refused(visit, identity)
    with visit.writing() as connection:
        person = oidc_people.admit(connection, oidc.settings, identity)
    if isinstance(person, OidcRefused):
        return _refused(visit, person)
    response = _let_in(visit, person, None, local_path(identity.naar))
    _drop_cookie(visit, response, _oidc_cookie(visit))
    return response


def log_out(visit: Visit) -> Response:
    with visit.writing() as connection:
        visit.desk.sessions.end(connection, visit.request.cookies.get(visit.desk.cookie, ""))
    response = visit.redirect(LOGIN, gedaan="uitgelogd")
    _drop_cookie(visit, response, visit.desk.cookie)
    return response


def secret(visit: Visit, name: str) -> str:
    """A password as it was typed: a blank at its end is part of it."""
    value = visit.form.get(name, "")
    return value if isinstance(value, str) else ""


def address_of(visit: Visit) -> str:
    """Whose address a try counts for: behind our own proxy the one that it saw."""
    if visit.desk.behind_proxy:
        return visit.request.headers.get("x-real-ip", "")
    return visit.request.client.host if visit.request.client is not None else ""


def local_path(path: str) -> str:
    """A page of ours; "/" for whatever a browser could take for another site."""
    ours = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if ours and not path.startswith(LOGIN) else "/"


def _form(visit: Visit, *, naar: str = "/", fout: str = "", naam: str = "") -> Response:
    return visit.page(
        "inloggen.html",
        status=422 if fout else 200,
        naar=naar,
        fout=fout,
        naam=naam,
        oidc=url(f"{LOGIN}/oidc", {"naar": naar if naar != "/" else ""}) if visit.desk.oidc else "",
    )


def _refused(visit: Visit, refused: OidcRefused) -> Response:
    response = _form(visit, fout=refused.melding)
    if refused.fout is not OidcFout.VERLOPEN:  # that one may be of another window, which goes on
        _drop_cookie(visit, response, _oidc_cookie(visit))
    return response


def _let_in(visit: Visit, person: Person, account_id: str | None, naar: str) -> Response:
    desk = visit.desk
    with visit.writing() as connection:
        desk.sessions.end(connection, visit.request.cookies.get(desk.cookie, ""))
        token = desk.sessions.start(connection, person, account_id)
    response = visit.redirect(naar)
    _set_cookie(visit, response, desk.cookie, token)
    return response


def _oidc(visit: Visit) -> Oidc:
    if visit.desk.oidc is None:
        raise NotHere
    return visit.desk.oidc


def _oidc_cookie(visit: Visit) -> str:
    return f"{visit.desk.cookie}-{OIDC_COOKIE}"


def _set_cookie(visit: Visit, response: Response, name: str, value: str, seconds: int | None = None) -> None:
    # Lax: the way back from a provider is a step from another site, and must bring it.
    response.set_cookie(
        name, value, max_age=seconds, path="/", secure=visit.desk.secure, httponly=True, samesite="lax"
    )


def _drop_cookie(visit: Visit, response: Response, name: str) -> None:
    response.delete_cookie(name, path="/", secure=visit.desk.secure, httponly=True, samesite="lax")


PAGES = (
    Page(path=LOGIN, handler=form, public=True),
    Page(path=LOGIN, handler=log_in, method="POST", public=True),
    Page(path=f"{LOGIN}/oidc", handler=to_provider, public=True),
    Page(path=BACK, handler=from_provider, public=True),
    Page(path="/uitloggen", handler=log_out, method="POST"),
)

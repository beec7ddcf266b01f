"""In by a local account or by the organisation's own identity provider, and out again.

The only pages without a session. A login always gets a session of its own: one that the browser had
before ends. Neither a password nor what a provider sent is ever in a URL of ours or shown again.
"""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from web.errors import NotHere
from web.login import LoggedIn
from web.oidc import COOKIE_SECONDS, Oidc
from web.oidc_refusals import OidcFout, OidcRefused
from web.page import Page
from web.person import Person, Who
from web.sites import Site
from web.url import url
from web.visit import Visit

LOGIN, BACK, OIDC_COOKIE = "/inloggen", "/inloggen/oidc/terug", "oidc"
AnyVisit = Visit[Site, Person]


def form(visit: AnyVisit) -> Response:
    return _form(visit, naar=local_path(visit.query("naar")))


def log_in(visit: AnyVisit) -> Response:
    naar = local_path(visit.field("naar"))
    result = visit.site.login.log_in(
        visit.field("gebruikersnaam"), secret(visit, "wachtwoord"), visit.field("code"), address_of(visit)
    )
    if isinstance(result, LoggedIn):
        return _let_in(visit, result.who, result.account_id, naar)
    return _form(visit, naar=naar, fout=result.melding, naam=visit.field("gebruikersnaam"))


def to_provider(visit: AnyVisit) -> Response:
    started = _oidc(visit).start(visit.site.address + BACK, local_path(visit.query("naar")))
    if isinstance(started, OidcRefused):
        return _form(visit, fout=started.melding)
    response = RedirectResponse(started.url, status_code=303)
    _set_cookie(visit, response, _oidc_cookie(visit), started.cookie, COOKIE_SECONDS)
    return response


def from_provider(visit: AnyVisit) -> Response:
    oidc = _oidc(visit)
    cookie = visit.request.cookies.get(_oidc_cookie(visit), "")
    identity = oidc.finish(cookie, visit.request.query_params, visit.site.address + BACK)
    if isinstance(identity, OidcRefused):
        return _refused(visit, identity)
    with visit.writing() as connection:
        who = visit.site.admit(connection, identity)
    if isinstance(who, OidcRefused):
        return _refused(visit, who)
    response = _let_in(visit, who, None, local_path(identity.naar))
    _drop_cookie(visit, response, _oidc_cookie(visit))
    return response


def log_out(visit: AnyVisit) -> Response:
    with visit.writing() as connection:
        visit.site.sessions.end(connection, visit.request.cookies.get(visit.site.cookie, ""))
    response = visit.redirect(LOGIN, gedaan="uitgelogd")
    _drop_cookie(visit, response, visit.site.cookie)
    return response


def secret(visit: AnyVisit, name: str) -> str:
    """A password as it was typed: a blank at its end is part of it."""
    value = visit.form.get(name, "")
    return value if isinstance(value, str) else ""


def address_of(visit: AnyVisit) -> str:
    """Whose address a try counts for: behind our own proxy the one that it saw."""
    if visit.site.behind_proxy:
        return visit.request.headers.get("x-real-ip", "")
    return visit.request.client.host if visit.request.client is not None else ""


def local_path(path: str) -> str:
    """A page of ours; "/" for whatever a browser could take for another site."""
    ours = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if ours and not path.startswith(LOGIN) else "/"


def _form(visit: AnyVisit, *, naar: str = "/", fout: str = "", naam: str = "") -> Response:
    return visit.page(
        "inloggen.html",
        status=422 if fout else 200,
        naar=naar,
        fout=fout,
        naam=naam,
        oidc=url(f"{LOGIN}/oidc", {"naar": naar if naar != "/" else ""}) if visit.site.oidc else "",
    )


def _refused(visit: AnyVisit, refused: OidcRefused) -> Response:
    response = _form(visit, fout=refused.melding)
    if refused.fout is not OidcFout.VERLOPEN:  # that one may be of another window, which goes on
        _drop_cookie(visit, response, _oidc_cookie(visit))
    return response


def _let_in(visit: AnyVisit, who: Who, account_id: str | None, naar: str) -> Response:
    site = visit.site
    with visit.writing() as connection:
        site.sessions.end(connection, visit.request.cookies.get(site.cookie, ""))
        token = site.sessions.start(connection, who, account_id)
    response = visit.redirect(naar)
    _set_cookie(visit, response, site.cookie, token)
    return response


def _oidc(visit: AnyVisit) -> Oidc:
    if visit.site.oidc is None:
        raise NotHere
    return visit.site.oidc


def _oidc_cookie(visit: AnyVisit) -> str:
    return f"{visit.site.cookie}-{OIDC_COOKIE}"


def _set_cookie(
    visit: AnyVisit, response: Response, name: str, value: str, seconds: int | None = None
) -> None:
    # Lax: the way back from a provider is a step from another site, and must bring it.
    response.set_cookie(
        name, value, max_age=seconds, path="/", secure=visit.site.secure, httponly=True, samesite="lax"
    )


def _drop_cookie(visit: AnyVisit, response: Response, name: str) -> None:
    response.delete_cookie(name, path="/", secure=visit.site.secure, httponly=True, samesite="lax")


PAGES = (
    Page(path=LOGIN, handler=form, public=True),
    Page(path=LOGIN, handler=log_in, method="POST", public=True),
    Page(path=f"{LOGIN}/oidc", handler=to_provider, public=True),
    Page(path=BACK, handler=from_provider, public=True),
    Page(path="/uitloggen", handler=log_out, method="POST"),
)

"""What everybody may see and change of themselves: their sessions and, of a local account, the password."""

from __future__ import annotations

from starlette.responses import Response

from web.account_refusals import AccountRefused
from web.errors import NotHere
from web.login_page import AnyVisit, address_of, secret
from web.page import Page

PATH = "/mijn-account"
_NOT_YOURS = "Het huidige wachtwoord klopt niet, of u heeft het te vaak geprobeerd. Wacht dan even."
_NOT_TWICE = "De twee nieuwe wachtwoorden zijn niet gelijk."


def mijn_account(visit: AnyVisit) -> Response:
    return _page(visit)


def change_password(visit: AnyVisit) -> Response:
    session = visit.session
    if session is None or session.account_id is None:
        raise NotHere("Uw wachtwoord wijzigt u bij de inlogdienst van uw organisatie.")
    new = secret(visit, "nieuw")
    if new != secret(visit, "nogmaals"):
        return _page(visit, fout=_NOT_TWICE)
    if not visit.site.login.confirm_password(visit.person, secret(visit, "huidig"), address_of(visit)):
        return _page(visit, fout=_NOT_YOURS)
    try:
        with visit.writing() as connection:
            visit.site.change_own_password(connection, visit.person, new, session)
    except AccountRefused as refused:
        return _page(visit, fout=refused.melding)
    return visit.redirect(PATH, gedaan="wachtwoord")


def end_session(visit: AnyVisit) -> Response:
    with visit.writing() as connection:
        if not visit.site.sessions.revoke(connection, visit.person.actor, visit.field("sessie")):
            raise NotHere("Deze sessie is er niet (meer).")
    return visit.redirect(PATH, gedaan="sessie")


def _page(visit: AnyVisit, fout: str = "") -> Response:
    with visit.reading() as connection:
        sessions = visit.site.sessions.of_person(connection, visit.person.actor)
        own = visit.site.own_account(connection, visit.person)
    return visit.page("mijn_account.html", status=422 if fout else 200, sessies=sessions, fout=fout, **own)


PAGES = (
    Page(path=PATH, handler=mijn_account),
    Page(path=f"{PATH}/wachtwoord", handler=change_password, method="POST"),
    Page(path=f"{PATH}/sessie", handler=end_session, method="POST"),
)

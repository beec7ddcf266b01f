"""In front of every path of the API: whose key is it? Then, how much was sent?

So an endpoint that is added is closed by itself, and who has no key does not learn which paths there are.

A key is 256 random bits, of which nobody guesses one: so a good key is never made to wait for the wrong ones
of a neighbour. Wrong ones are counted and throttled by address (web/throttle.py), so that a program that
goes on with an old key costs no more than a look; who waits is told so (429).
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from database.audit import write_audit
from database.engine import reading, writing
from dossier.identifiers import new_inzending_id
from kindkans.api.caller import LID
from kindkans.api.problems import ApiError, Probleem, known_error, problem_response
from kindkans.pages.sites import DossierSite
from kindkans.rights import api_keys
from kindkans.rights.statements import read_lid
from kindkans.rights.words import Lid
from web import throttle
from web.app import Observer

MAX_BODY_BYTES = 256 * 1024  # two texts of 20,000 characters, each spelled as \uXXXX
_NOBODY = "onbekend"
_LONGEST_KEY = 200


class Admission:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, site: DossierSite, observer: Observer) -> None:
        self._app = app
        self._site = site
        self._observer = observer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            lid = await run_in_threadpool(self._admit, Headers(scope=scope), _peer(scope))
            body = await _read(receive)
        except Exception as error:
            response = failure(error, self._observer, "/api")
            await response(scope, receive, send)
            return
        if body is not None:
            await self._app({**scope, LID: lid}, _replay(body, receive), send)

    def _admit(self, headers: Headers, peer: str) -> Lid:
        """Raises ApiError."""
        scheme, _, key = headers.get("authorization", "").partition(" ")
        key = key.strip()
        if scheme.lower() != "bearer" or not 0 < len(key) <= _LONGEST_KEY:
            raise ApiError(Probleem.GEEN_SLEUTEL)
        address = headers.get("x-real-ip", "") if self._site.behind_proxy else peer
        # The first name is of this address too: so that a program that was forgotten is slowed down before
        # its neighbours can not log in any more.
        tried = throttle.who(self._site.seal, f"api-sleutel {address}", address)
        with reading(self._site.engine) as connection:
            account_id = api_keys.find_key(connection, key)
            lid = read_lid(connection, account_id) if account_id is not None else None
            if lid is not None:
                return lid
            early = not throttle.may_try(connection, tried)
        if early or not self._count(tried):
            raise ApiError(Probleem.TE_VAAK)
        raise ApiError(Probleem.GEEN_SLEUTEL)

    def _count(self, tried: throttle.Who) -> bool:
        with writing(self._site.engine) as connection:
            throttle.forget(connection)
            counted = throttle.admit(connection, tried)
            if counted:
                write_audit(connection, actor=_NOBODY, action="api_key_refused", subject=_NOBODY)
            return counted


def failure(error: Exception, observer: Observer, path: str) -> Response:
    """The answer. `path` is the route's pattern, never what was typed."""
    known = known_error(error)
    if known is not None and known.soort is not Probleem.NIET_BESCHIKBAAR:
        return problem_response(known)
    reference = new_inzending_id()
    observer.failed(reference, path, error)
    return problem_response(known or ApiError(Probleem.FOUT), referentie=reference)


def _peer(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


async def _read(receive: Receive) -> bytes | None:
    """None: the sender went away before its end. Raises ApiError for more than any request of ours needs."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            raise ApiError(Probleem.TE_GROOT)
        if not message.get("more_body", False):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def replayed() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed

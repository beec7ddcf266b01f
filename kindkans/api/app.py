"""The JSON API as an ASGI app, and its OpenAPI document.

It serves neither that document nor pages to try it out: the document is a file of the release
(docs/reference/kindkans-openapi.yaml), and who has no key learns nothing here.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from kindkans.api.admission import Admission
from kindkans.api.answering import ALWAYS, problems
from kindkans.api.dossiers import dossiers
from kindkans.api.elsewhere import elsewhere
from kindkans.api.problems import Problem, known_error, problem_response
from kindkans.api.tabs import tabs
from kindkans.api.written import written
from kindkans.pages.sites import DossierSite
from web.app import Observer, SilentObserver

_ABOUT = """\
What the pages of the core store do, for programs: the same rights, the same audit. Send the key of an account
with each request: `Authorization: Bearer KEY`. An account makes its keys in Kindkans; a key may what its
account may, and no longer than that.

Everything that is no success is a problem of RFC 9457 (`application/problem+json`); its `type` is for
programs, its texts are plain Dutch. Notities are of their author only.
"""


def api_app(site: DossierSite, observer: Observer | None = None) -> ASGIApp:
    """All its paths begin with /api/."""
    app = _routes()
    app.state.site = site
    app.state.observer = observer or SilentObserver()
    return Admission(app, site, app.state.observer)


def document() -> dict[str, Any]:
    """OpenAPI 3.1, of the routes that are served."""
    made = _routes().openapi()
    schemas = Problem.model_json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
    found = made["components"]["schemas"]
    found.update(schemas.pop("$defs"))
    found["Problem"] = schemas
    for name in ("HTTPValidationError", "ValidationError"):
        found.pop(name, None)
    made["components"]["securitySchemes"] = {
        "sleutel": {"type": "http", "scheme": "bearer", "description": "a key of an account"}
    }
    made["security"] = [{"sleutel": []}]
    made["components"]["schemas"] = dict(sorted(found.items()))
    return made


def _routes() -> FastAPI:
    app = FastAPI(
        title="JSON API of the Kindkans core store",
        version=version("kindkans-gateway"),
        description=_ABOUT,
        servers=[{"url": "http://127.0.0.1:8083", "description": "`KINDKANS_URL`, or `KINDKANS_PORT`."}],
        openapi_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
        generate_unique_id_function=_name,
        responses=problems(*ALWAYS),
    )
    for router in (dossiers, tabs, written, elsewhere):
        app.include_router(router)
    app.add_exception_handler(HTTPException, _of_router)
    return app


def _name(route: APIRoute) -> str:
    return route.name


async def _of_router(request: Request, error: Exception) -> Response:
    """A path or method that is not there."""
    known = known_error(error)
    if known is None:
        raise error
    response = problem_response(known)
    if isinstance(error, HTTPException) and error.headers:
        response.headers.update(error.headers)
    return response

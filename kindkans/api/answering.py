"""How an endpoint answers: its routes, and which statuses each documents.

Every answer that is no success is a Problem, whoever made it: the handler, what it called, or the router.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse

from kindkans.api.admission import failure
from kindkans.api.problems import MEDIA_TYPE, SAID, Probleem

Answers = dict[int | str, dict[str, Any]]
ALWAYS = (Probleem.GEEN_SLEUTEL, Probleem.TE_VAAK, Probleem.FOUT, Probleem.NIET_BESCHIKBAAR)
"""Any request may get these."""


class Endpoint(APIRoute):
    """What is raised in a handler, or in reading what was sent, is answered here and goes no further."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await handle(request)
            except Exception as error:
                return failure(error, request.app.state.observer, self.path_format)

        return answered


def router() -> APIRouter:
    return APIRouter(prefix="/api", route_class=Endpoint)


def problems(*soorten: Probleem) -> Answers:
    """For `responses` of a route: those that it gives beside ALWAYS."""
    return {SAID[soort].status: problem(soort) for soort in soorten}


def problem(soort: Probleem) -> dict[str, Any]:
    said = SAID[soort]
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": f"{said.title}: {said.detail}", "content": {MEDIA_TYPE: {"schema": schema}}}


# Of one dossier: it is not there, this account may not, or the number is none.
OF_DOSSIER = problems(Probleem.GEEN_RECHT, Probleem.NIET_GEVONDEN, Probleem.ONGELDIG)
WITH_BODY = problems(Probleem.ONLEESBAAR, Probleem.TE_GROOT, Probleem.ONGELDIG)


def made(its_id: str, path: str) -> JSONResponse:
    """201, with where it is."""
    return JSONResponse({"id": its_id, "pad": path}, status_code=201, headers={"Location": path})

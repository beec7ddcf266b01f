"""The port of operations: /healthz, /readyz, /metrics. Apart from that of schools, and of every role."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from gateway.health import Health


def ops_app(health: Health, scrape: Callable[[], Awaitable[bytes]]) -> Starlette:
    """`scrape` gives what /metrics tells."""

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_request: Request) -> Response:
        readiness = await health.readiness()
        body = {"ready": readiness.ready, "checks": dict(readiness.checks)}
        return JSONResponse(body, status_code=200 if readiness.ready else 503)

    async def metrics(_request: Request) -> Response:
        return Response(await scrape(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return Starlette(
        routes=[Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]
    )

"""The port of operations: /healthz, /readyz, /metrics. Apart from that of schools, and of every role."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from gateway.health import Health
from gateway.metrics import Metrics


def ops_app(health: Health, metrics: Metrics) -> Starlette:
    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_request: Request) -> Response:
        readiness = await health.readiness()
        body = {"ready": readiness.ready, "checks": dict(readiness.checks)}
        return JSONResponse(body, status_code=200 if readiness.ready else 503)

    def render(_request: Request) -> Response:  # a plain function: Starlette runs it in a thread
        return Response(metrics.render(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return Starlette(routes=[Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", render)])

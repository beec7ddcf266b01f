"""What a NATS server tells about itself over HTTP only: whether it syncs before it acknowledges.

A single node that does not lost all 9,503 messages that it had acknowledged, at a power cut.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from dossier.errors import ConfigurationError

_SECONDS = 5.0
_MANY_BYTES = 4 * 1024 * 1024
_REMEDY = (
    "set sync_interval: always under jetstream in its configuration,"
    " or run three nodes with BROKER_REPLICAS=3"
)


async def check_syncs_always(monitor_url: str, server_id: str) -> None:
    """That the server that we are connected to (`server_id`) syncs always.

    Raises ConfigurationError with the remedy, also if it cannot be seen: then nobody knows.
    """
    if not monitor_url:
        raise ConfigurationError(
            "whether this single NATS node syncs always shows on its monitoring port only: start it with"
            f" one, named in BROKER_MONITOR_URL (http://HOST:8222); {_REMEDY}"
        )
    seen = await asyncio.to_thread(_varz, monitor_url)
    if seen.get("server_id") != server_id:
        raise ConfigurationError(
            "BROKER_MONITOR_URL is not the monitoring of the NATS server in BROKER_URL; correct it"
        )
    config = (seen.get("jetstream") or {}).get("config") or {}
    if config.get("sync_always") is not True:
        raise ConfigurationError(
            f"this NATS node acknowledges before it syncs, and loses that at a power cut; {_REMEDY}"
        )


def _varz(monitor_url: str) -> dict[str, Any]:
    if urlsplit(monitor_url).scheme not in ("http", "https"):
        raise ConfigurationError("BROKER_MONITOR_URL is not http:// or https://")
    try:
        with urllib.request.urlopen(f"{monitor_url}/varz", timeout=_SECONDS) as answer:  # noqa: S310
            found = json.loads(answer.read(_MANY_BYTES))
    except (OSError, ValueError, http.client.HTTPException, urllib.error.URLError) as exc:
        raise ConfigurationError(
            "BROKER_MONITOR_URL does not answer as the monitoring of NATS does; correct it,"
            " or start NATS with one"
        ) from exc
    return found if isinstance(found, dict) else {}

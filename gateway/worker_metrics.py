"""/metrics of several workers: their sum, those that are dead included.

Each worker counts in files of its own, which the supervisor reads: the multi-process mode of
prometheus_client, which looks at the environment when it is imported. When a worker ends, its counters are
added to those of the dead and its files removed. Gauges of workers are not told, for no sum of them would
mean a thing: the supervisor has its own of the database, disks and build.

The sum of messages (metrics.py) holds in every scrape, although workers write meanwhile: what was received
is read after what was ended, and what is in flight is the difference. It may so count a message that
ended in the microseconds between; it is never too small, and 0 when nothing is under way. What a dead
worker had in flight was aborted: outcome afgebroken, of an operation that nobody knows.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from adapters.parnassys.exchange import Outcome
from dossier.errors import ConfigurationError, Unavailable
from gateway.metrics import NO_OPERATION, Metrics

MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"
_RESERVED_BYTES = 256 * 1024  # several times what all metrics of an intake take
_TOLD = ("counter", "histogram")
_WRITTEN = (*_TOLD, "gauge_all")
_RECEIVED, _ENDED = "kindkans_messages_received", "kindkans_messages"
_IN_FLIGHT = "kindkans_messages_in_flight"


def metrics_folder(data_folder: Path) -> Path:
    return data_folder.resolve() / "intake-workers"


def reserve(folder: Path, pid: int) -> None:
    """Takes the room that the files of this process need, before anything is counted in it.

    They are mapped into memory: a write for which the disk has no room would be a SIGBUS. Raises Unavailable.
    """
    try:
        for kind in _WRITTEN:
            with (folder / f"{kind}_{pid}.db").open("ab") as file:
                os.posix_fallocate(file.fileno(), 0, _RESERVED_BYTES)
    except OSError as exc:
        raise Unavailable("disk space") from exc


class WorkerMetrics:
    """Of one supervisor, which owns `folder`. `own` are its own metrics: the database, its port."""

    def __init__(self, folder: Path, own: Metrics) -> None:
        """Empties the folder. Raises ConfigurationError if another supervisor has it, Unavailable."""
        self._folder = folder
        self._own = own
        self._reading = threading.Lock()  # nobody is buried while the living are counted
        self._dead: list[Metric] = []
        self._registry = CollectorRegistry()
        self._registry.register(_Collecting(self))
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            self._lock = _own(folder)
            for stale in folder.glob("*.db"):
                stale.unlink()
        except OSError as exc:
            raise Unavailable("data folder") from exc

    @property
    def environment(self) -> dict[str, str]:
        """What a worker must have before it starts."""
        return {MULTIPROCESS: str(self._folder)}

    def close(self) -> None:
        """The folder is for who comes next."""
        os.close(self._lock)

    def bury(self, pid: int) -> None:
        """The process has ended: what it counted stays, and what it had in flight was aborted."""
        with self._reading:
            counted = _merged(self._files(pid))
            self._dead = list(_sums([*self._dead, *counted, _aborted(counted)]).values())
            for path in self._folder.glob(f"*_{pid}.db"):
                path.unlink()

    def render(self) -> bytes:
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        own = list(self._own.registry.collect())
        with self._reading:
            files = self._files()
            living = _merged(files)
            later = _merged(path for path in files if path.name.startswith("counter_"))
            families = _sums([*self._dead, *living, *own])
            received = _total(self._dead, _RECEIVED) + _total(later, _RECEIVED)
        _set(families[_RECEIVED], received)
        _set(families[_IN_FLIGHT], received - _total(families.values(), _ENDED))
        yield from families.values()

    def _files(self, pid: int | None = None) -> list[Path]:
        """Without those that were made this instant: an empty one can't be read."""
        found = (path for kind in _TOLD for path in self._folder.glob(f"{kind}_{pid or '*'}.db"))
        return [path for path in found if path.stat().st_size]


class _Collecting(Collector):
    def __init__(self, metrics: WorkerMetrics) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        return self._metrics.collect()


def _own(folder: Path) -> int:
    """Until this process ends, however it ends."""
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        os.close(lock)
        raise ConfigurationError(
            "another intake with workers runs on this data folder; stop it, or give this one its own"
        ) from exc
    return lock


def _merged(files: Iterable[Path]) -> list[Metric]:
    return list(MultiProcessCollector.merge([str(path) for path in files]))  # type: ignore[no-untyped-call]


def _sums(families: Iterable[Metric]) -> dict[str, Metric]:
    """One of each name, its samples added up; of a gauge the first of each counts."""
    sums: dict[str, Metric] = {}
    values: dict[str, dict[tuple[str, tuple[tuple[str, str], ...]], float]] = {}
    for family in families:
        sums.setdefault(family.name, Metric(family.name, family.documentation, family.type))
        found = values.setdefault(family.name, {})
        for sample in family.samples:
            if sample.name.endswith("_created"):  # when one process began to count: of a sum it says nothing
                continue
            key = sample.name, tuple(sorted(sample.labels.items()))
            if family.type == "gauge":
                found.setdefault(key, sample.value)
            else:
                found[key] = found.get(key, 0) + sample.value
    for name, family in sums.items():
        for (sample_name, labels), value in values[name].items():
            family.add_sample(sample_name, dict(labels), value)
    return sums


def _aborted(counted: Sequence[Metric]) -> Metric:
    """What one worker began and did not end."""
    missing = _total(counted, _RECEIVED) - _total(counted, _ENDED)
    labels = {"operation": NO_OPERATION, "outcome": Outcome.AFGEBROKEN.value}
    ended = Metric(_ENDED, "Messages ended", "counter")
    ended.add_sample(f"{_ENDED}_total", labels, missing)
    return ended


def _total(families: Iterable[Metric], name: str) -> float:
    return sum(sample.value for family in families if family.name == name for sample in family.samples)


def _set(family: Metric, value: float) -> None:
    """Of a family without labels."""
    [sample] = family.samples
    family.samples = [sample._replace(value=value)]

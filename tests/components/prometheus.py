"""Debian's Prometheus as its operators run it, on a folder and a port of its own: it scrapes, or has scraped.

`history` gives it a past: samples in the text format, with their moments.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from components.base import missing, used
from components.postgres import free_port

_PATH = "/usr/bin:/usr/local/bin"
_SECONDS = 120.0
_KEPT = "3650d"  # the past of a test may be years ago


class PrometheusServer:
    """`targets`: per job the HOST:PORT to scrape at /metrics. `rules`: files that it reads."""

    def __init__(
        self,
        folder: Path,
        targets: Mapping[str, Sequence[str]] | None = None,
        *,
        interval: str = "1s",
        rules: Sequence[Path] = (),
    ) -> None:
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.targets: dict[str, Sequence[str]] = dict(targets or {})
        self._interval = interval
        self._rules = [str(rule) for rule in rules]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def scrape(self, job: str, *addresses: str) -> None:
        """Before it starts."""
        self.targets[job] = addresses

    def history(self, openmetrics: str) -> None:
        """Before it starts: what it scraped earlier, as `NAME{LABELS} VALUE SECONDS`, `# EOF` at the end."""
        self._folder.mkdir(parents=True, exist_ok=True)
        text = self._folder / "history.txt"
        text.write_text(openmetrics)
        promtool = _program("promtool")
        made = [promtool, "tsdb", "create-blocks-from", "openmetrics", text, self._folder / "data"]
        subprocess.run(made, check=True, capture_output=True, timeout=_SECONDS)

    def start(self) -> None:
        """Returns when it answers."""
        program = _program("prometheus")
        self._folder.mkdir(parents=True, exist_ok=True)
        config = self._folder / "prometheus.yml"
        config.write_text(yaml.safe_dump(self._configuration()))
        with (self._folder / "prometheus.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    program,
                    f"--config.file={config}",
                    f"--storage.tsdb.path={self._folder / 'data'}",
                    f"--storage.tsdb.retention.time={_KEPT}",
                    f"--web.listen-address=127.0.0.1:{self._port}",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.wait(lambda: self._get("/-/ready") is not None)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=_SECONDS)
            self._process = None

    def __enter__(self) -> PrometheusServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # What it knows -----------------------------------------------------------------------------

    def query(self, expr: str, at: float | None = None) -> list[dict[str, Any]]:
        """The result of an instant query; the test fails for one that Prometheus does not take."""
        return self._result("query", {"query": expr, **({} if at is None else {"time": at})})

    def query_range(self, expr: str, start: float, end: float, step: float) -> list[dict[str, Any]]:
        return self._result("query_range", {"query": expr, "start": start, "end": end, "step": step})

    def value(self, expr: str) -> float | None:
        """Of a query that gives one number; None while there is none."""
        found = self.query(expr)
        return float(found[0]["value"][1]) if found else None

    def scraped(self, times: int = 2, seconds: float = _SECONDS) -> None:
        """Waits until every target was scraped so often, so that a rate has something to go by."""
        known = sum(len(addresses) for addresses in self.targets.values())

        def enough() -> bool:
            counts = self.query("count_over_time(up[1h])")
            up = self.query("up == 1")
            return len(up) == known and all(float(c["value"][1]) >= times for c in counts)

        self.wait(enough, seconds)

    def wait(self, condition: Callable[[], Any], seconds: float = _SECONDS) -> Any:
        until = time.monotonic() + seconds
        while not (found := condition()):
            assert self._process is not None, "it does not run"
            assert self._process.poll() is None, self._log()
            assert time.monotonic() < until, f"waited {seconds} s in vain; {self._log()}"
            time.sleep(0.05)
        return found

    def _configuration(self) -> dict[str, Any]:
        times = ("scrape_interval", "scrape_timeout", "evaluation_interval")
        return {
            "global": dict.fromkeys(times, self._interval),
            "rule_files": self._rules,
            "scrape_configs": [
                {"job_name": job, "static_configs": [{"targets": list(addresses)}]}
                for job, addresses in self.targets.items()
            ],
        }

    def _result(self, what: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        answer = self._get(f"/api/v1/{what}?{urllib.parse.urlencode(parameters)}")
        assert answer is not None, f"{parameters} was not answered; {self._log()}"
        found: dict[str, Any] = json.loads(answer)
        assert found["status"] == "success", (parameters, found)
        result: list[dict[str, Any]] = found["data"]["result"]
        return result

    def _get(self, path: str) -> bytes | None:
        """None if it does not answer; an error it explains is an answer."""
        try:
            with urllib.request.urlopen(f"{self.url}{path}", timeout=30) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return bytes(error.read()) if path.startswith("/api/") else None
        except OSError:
            return None

    def _log(self) -> str:
        return (self._folder / "prometheus.log").read_text()[-3000:]


def _program(name: str) -> str:
    found = shutil.which(name, path=_PATH)
    if found is None:
        missing("prometheus", f"no {name}; install Debian's package prometheus")
    said = subprocess.run([found, "--version"], check=True, capture_output=True, text=True)
    used("prometheus", f"Prometheus {(said.stdout or said.stderr).split()[2]} of Debian, started by tests")
    return found

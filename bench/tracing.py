"""What tracing costs the intake: off, of a tenth and of all pushes, side by side. `--quick` for trying it.

Rounds of the three follow each other, so that a busy machine is as busy for each; figures are medians. The
collector, which only answers, is in this process.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

# First: helpdesk is the package, and not the bench of that name beside this file.
sys.path.insert(0, str(Path(__file__).parent.parent))
from intake import QUICK, Load, Sampled, machine, new_gateway, push, running

LOAD = Load("3 kB", 0, 0, 50 if QUICK else 15)  # `push` takes a tenth of it if quick
SENDERS = 8
ROUNDS = int(next((one for one in sys.argv[1:] if one.isdigit()), "5"))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments: Any) -> None: ...


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/v1/traces"
    kinds = {"off": ("", "1"), "a tenth": (url, "0.1"), "all": (url, "1")}
    found: dict[str, list[tuple[float, float, float]]] = {kind: [] for kind in kinds}
    for _ in range(ROUNDS):
        for kind, (traces_url, ratio) in kinds.items():
            os.environ |= {"TRACES_URL": traces_url, "TRACES_RATIO": ratio}
            with tempfile.TemporaryDirectory() as folder:
                found[kind].append(measure(Path(folder)))
    print(f"Machine: {machine()}. {ROUNDS} rounds of {SENDERS} senders, 3 kB, role intake; medians.\n")
    print("| traced | messages/s | of off | p50 ms | CPU ms/message | of off |\n|---|---|---|---|---|---|")
    medians = {
        kind: [statistics.median(column) for column in zip(*rows, strict=True)]
        for kind, rows in found.items()
    }
    rate_off, _, cpu_off = medians["off"]
    for kind, (rate, p50, cpu) in medians.items():
        print(
            f"| {kind} | {rate:,.0f} | {rate / rate_off:.0%} | {p50 * 1000:.1f} | {cpu * 1000:.2f} "
            f"| {cpu / cpu_off:.0%} |"
        )


def measure(folder: Path) -> tuple[float, float, float]:
    """Messages per second, the median answer, CPU seconds per message."""
    settings, authorization = new_gateway(folder)
    with running(settings, "intake") as (process, url), Sampled(process) as sampled:
        result = push(url, authorization, LOAD, SENDERS)
    if result["failures"]:
        raise SystemExit(f"{result['failures']} pushes got no number")
    rate = result["messages"] / result["seconds"]
    return rate, result["p50"], sampled.cpu_seconds / (result["messages"] + 1)


if __name__ == "__main__":
    main()

"""The Prometheus that tests stand on has a past if it is given one, and scrapes what it is told to."""

from __future__ import annotations

from pathlib import Path

from components.prometheus import PrometheusServer

HISTORY = """\
# TYPE pushes counter
pushes_total{outcome="accepted"} 0 1793400000
pushes_total{outcome="accepted"} 30 1793400060
pushes_total{outcome="accepted"} 60 1793400120
# EOF
"""


def test_it_knows_what_it_was_given_and_what_it_scrapes(tmp_path: Path) -> None:
    server = PrometheusServer(tmp_path)
    server.history(HISTORY)
    with server:
        [found] = server.query("increase(pushes_total[2m])", at=1793400120)
        [line] = server.query_range("pushes_total", 1793400000, 1793400120, 60)

    assert float(found["value"][1]) == 60
    assert [value for _, value in line["values"]] == ["0", "30", "60"]


def test_it_scrapes_until_there_is_enough_for_a_rate(tmp_path: Path) -> None:
    server = PrometheusServer(tmp_path, interval="200ms")
    server.scrape("itself", server.url.removeprefix("http://"))
    with server:
        server.scraped()
        [rate] = server.query("rate(process_cpu_seconds_total[1m])")

    assert float(rate["value"][1]) >= 0

"""Prometheus and Grafana are given configurations that they take, and that find every role."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from components.base import Component, Missing, component
from deploy.compose import ROOT, read_services
from gateway.metrics import Metrics

FOLDER = ROOT / "deploy"


def find_promtool(_folder: Path) -> Component:
    """For `component`. Raises Missing."""
    binary = shutil.which("promtool", path="/usr/bin:/usr/local/bin")
    if binary is None:
        raise Missing("no promtool; install Debian's package prometheus")
    said = subprocess.run([binary, "--version"], check=True, capture_output=True, text=True)
    version = (said.stdout or said.stderr).split()[2]
    return Component(line=f"promtool {version}, on deploy/prometheus", address={"binary": binary})


@pytest.fixture(scope="module")
def promtool() -> str:
    return component("promtool", find_promtool).address["binary"]


def check(promtool: str, path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [promtool, "check", "config", path], check=False, capture_output=True, text=True, timeout=60
    )


def test_prometheus_takes_its_configuration(promtool: str, tmp_path: Path) -> None:
    source = FOLDER / "prometheus" / "prometheus.yml"
    wrong = tmp_path / "prometheus.yml"
    wrong.write_text(source.read_text().replace("scrape_interval", "scrap_interval"))

    assert check(promtool, source).returncode == 0, check(promtool, source).stderr
    assert check(promtool, wrong).returncode != 0


def test_what_a_role_shows_is_what_prometheus_reads(promtool: str) -> None:
    done = subprocess.run(
        [promtool, "check", "metrics"],
        input=Metrics().render().decode(),
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode in (0, 3), done.stderr  # 1: it cannot be read; 3: it would name one otherwise


def test_every_role_is_scraped_on_its_operations_port_from_the_network_it_is_on() -> None:
    config = yaml.safe_load((FOLDER / "prometheus" / "prometheus.yml").read_text())
    [job] = [job for job in config["scrape_configs"] if job["job_name"] == "kindkans-gateway"]
    [found] = job["dns_sd_configs"]
    services = read_services()

    assert set(found["names"]) == {"intake", "relay", "kindkans"}
    for name in found["names"]:
        assert services[name].environment["OPS_PORT"] == str(found["port"])
        assert set(services[name].raw["networks"]) & set(services["prometheus"].raw["networks"])


def test_grafana_reads_from_our_prometheus_and_shows_the_dashboards_that_are_put_there() -> None:
    [source] = yaml.safe_load((FOLDER / "grafana" / "datasources" / "prometheus.yaml").read_text())[
        "datasources"
    ]
    [provider] = yaml.safe_load((FOLDER / "grafana" / "dashboards" / "provider.yaml").read_text())[
        "providers"
    ]
    services = read_services()
    mounts = [mount for mount in services["grafana"].raw["volumes"] if mount["type"] == "bind"]

    assert source["url"] == "http://prometheus:9090"
    assert [mount["source"] for mount in mounts] == ["./deploy/grafana"]
    assert provider["options"]["path"] == f"{mounts[0]['target']}/dashboards"

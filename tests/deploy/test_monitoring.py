"""Prometheus and Grafana are given configurations that they take, and that find every role."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.base import Component, Missing, component
from deploy.compose import ONCE, ROOT, read_services
from gateway.metrics import Metrics

FOLDER = ROOT / "deploy"
CONFIG = "/etc/prometheus/prometheus.yml"


def find_promtool(_folder: Path) -> Component:
    """For `component`. Raises Missing."""
    binary = shutil.which("promtool", path="/usr/bin:/usr/local/bin")
    if binary is None:
        raise Missing("no promtool; install Debian's package prometheus")
    said = subprocess.run([binary, "--version"], check=True, capture_output=True, text=True)
    version = (said.stdout or said.stderr).split()[2]
    return Component(
        line=f"promtool {version}, on deploy/prometheus and monitoring/rules", address={"binary": binary}
    )


@pytest.fixture(scope="module")
def promtool() -> str:
    return component("promtool", find_promtool).address["binary"]


@pytest.fixture
def mounted(tmp_path: Path) -> Path:
    """What compose puts in the container of prometheus, as a folder; its binds are copies."""
    for mount in binds("prometheus"):
        source, target = ROOT / mount["source"], tmp_path / mount["target"].lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)
    return tmp_path


def binds(service: str) -> list[dict[str, Any]]:
    return [mount for mount in read_services()[service].raw["volumes"] if mount["type"] == "bind"]


def check(promtool: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = folder / CONFIG.lstrip("/")
    return subprocess.run(
        [promtool, "check", "config", path], check=False, capture_output=True, text=True, timeout=60
    )


def test_prometheus_reads_the_file_that_is_put_there(mounted: Path) -> None:
    assert f"--config.file={CONFIG}" in read_services()["prometheus"].command
    assert (mounted / CONFIG.lstrip("/")).is_file()
    assert (mounted / "etc/prometheus/rules").is_dir()


def test_prometheus_takes_its_configuration_and_every_rule(promtool: str, mounted: Path) -> None:
    rules = sorted((mounted / "etc/prometheus/rules").glob("*.yml"))
    done = check(promtool, mounted)

    assert rules, "monitoring/rules is empty"
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("rules found") == len(rules), done.stdout


def test_a_configuration_that_is_wrong_is_refused(promtool: str, mounted: Path) -> None:
    config = mounted / CONFIG.lstrip("/")
    config.write_text(config.read_text().replace("scrape_interval", "scrap_interval"))

    assert check(promtool, mounted).returncode != 0


def test_a_rule_that_is_wrong_is_refused(promtool: str, mounted: Path) -> None:
    rule = {"record": "slo:wrong", "expr": "sum(("}
    wrong = {"groups": [{"name": "wrong", "rules": [rule]}]}
    (mounted / "etc/prometheus/rules/wrong.yml").write_text(yaml.safe_dump(wrong))

    assert check(promtool, mounted).returncode != 0


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
    config = read_yaml("prometheus", "prometheus.yml")
    [job] = [job for job in config["scrape_configs"] if job["job_name"] == "kindkans-gateway"]
    [found] = job["dns_sd_configs"]
    services = read_services()

    assert set(found["names"]) == {s.name for s in services.values() if s.is_gateway} - ONCE
    for name in found["names"]:
        assert services[name].environment["OPS_PORT"] == str(found["port"])
        assert set(services[name].raw["networks"]) & set(services["prometheus"].raw["networks"])


def test_a_metric_keeps_its_own_role_where_a_process_has_one_as_well() -> None:
    config = read_yaml("prometheus", "prometheus.yml")
    [job] = [job for job in config["scrape_configs"] if job["job_name"] == "kindkans-gateway"]

    assert job["honor_labels"] is True
    assert [rule["target_label"] for rule in job["relabel_configs"]] == ["role"]


def test_grafana_reads_from_our_prometheus_as_often_as_that_scrapes() -> None:
    [source] = read_yaml("grafana", "datasources", "prometheus.yaml")["datasources"]
    config = read_yaml("prometheus", "prometheus.yml")

    assert source["url"] == "http://prometheus:9090"
    assert source["jsonData"]["timeInterval"] == config["global"]["scrape_interval"]


def test_grafana_shows_the_dashboards_that_are_put_there_and_opens_with_one() -> None:
    [provider] = read_yaml("grafana", "dashboards", "provider.yaml")["providers"]
    mounts = {mount["target"]: mount["source"] for mount in binds("grafana")}
    folder = mounts[provider["options"]["path"]]
    home = Path(read_services()["grafana"].environment["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])

    assert mounts["/etc/grafana/provisioning"] == "./deploy/grafana"
    assert str(home.parent) == provider["options"]["path"]
    assert json.loads((ROOT / folder / home.name).read_text())["uid"] == "kindkans-service"


def test_the_status_page_asks_the_prometheus_that_runs_beside_it() -> None:
    services = read_services()

    assert services["helpdesk"].environment["PROMETHEUS_URL"] == "http://prometheus:9090"
    assert set(services["helpdesk"].raw["networks"]) & set(services["prometheus"].raw["networks"])


def read_yaml(*parts: str) -> dict[str, Any]:
    """A file of deploy/."""
    read: dict[str, Any] = yaml.safe_load(FOLDER.joinpath(*parts).read_text())
    return read

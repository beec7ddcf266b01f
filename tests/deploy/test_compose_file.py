"""compose.yaml keeps to the Compose Specification, and to what we ask of every service."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from deploy.backing import PRODUCTION
from deploy.compose import ADDRESSES, ONCE, ROOT, Service, read_compose, read_services
from gateway.reference import commands_page
from gateway.settings import Settings

SCHEMA = Path(__file__).parent / "compose_spec" / "compose-spec.json"
SERVICES = read_services()
GATEWAY = [service for service in SERVICES.values() if service.is_gateway]
ROLES = [SERVICES[name] for name in ("intake", "relay", "kindkans", "helpdesk")]
every_service = pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES.keys())
every_gateway = pytest.mark.parametrize("service", GATEWAY, ids=lambda service: service.name)

# Settings that compose.yaml uses, and that come with RabbitMQ and S3; none is allowed any more once they did.
AWAITED = frozenset(
    {
        "STORAGE_URL",
        "KINDKANS_STORAGE_URL",
        "STORAGE_ENDPOINT",
        "STORAGE_REGION",
        "STORAGE_KEY_ID",
        "STORAGE_SECRET",
        "BROKER_PASSWORD",
    }
)
NO_SECRETS = re.compile(r"PASSWORD|SECRET|TOKEN|PASS$|_KEY$")
IMAGE = re.compile(r"[a-z0-9./-]+:v?\d+\.\d+\.\d+(-[a-z0-9.]+)?|postgres:\d+\.\d+-alpine\d\.\d+")
DURATION = re.compile(r"(\d+)s")


def names_of_settings() -> set[str]:
    return {name.upper() for name in Settings.model_fields}


def test_the_file_is_what_the_compose_specification_allows() -> None:
    schema = json.loads(SCHEMA.read_text())
    file = read_compose(**ADDRESSES)
    extensions = {key: value for key, value in file.items() if key.startswith("x-")}

    jsonschema.Draft7Validator(schema).validate(file)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(schema).validate(file | {"service": {}})
    assert set(extensions) >= {"x-hardened", "x-gateway"}


def test_it_does_not_start_without_the_address_that_schools_call() -> None:
    with pytest.raises(AssertionError, match="PUBLIC_URL"):
        read_compose()


@every_service
def test_a_service_can_do_no_more_than_it_must(service: Service) -> None:
    raw = service.raw

    assert service.user > 0
    assert raw["read_only"] is True
    assert raw["cap_drop"] == ["ALL"]
    assert raw["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "devices", "network_mode", "pid", "ipc", "userns_mode"} & set(raw)
    assert all(mount.get("read_only") for mount in raw["volumes"] if mount["type"] == "bind")


@every_service
def test_a_service_has_limits_and_an_end(service: Service) -> None:
    limits = service.raw["deploy"]["resources"]["limits"]
    assert {"cpus", "memory"} <= set(limits)
    assert service.raw["pids_limit"] > 0
    assert service.raw["logging"]["options"].keys() >= {"max-size", "max-file"}
    assert DURATION.fullmatch(service.raw["stop_grace_period"])
    if service.name in ONCE:
        assert service.raw["restart"] in ("no", "on-failure:5")
        assert service.raw["healthcheck"] == {"disable": True}
    else:
        assert service.raw["restart"] == "unless-stopped"
        assert service.raw["healthcheck"]["test"][0] == "CMD"
        assert {"interval", "timeout", "retries", "start_period"} <= set(service.raw["healthcheck"])


@every_service
def test_an_image_is_of_one_version(service: Service) -> None:
    assert IMAGE.fullmatch(service.raw["image"])


@every_service
def test_no_secret_is_in_the_environment(service: Service) -> None:
    suspect = {name: value for name, value in service.environment.items() if NO_SECRETS.search(name)}

    assert all(value.startswith("/run/secrets") for value in suspect.values())
    assert not any(re.search(r"//[^/]*:[^/]*@", value) for value in service.environment.values())
    assert not any(NO_SECRETS.search(word.upper()) for word in service.command)


@every_service
def test_only_nginx_has_a_port_outside(service: Service) -> None:
    assert ("ports" in service.raw) == (service.name == "nginx")
    assert ("outside" in service.raw["networks"]) == (service.name == "nginx")


def test_who_stands_in_front_cannot_reach_what_is_behind() -> None:
    networks = read_compose(**ADDRESSES)["networks"]
    behind = {"database", "broker", "storage"}

    assert all(
        networks[name] == {"internal": True} for name in behind | {"front", "watch", "desk", "dossiers"}
    )
    assert not behind & {*SERVICES["nginx"].raw["networks"], *SERVICES["grafana"].raw["networks"]}
    assert "broker" not in SERVICES["intake"].raw["networks"]
    assert "storage" not in SERVICES["relay"].raw["networks"]
    assert [s.name for s in SERVICES.values() if "identity" in s.raw["networks"]] == ["helpdesk"]
    assert not {"broker", "storage", "front"} & {*SERVICES["helpdesk"].raw["networks"]}
    for name, network in (("postgres", "database"), ("s3", "storage")):
        assert SERVICES[name].raw["networks"] == [network]


def test_every_role_that_dossiers_wait_for_runs_twice() -> None:
    counts = {"intake": 2, "relay": 2, "kindkans": 2, "helpdesk": 1}
    assert {role.name: role.replicas for role in ROLES} == counts


@every_gateway
def test_every_variable_is_a_setting(service: Service) -> None:
    secret = {s.target.upper() for s in service.secrets if "." not in s.target}

    assert set(service.environment) | secret <= names_of_settings() | (set() if PRODUCTION else AWAITED)


@every_service
def test_every_variable_has_a_value(service: Service) -> None:
    """One without would be taken from the shell of whoever starts it."""
    assert None not in service.raw.get("environment", {}).values()


@every_gateway
def test_every_command_is_one_of_ours(service: Service) -> None:
    ours = re.findall(r"^\| `([^`]+)`", commands_page(), re.MULTILINE)

    if service.name == "bucket":
        assert (ROOT / "deploy" / "make_bucket.py").exists()
    else:
        assert " ".join(service.command) in {*ours, "--help"}


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_a_role_is_given_time_to_drain_and_keeps_nothing_that_must_last(role: Service) -> None:
    [grace] = DURATION.findall(role.raw["stop_grace_period"])
    environment = role.environment

    assert float(grace) >= float(environment["DRAIN_SECONDS"]) + 10
    assert (environment["HOST"], environment["LOG_FORMAT"]) == ("0.0.0.0", "json")
    keyed = role.name != "relay"  # which passes on what is sealed
    assert environment.get("KEY_FILE") == ("/run/secrets/keys.json" if keyed else None)
    assert ("keys.json" in {secret.target for secret in role.secrets}) == keyed
    assert environment["SECRETS_FOLDER"] == "/run/secrets"
    [data] = role.raw["volumes"]  # without a name: of this container alone
    assert data == {"type": "volume", "target": environment["DATA_FOLDER"]}


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_a_role_is_healthy_when_it_is_ready(role: Service) -> None:
    test = role.raw["healthcheck"]["test"]

    assert test[1:3] == ["python", "-c"]
    assert f"http://127.0.0.1:{role.environment['OPS_PORT']}/readyz" in test[3]
    compile(test[3], "healthcheck", "exec")


def test_a_role_starts_after_its_migration_its_queues_and_its_bucket() -> None:
    done = {"condition": "service_completed_successfully"}

    assert SERVICES["intake"].raw["depends_on"] == {"migrate": done, "bucket": done}
    assert SERVICES["relay"].raw["depends_on"] == {"migrate": done, "provision": done}
    assert SERVICES["kindkans"].raw["depends_on"] == {"migrate": done, "provision": done, "bucket": done}


def test_every_file_that_is_mounted_is_there() -> None:
    sources = [
        mount["source"]
        for service in SERVICES.values()
        for mount in service.raw["volumes"]
        if mount["type"] == "bind"
    ]

    assert len(sources) >= 5
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_no_secret_is_in_the_repository() -> None:
    ignored = subprocess.run(
        ["git", "check-ignore", "deploy/secrets/gateway/keys.json"],
        cwd=ROOT,
        check=False,
        capture_output=True,
    )

    assert ignored.returncode in (0, 128)  # 128: not in a repository


def test_every_secret_is_made_for_the_user_of_the_one_service_that_reads_it(tmp_path: Path) -> None:
    made = subprocess.run([sys.executable, ROOT / "deploy" / "make-secrets", tmp_path], check=True, text=True,
                          capture_output=True)  # fmt: skip
    users = users_of_folders()
    by_hand = {"nginx/server.crt", "nginx/server.key", "nginx/clients-ca.crt"}

    for service in SERVICES.values():
        for secret in service.secrets:
            assert users[secret.path.split("/")[0]] == service.user
            assert (tmp_path / secret.path).is_file() == (secret.path not in by_hand)
    assert {path for path in by_hand if path in made.stdout} == by_hand


def users_of_folders() -> dict[str, Any]:
    source = (ROOT / "deploy" / "make-secrets").read_text()
    [table] = re.findall(r"^USERS = (\{.*\})$", source, re.MULTILINE)
    users: dict[str, Any] = json.loads(table)
    return users

"""compose.yaml as data: what the checks look at, and what the processes are started from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent.parent
FILE = ROOT / "compose.yaml"
GATEWAY_IMAGE = "kindkans-gateway"
ONCE = frozenset({"migrate", "provision", "bucket", "admin"})  # they end by themselves
ADDRESSES = {
    "PUBLIC_URL": "https://gateway.example",
    "HELPDESK_URL": "https://helpdesk.example",
    "KINDKANS_URL": "https://kindkans.example",
}
_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A file of the host, and its name in /run/secrets."""

    source: str
    target: str
    path: str  # below the folder of secrets


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    name: str
    raw: Mapping[str, Any]
    environment: Mapping[str, str]
    secrets: Sequence[Secret]

    @property
    def is_gateway(self) -> bool:
        return str(self.raw["image"]).startswith(f"{GATEWAY_IMAGE}:")

    @property
    def command(self) -> Sequence[str]:
        return [str(word) for word in self.raw.get("command", [])]

    @property
    def replicas(self) -> int:
        return int(self.raw["deploy"].get("replicas", 1))

    @property
    def user(self) -> int:
        return int(str(self.raw["user"]).split(":")[0])


def read_compose(**variables: str) -> dict[str, Any]:
    """The file, its anchors merged and its variables filled in."""
    filled = _VARIABLE.sub(lambda found: _value(found, variables), FILE.read_text())
    read: dict[str, Any] = yaml.safe_load(filled)
    return read


def read_services(**variables: str) -> dict[str, Service]:
    read = read_compose(**ADDRESSES | {"SECRETS": "/secrets"} | variables)
    files = {name: str(entry["file"]) for name, entry in read["secrets"].items()}
    return {
        name: Service(
            name=name,
            raw=raw,
            environment={key: str(value) for key, value in raw.get("environment", {}).items()},
            secrets=[
                Secret(source=s["source"], target=s["target"], path=_below(files[s["source"]]))
                for s in raw.get("secrets", [])
            ],
        )
        for name, raw in read["services"].items()
    }


def _value(found: re.Match[str], variables: Mapping[str, str]) -> str:
    name, operator, rest = found.groups()
    if name in variables:
        return variables[name]
    assert operator == "-", f"{name} has no default: {rest}"
    return str(rest)


def _below(path: str) -> str:
    return "/".join(Path(path).parts[-2:])

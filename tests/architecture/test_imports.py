"""The directions of imports hold, and the tool that says so would notice if they did not."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LINT_IMPORTS = Path(sys.executable).parent / "lint-imports"

# What the store may know of the gateway's database package: how to connect, how to commit, and the tables
# about people, which its own database has too.
STORE_MAY_KNOW = {
    "database.accounts",
    "database.audit",
    "database.audit_filter",
    "database.columns",
    "database.login_failures",
    "database.people_schema",
    "database.phc",
    "database.secret_hashes",
    "database.sessions",
    "database.engine",
    "database.committer",
    "database.deferred",
    "database.key_fingerprints",
    "database.sqlite",
    "database.postgres",
}

SINS = [
    ("dossier/brin.py", "import sqlalchemy", "pure"),
    ("dossier/brin.py", "import routing.tables", "layers"),
    ("validators/checks.py", "import lxml.etree", "pure"),
    ("validators/checks.py", "import routing.route", "layers"),
    ("routing/route.py", "import pydantic", "pure"),
    ("storage/seal.py", "import database.engine", "layers"),
    ("database/audit.py", "import outbox.relay", "layers"),
    ("adapters/parnassys/translate.py", "import kindkans.queries", "layers"),
    ("adapters/parnassys/translate.py", "import database.outbox", "translation"),
    ("adapters/parnassys/answer.py", "import requests", "standin"),
    ("gateway/intake.py", "from lxml import etree", "lxml"),
    ("gateway/intake.py", "import nats", "brokers"),
    ("outbox/relay.py", "import aio_pika", "brokers"),
    ("gateway/intake.py", "import obstore", "storage"),
    ("outbox/relay.py", "from faststream.nats import NatsBroker", "brokers"),
    ("gateway/intake.py", "from prometheus_client import Counter", "metrics"),
    ("gateway/traced.py", "from opentelemetry import trace", "tracing"),
    ("kindkans/handler.py", "import outbox.settings", "kindkans"),
    ("kindkans/handler.py", "import database.schema", "kindkans"),
    ("web/visit.py", "import helpdesk.roles", "layers"),
    ("web/visit.py", "import database.organisaties", "kindkans"),
    ("database/sessions.py", "import database.schema", "kindkans"),
    ("kindkans/pages/visit.py", "import fastapi", "fastapi"),
    ("gateway/intake.py", "import migrations", "migrations"),
]


def our_packages() -> set[str]:
    return {init.parent.name for init in ROOT.glob("*/__init__.py")}


def contracts() -> dict[str, Any]:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return pyproject["tool"]["importlinter"]  # type: ignore[no-any-return]


def lint(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [LINT_IMPORTS, "--no-cache", "--no-logo", *arguments]
    # PYTHONPATH: the folder's own packages, and not those that are installed from here.
    environment = {"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin", "COLUMNS": "200"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of all sources, to sin in."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for package in our_packages():
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_every_import_contract_is_kept() -> None:
    result = lint(ROOT)

    assert result.returncode == 0, result.stdout
    assert f"{len(contracts()['contracts'])} kept, 0 broken" in result.stdout


@pytest.mark.parametrize(("module", "sin", "contract"), SINS, ids=[f"{m}: {s}" for m, s, _ in SINS])
def test_a_deliberate_sin_breaks_its_contract(house: Path, module: str, sin: str, contract: str) -> None:
    file = house / module
    innocent = file.read_text()
    try:
        file.write_text(f"{innocent}\n{sin}\n")
        result = lint(house, "--contract", contract)
    finally:
        file.write_text(innocent)

    assert result.returncode == 1, result.stdout + result.stderr
    assert "0 kept, 1 broken" in result.stdout


def test_the_copy_to_sin_in_is_clean_before(house: Path) -> None:
    assert lint(house).returncode == 0


def test_every_contract_has_a_sin_that_proves_it() -> None:
    assert {contract for _, _, contract in SINS} == {contract["id"] for contract in contracts()["contracts"]}


def test_every_package_of_ours_is_known_to_the_tool_and_stands_in_a_layer_or_is_the_migrations() -> None:
    layers = next(c["layers"] for c in contracts()["contracts"] if c["type"] == "layers")
    in_layers = {name for layer in layers for name in re.findall(r"[a-z_]+", layer)}

    assert our_packages() == set(contracts()["root_packages"])
    assert our_packages() == in_layers | {"migrations"}


def test_the_store_is_forbidden_the_gateways_tables() -> None:
    modules = {f"database.{path.stem}" for path in (ROOT / "database").glob("[a-z]*.py")}
    forbidden = next(c["forbidden_modules"] for c in contracts()["contracts"] if c["id"] == "kindkans")

    assert modules - STORE_MAY_KNOW == {name for name in forbidden if name.startswith("database.")}


def test_every_installed_library_that_we_depend_on_is_forbidden_to_the_pure_packages() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    names = {
        re.match(r"[a-z0-9-]+", requirement)[0].replace("-", "_")  # type: ignore[index]
        for requirement in pyproject["project"]["dependencies"]
    }
    imported_as = {
        "pyyaml": "yaml",
        "python_magic": "magic",
        "opentelemetry_sdk": "opentelemetry",
        "opentelemetry_exporter_otlp_proto_http": "opentelemetry",
    }
    forbidden = next(c["forbidden_modules"] for c in contracts()["contracts"] if c["id"] == "pure")

    assert {imported_as.get(name, name) for name in names} <= set(forbidden)

"""A rolling restart under load: migrated first, then role by role, and back; old and new side by side.

The new version is this one with a migration more, which only adds (docs/how-to/operations.md).
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

import gateway
from acceptance.process import wait_for
from database.migrate import History
from faults.catalogue.case import FaultCase
from faults.load import Load
from faults.stack import Stack

_ROOT = Path(gateway.__file__).parent.parent
_ROLES = ("kindkans", "relay", "intake")
_PACKAGES = (
    "adapters", "brokers", "database", "dossier", "gateway", "kindkans", "migrations", "outbox", "routing",
    "storage", "validators",
)  # fmt: skip
_REVISION = "9999"
_MIGRATION = '''"""Adds a column and a table."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{down}"


def upgrade() -> None:
    op.add_column("{table}", sa.Column("added_by_test", sa.String(16)))
    op.create_table("added_by_test", sa.Column("number", sa.Integer, primary_key=True))
'''
_TABLES = {History.GATEWAY: "inzending", History.KINDKANS: "versie"}


def _rolling(stack: Stack, load: Load, rng: random.Random) -> None:
    code = _new_version(stack.folder.with_name(f"{stack.folder.name}-newer"))
    newer = {"PYTHONPATH": str(code), "PYTHONSAFEPATH": "1"}  # and not what lies in the current folder
    subprocess.run(
        [sys.executable, "-m", "gateway", "migrate"],
        env=stack.full_environment() | newer,
        check=True,
        capture_output=True,
        timeout=60,
    )
    load.answered(5)  # by the old roles, which were there already
    for role in _ROLES:
        stack.restart(role, **newer)
        load.answered(5)
    for role in _ROLES:  # it did not please: the old version starts on the newer schema
        stack.restart(role)
        load.answered(3)
    assert {row[0] for row in stack.rows("SELECT version_num FROM alembic_version")} == {_REVISION}
    wait_for(lambda: stack.ready("intake"))


def _new_version(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    for package in _PACKAGES:
        shutil.copytree(
            _ROOT / package,
            folder / package,
            ignore=shutil.ignore_patterns("__pycache__"),
            dirs_exist_ok=True,
        )
    for history, table in _TABLES.items():
        config = Config()
        config.set_main_option("script_location", history.value)
        config.set_main_option("path_separator", "os")
        head = ScriptDirectory.from_config(config).get_current_head()
        text = _MIGRATION.format(revision=_REVISION, down=head, table=table)
        name = history.value.removeprefix("migrations:")
        (folder / "migrations" / name / "versions" / f"{_REVISION}_test.py").write_text(text)
    return folder


UPGRADES = (FaultCase(name="upgrade: rolling, and back", inject=_rolling, own_stack=True),)

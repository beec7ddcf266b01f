"""What a command imports before it begins: a killed role is to be back soon."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gateway.cli import ROLES, app
from gateway.roles.shared import Role

_LOADED = """
import sys
from gateway import cli
sys.argv = ["kindkans-gateway", *{arguments}, "--help"]
try:
    cli.main()
finally:
    print([name for name in sys.modules if name.startswith(("gateway.commands.", "web.", "helpdesk."))])
"""


def _loaded_by(*arguments: str) -> str:
    code = _LOADED.format(arguments=arguments)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize("role", ROLES)
def test_a_role_starts_without_the_commands_of_people(role: str) -> None:
    assert _loaded_by(role) == "['gateway.commands.console']"


def test_a_command_of_people_is_there_when_it_is_asked_for() -> None:
    assert "'gateway.commands.koppelingen'" in _loaded_by("koppeling", "add")


def test_every_role_is_a_command_that_starts_so() -> None:
    assert set(ROLES) == {role.value for role in Role} | {"up"}
    assert set(ROLES) <= {
        command.callback.__name__ for command in app.registered_commands if command.callback
    }

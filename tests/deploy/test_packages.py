""".ci/packages: silent when all is there, one line per package installed, and no service is started by it."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from glob import glob
from pathlib import Path

import pytest

from components.base import missing
from deploy.compose import ROOT

SCRIPT = ROOT / ".ci" / "packages"
NEEDS = re.findall(r"^(/\S+) +\| (\S+)$", SCRIPT.read_text(), re.MULTILINE)


@pytest.fixture
def root() -> None:
    if os.geteuid() != 0:
        missing("root", "nobody else installs packages")


root_only = pytest.mark.usefixtures("root")


@dataclass(frozen=True)
class Machine:
    """One on which a package is missing; its apt-get writes down what it saw."""

    folder: Path
    policy: Path

    def run(self, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", self.folder / "packages"],
            env={"PATH": f"{self.folder}/bin:/usr/bin:/bin", **environment},
            check=False,
            capture_output=True,
            text=True,
        )

    @property
    def calls(self) -> Sequence[str]:
        path = self.folder / "calls"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    policy = tmp_path / "policy-rc.d"
    needs = f"'\n/bin/sh | dash\n{tmp_path}/*/absent | absent\n{tmp_path}/gone | gone\n'"
    script = re.sub(r"needs='.*?'", lambda _: f"needs={needs}", SCRIPT.read_text(), flags=re.DOTALL)
    (tmp_path / "packages").write_text(script.replace("/usr/sbin/policy-rc.d", str(policy)))
    (tmp_path / "bin").mkdir()
    for name, text in (
        ("apt-get", f'sh {policy}; echo "$* policy=$?" >> {tmp_path}/calls\n'
                    'case "$*" in *"$FAILS") echo "E: no such package"; exit 100;; esac\n'),
        ("dpkg-query", "printf 1.2-3\n"),
    ):  # fmt: skip
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n: ${{FAILS:=nothing at all}}\n{text}")
        (tmp_path / "bin" / name).chmod(0o755)
    return Machine(folder=tmp_path, policy=policy)


def test_a_machine_that_has_all_is_left_alone() -> None:
    if absent := [package for file, package in NEEDS if not glob(file)]:
        missing(" and ".join(absent), "this is no machine that has all; run .ci/packages")
    done = subprocess.run([SCRIPT], check=True, capture_output=True, text=True)

    assert (done.stdout, done.stderr) == ("", "")


@root_only
def test_what_is_absent_is_installed_with_one_line_each_and_no_service_started(machine: Machine) -> None:
    done = machine.run()

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "packages: installed absent 1.2-3 from Debian",
        "packages: installed gone 1.2-3 from Debian",
    ]
    assert machine.calls[0] == "update -qq policy=101"
    assert [call.split()[-2:] for call in machine.calls[1:]] == [
        ["absent", "policy=101"],
        ["gone", "policy=101"],
    ]
    assert not machine.policy.exists()


@root_only
def test_the_policy_of_the_machine_is_put_back_also_when_an_installation_fails(machine: Machine) -> None:
    machine.policy.write_text("#!/bin/sh\nexit 0\n")
    machine.policy.chmod(0o755)
    done = machine.run(FAILS="gone")

    assert done.returncode == 1
    assert "gone cannot be installed" in done.stderr
    assert "E: no such package" in done.stderr
    assert machine.policy.read_text() == "#!/bin/sh\nexit 0\n"
    assert machine.policy.stat().st_mode & 0o777 == 0o755


def test_every_component_that_tests_ask_of_debian_is_in_the_list() -> None:
    asked = re.findall(
        r"Debian's package ([a-z0-9-]+)",
        "".join(path.read_text() for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)),
    )
    listed = [package for _, package in NEEDS]

    assert {name for name in asked if name != "of"} <= set(listed)
    assert set(listed) == {
        "postgresql",
        "nginx-light",
        "prometheus",
        "rabbitmq-server",
        "faketime",
        "e2fsprogs",
        "chromium",
    }

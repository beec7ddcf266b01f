"""The image: what it promises, and that its own steps make a gateway that runs. No container engine."""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from deploy.compose import ROOT, read_services
from deploy.dockerfile import read_stages

BUILD, FINAL = read_stages(ROOT / "Dockerfile")
PIN = re.compile(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==([^ ;\\]+)", re.MULTILINE)
WORLD = "/opt/kindkans"


def pins(name: str) -> set[tuple[str, str]]:
    return set(PIN.findall((ROOT / name).read_text()))


def test_the_stages_are_of_one_pinned_image() -> None:
    assert BUILD.image == FINAL.image
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-[a-z]+", FINAL.image)


def test_the_final_image_only_copies_what_was_built_and_adds_nothing_that_installs() -> None:
    steps = " ".join(run.rest for run in FINAL.all("RUN"))

    assert [copy.rest for copy in FINAL.all("COPY")] == [f"--from=build {WORLD} {WORLD}"]
    assert "pip uninstall" in steps
    assert not re.search(r"pip install|apt|curl|wget", steps)
    assert not FINAL.all("ADD")


def test_it_runs_as_nobody_in_particular_and_ends_on_sigterm() -> None:
    [user] = {service.raw["user"] for service in read_services().values() if service.is_gateway}

    assert FINAL.one("USER") == user == "10010:10010"
    assert FINAL.one("STOPSIGNAL") == "SIGTERM"
    assert json.loads(FINAL.one("ENTRYPOINT")) == ["kindkans-gateway"]  # not by a shell, which eats signals
    assert "LABEL" in {one.name for one in FINAL.instructions}


def test_its_health_is_that_of_compose() -> None:
    [command] = re.findall(r"CMD (\[.*\])$", FINAL.one("HEALTHCHECK"))

    assert ["CMD", *json.loads(command)] == read_services()["intake"].raw["healthcheck"]["test"]


def test_what_runs_is_locked_with_hashes_and_at_the_versions_that_are_tested() -> None:
    for name in ("requirements-runtime.lock", "requirements-build.lock"):
        text = (ROOT / name).read_text()
        assert pins(name) <= pins("requirements.lock")
        assert text.count("--hash=sha256:") >= len(pins(name)) > 0
    assert all("--require-hashes" in run.rest for run in BUILD.all("RUN") if "--requirement" in run.rest), (
        "a lock that is not checked"
    )


def test_only_what_is_named_gets_into_the_build() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    allowed = {line[1:] for line in lines if line.startswith("!")}
    copied = {word for copy in BUILD.all("COPY") for word in copy.words[:-1]}
    packages = {
        pattern.rstrip("*")
        for pattern in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"][
            "find"
        ]["include"]
    }

    assert lines[1] == "*"
    assert allowed == copied
    assert packages <= copied


@pytest.mark.timeout(600)
@pytest.mark.xdist_group("image")
def test_its_steps_make_a_gateway_that_runs_without_anything_of_development(tmp_path: Path) -> None:
    image = Image(tmp_path)
    for instruction in BUILD.instructions:
        image.do(instruction.name, instruction.words, instruction.rest)
    listed = image.run(
        f"{WORLD}/bin/python -c 'import importlib.metadata as m;"
        ' print(*(d.metadata["Name"].lower() for d in m.distributions()))\''
    ).stdout.split()
    contract = "from adapters.parnassys.contract_check import Contract; Contract()"
    image.run(f'cd / && {WORLD}/bin/python -c "{contract}"')  # its files came along
    imported = image.gateway("brin", "import", "--yes")  # as did the migrations, and the national list
    refused = image.gateway("intake", KEY_FILE=str(tmp_path / "keys.json"))

    normal = {name.replace("_", "-") for name in listed}
    runtime = {name for name, _ in pins("requirements-runtime.lock")}
    assert "kindkans-gateway" in normal
    assert normal - {"kindkans-gateway"} <= runtime
    assert not normal & {"pytest", "mypy", "ruff", "moto", "hypothesis", "pip", "setuptools"}
    assert "integration gateway between ParnasSys and Kindkans" in image.gateway("--help").stdout
    assert "Imported 8622" in imported.stdout, imported.stderr
    assert (refused.returncode, "keys create" in refused.stderr) == (2, True), refused.stderr


class Image:
    """The build stage, done in a folder: /src and /opt are below it, `python` is one of its own with pip."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._workdir = folder
        subprocess.run([sys.executable, "-m", "venv", folder / "base"], check=True, capture_output=True)
        self._ignored = [
            line for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("**/")
        ]

    def path(self, inside: str) -> Path:
        return self._folder / inside.lstrip("/")

    def do(self, name: str, words: list[str], rest: str) -> None:
        match name:
            case "WORKDIR":
                self._workdir = self.path(rest)
                self._workdir.mkdir(parents=True)
            case "COPY":
                for source in words[:-1]:
                    self._copy(ROOT / source, self._workdir / words[-1])
            case "RUN":
                self.run(rest)
            case _:
                raise AssertionError(f"no idea how to do {name}")

    def run(self, step: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            ["/bin/sh", "-ec", step.replace("/opt/", f"{self._folder}/opt/")],
            cwd=self._workdir,
            env={**os.environ, "PATH": f"{self._folder}/base/bin:/usr/bin:/bin", "PYTHONPATH": ""},
            text=True,
            check=False,
            capture_output=True,
        )
        assert done.returncode == 0, f"{step}: {done.stderr[-2000:]}"
        return done

    def gateway(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """The program of the image, away from any source."""
        return subprocess.run(
            [self.path(f"{WORLD}/bin/kindkans-gateway"), *arguments],
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "DATA_FOLDER": str(self.path("/data")), **environment},
            text=True,
            check=False,
            capture_output=True,
        )

    def _copy(self, source: Path, target: Path) -> None:
        if source.is_dir():
            shutil.copytree(source, target, ignore=self._left_out)
        else:
            shutil.copy(source, target)

    def _left_out(self, _folder: str, names: list[str]) -> list[str]:
        patterns = [pattern.removeprefix("**/") for pattern in self._ignored]
        return [name for name in names if any(fnmatch.fnmatch(name, pattern) for pattern in patterns)]

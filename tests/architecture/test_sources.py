"""What holds for every file of ours, whatever it is about."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from components.base import missing

ROOT = Path(__file__).parents[2]
PACKAGES = sorted(init.parent.name for init in ROOT.glob("*/__init__.py"))
SOURCES = sorted(
    path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "versions" not in path.parts
)
MOST_LINES = 320

# Put together here, so that this file does not name them either.
REGISTRY_HOSTS = ("pypi" + ".org", "python" + "hosted.org")


def git(*arguments: str) -> str:
    result = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        missing("git", "this is no git repository")
    return result.stdout


def test_there_are_sources_to_look_at() -> None:
    assert len(PACKAGES) >= 12
    assert len(SOURCES) >= 100


@pytest.mark.parametrize("package", PACKAGES)
def test_no_other_installed_distribution_claims_our_package_name(package: str) -> None:
    assert set(packages_distributions().get(package, [])) == {"kindkans-gateway"}


def test_no_module_of_ours_is_named_like_one_of_the_standard_library() -> None:
    clashes = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if (path.parent.name if path.stem == "__init__" else path.stem) in sys.stdlib_module_names
        and path.stem != "__main__"
    ]

    assert clashes == []


def test_no_source_file_has_grown_into_a_god_file() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in SOURCES}

    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_every_source_file_says_what_it_is_for() -> None:
    without = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if path.stem != "__main__"
        and path.read_text().strip()
        and not path.read_text().startswith(('"""', 'r"""'))
    ]

    assert without == []


WHOSE = ("pytest", "pytest.mark", "mark", "self", "unittest", "request.node")
SKIPS = ("skip", "skipif", "importorskip", "skipTest", "xfail", "SkipTest")


def skips_in(text: str) -> Iterator[int]:
    """The lines of a test file on which a test may end without having tested."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) in WHOSE:
            names = [node.attr]
        else:
            continue
        if any(name in SKIPS for name in names):
            yield node.lineno


@pytest.mark.parametrize(
    "text",
    [
        "pytest.skip('x')",
        "@pytest.mark.skipif(True, reason='x')\ndef test(): ...",
        "mark = pytest.mark.skip",
        "from pytest import importorskip",
        "pytest.param(1, marks=[pytest.mark.xfail])",
    ],
)
def test_a_skip_is_seen(text: str) -> None:
    assert list(skips_in(text))


def test_no_test_skips_but_by_way_of_missing_which_fails_in_ci() -> None:
    """`pytest.skip.Exception`, to be caught, is no skip."""
    where = {
        f"{path.relative_to(ROOT)}:{line}"
        for path in (ROOT / "tests").rglob("*.py")
        for line in skips_in(path.read_text().replace("pytest.skip.Exception", "Skipped"))
    }

    assert {one.split(":")[0] for one in where} == {"tests/components/base.py"}
    assert len(where) == 1


def test_only_the_settings_read_the_environment() -> None:
    allowed = {"gateway/settings.py", "gateway/demo/process.py", "gateway/workers.py"}  # they hand it on
    reading = {
        str(path.relative_to(ROOT))
        for path in SOURCES
        if any(word in path.read_text() for word in ("os.environ", "os.getenv"))
    }

    assert reading <= allowed


def test_no_tracked_file_names_a_package_registry() -> None:
    names = git("ls-files", "-z").split("\0")
    found = [
        name
        for name in names
        if (ROOT / name).is_file()
        and any(host.encode() in (ROOT / name).read_bytes().lower() for host in REGISTRY_HOSTS)
    ]

    assert len(names) > 100
    assert found == []


def test_no_commit_message_names_a_package_registry() -> None:
    messages = git("log", "--format=%B").lower()

    assert not any(host in messages for host in REGISTRY_HOSTS)

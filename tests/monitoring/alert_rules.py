"""The rules and their tests as data, and copies of them to break."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
RULES = ROOT / "monitoring" / "rules"
TESTS = ROOT / "monitoring" / "rules_tests"

_COMPARED = re.compile(r"(?:==|<=|>=|<|>)\s*(\d+(?:\.\d+)?)")
_ABSENT = re.compile(r"absent\([^()]*\)")
_RECORDED = re.compile(r"\w+(?::\w+)+")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    file: str  # without .yml
    rule: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.rule["alert"])

    @property
    def labels(self) -> dict[str, str]:
        return dict(self.rule["labels"])

    @property
    def runbook(self) -> str:
        """Its file's name, without .md."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", self.name).lower()

    @property
    def looks_far_back(self) -> bool:
        """By a recording rule, over hours to weeks: its tests are long, each of its mutants costs seconds."""
        return _RECORDED.search(str(self.rule["expr"])) is not None

    @property
    def id(self) -> str:
        return "-".join([self.name, *self.labels.values()])


def read_groups(path: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load(path.read_text())["groups"])


@cache
def all_rules() -> list[tuple[str, dict[str, Any]]]:
    """With the file each is in."""
    return [
        (path.stem, rule)
        for path in sorted(RULES.glob("*.yml"))
        for group in read_groups(path)
        for rule in group["rules"]
    ]


def all_alerts() -> list[Alert]:
    return [Alert(file=file, rule=rule) for file, rule in all_rules() if "alert" in rule]


@cache
def all_test_files() -> dict[str, dict[str, Any]]:
    return {path.name: yaml.safe_load(path.read_text()) for path in sorted(TESTS.glob("*.yml"))}


def mutants(rule: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rule with one number a little up, and a little down; half and twice as patient; deaf in one ear."""
    expr = str(rule["expr"])
    for found in _COMPARED.finditer(expr):
        for number in _beside(found[1]):
            start, end = found.span(1)
            yield f"{found[0]} -> {number}", {**rule, "expr": f"{expr[:start]}{number}{expr[end:]}"}
    for found in _ABSENT.finditer(expr):
        yield f"no {found[0]}", {**rule, "expr": expr.replace(found[0], "(vector(0) > 1)")}
    if "for" in rule:
        seconds = _seconds(rule["for"])
        for other in (seconds // 2, seconds * 2):
            yield f"for {other}s", {**rule, "for": f"{other}s"}


def _beside(number: str) -> tuple[str, str]:
    if "." not in number and int(number) <= 20:
        return str(int(number) + 1), f"({int(number) - 1})"
    return f"{float(number) * 1.2:.6g}", f"{float(number) / 1.2:.6g}"


def write_copy(folder: Path, alert: Alert, rule: Mapping[str, Any]) -> list[Path]:
    """`rule` in the place of the alert's, with what it reads; its tests, the quickest first."""
    folder.mkdir(parents=True, exist_ok=True)
    group = {"name": "copy", "rules": [*_recorded_for(alert.file, rule), dict(rule)]}
    (folder / "rules.yml").write_text(yaml.safe_dump({"groups": [group]}, sort_keys=False))
    written = []
    for name, content in all_test_files().items():
        tests = [one for one in (_about(test, alert) for test in content["tests"]) if one is not None]
        if tests:
            path = folder / name
            path.write_text(yaml.safe_dump({**content, "rule_files": ["rules.yml"], "tests": tests}))
            written.append((_steps(content), path))
    return [path for _, path in sorted(written)]


def _steps(content: Mapping[str, Any]) -> float:
    """How often the rules are evaluated in it: what it costs."""
    looks = [check["eval_time"] for test in content["tests"] for check in test["alert_rule_test"]]
    return max(map(_seconds, looks)) / _seconds(content["evaluation_interval"])


def _seconds(duration: str) -> int:
    return sum(int(number) * _UNITS[unit] for number, unit in re.findall(r"(\d+)([smhdw])", duration))


def _recorded_for(file: str, rule: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The recording rules that it reads, and that those read, in their order."""
    recorded = {one["record"]: one for where, one in all_rules() if where == file and "record" in one}
    needed: set[str] = set()
    texts = [str(rule)]
    while texts:
        new = {name for name in _RECORDED.findall(texts.pop()) if name in recorded} - needed
        needed |= new
        texts += [recorded[name]["expr"] for name in new]
    return [one for name, one in recorded.items() if name in needed]


def _about(test: dict[str, Any], alert: Alert) -> dict[str, Any] | None:
    """What of a test is about the alert; None if nothing is, or if it fires for other labels only."""
    checks = [check for check in test["alert_rule_test"] if check["alertname"] == alert.name]
    own = [{**check, "exp_alerts": _of(alert, check["exp_alerts"])} for check in checks]
    fires = any(check["exp_alerts"] for check in checks)
    if not checks or (fires and not any(check["exp_alerts"] for check in own)):
        return None
    return {**test, "alert_rule_test": own}


def _of(alert: Alert, expected: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in expected if alert.labels.items() <= one["exp_labels"].items()]


def run(promtool: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([promtool, *arguments], check=False, capture_output=True, text=True, timeout=300)

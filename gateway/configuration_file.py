"""The YAML file of the settings: read, checked as a whole, and in the words of the domain.

Whatever is wrong in it is said at once, with its place; nothing is half understood. Two things under
one id, or a key given twice, are errors: one of them would silently lose.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from database.organisaties import Swv
from database.phc import is_argon2id
from dossier.errors import ConfigurationError
from dossier.identifiers import OmgevingId
from helpdesk import administration as admin
from routing.brin_list import ListedSchool
from routing.tables import Koppeling, KoppelingStatus, Organisatie

T = TypeVar("T")
Text = Annotated[str, StringConstraints(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Brin(_Strict):
    brin: str
    vestiging: str = "00"
    naam: Text
    plaats: Text


class _Organisatie(_Strict):
    id: str
    naam: Text
    brin: str | None = None
    vestiging: str | None = None


class _Swv(_Strict):
    id: str
    naam: Text
    organisaties: tuple[_Organisatie, ...] = ()


class _Koppeling(_Strict):
    id: str
    omgeving: str
    swv: str
    status: KoppelingStatus = KoppelingStatus.AANGEVRAAGD
    brins: tuple[str, ...]


class _Omgeving(_Strict):
    id: str
    naam: Text
    secret_hash: str | None = None  # argon2id PHC string; left out: a secret is made and shown once


class _File(_Strict):
    brin_list: Text | None = None  # a file, relative to this one; `shipped` is the list we ship
    brins: tuple[_Brin, ...] = ()
    swvs: tuple[_Swv, ...] = ()
    omgevingen: tuple[_Omgeving, ...] = ()
    koppelingen: tuple[_Koppeling, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedOmgeving:
    omgeving_id: OmgevingId
    naam: str
    secret_hash: str | None = field(repr=False)  # None: the one it has, or a new one


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a file says. No id stands twice, and no BRIN in two koppelingen of one omgeving."""

    brin_list: str | None = None
    schools: tuple[ListedSchool, ...] = ()
    swvs: tuple[Swv, ...] = ()
    organisaties: tuple[Organisatie, ...] = ()
    omgevingen: tuple[WantedOmgeving, ...] = ()
    koppelingen: tuple[Koppeling, ...] = ()


_TEXTS = {
    "missing": "is missing",
    "extra_forbidden": "is no key that we know",
    "string_type": "must be text; put it in quotes",
    "string_too_short": "must not be empty",
    "tuple_type": "must be a list",
    "model_type": "must be a mapping of keys to values",
}


class _OnceLoader(yaml.SafeLoader):
    """Refuses a key that stands twice in one mapping; YAML's own loader lets the last one win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen and key.tag != "tag:yaml.org,2002:merge":
                raise yaml.MarkedYAMLError(problem="a key stands twice", problem_mark=key.start_mark)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


def read_file(path: Path) -> Wanted:
    """Raises ConfigurationError that names each place in the file."""
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), _OnceLoader)  # noqa: S506 - a safe loader
    except OSError as exc:
        raise ConfigurationError(f"{path} cannot be read") from exc
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as exc:
        mark = getattr(exc, "problem_mark", None)
        what = getattr(exc, "problem", None) or "this is no YAML"
        raise ConfigurationError(f"{path}{f', line {mark.line + 1}' if mark else ''}: {what}") from None
    try:
        parsed = _File.model_validate({} if raw is None else raw)
    except ValidationError as exc:
        wrong = [_told(e["loc"], e["type"], e["msg"]) for e in exc.errors(include_input=False)]
        raise ConfigurationError(f"{path}: {'; '.join(wrong)}") from None
    wrong, wanted = _translate(parsed)
    wrong += _twice(wanted)
    if wrong:
        raise ConfigurationError(f"{path}: {'; '.join(wrong)}")
    return wanted


def _told(place: tuple[int | str, ...], kind: str, text: str) -> str:
    """`swvs[0].organisaties[2].naam is missing`; a place is counted from 0, as in the file's own lists."""
    if not place:
        return f"the file must be a mapping with the keys {', '.join(_File.model_fields)}"
    named = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in place).lstrip(".")
    return f"{named}{' ' + _TEXTS[kind] if kind in _TEXTS else ': ' + text}"


def _translate(parsed: _File) -> tuple[list[str], Wanted]:
    """What is wrong, and the rest in the words of the domain."""
    wrong: list[str] = []

    def each(place: str, models: Iterable[T], translate: Callable[[T], Any]) -> Iterator[Any]:
        for number, model in enumerate(models):
            try:
                yield translate(model)
            except ConfigurationError as exc:
                wrong.append(f"{place}[{number}]: {exc}")

    organisaties: list[Organisatie] = []
    for number, swv in enumerate(parsed.swvs):
        place = f"swvs[{number}].organisaties"
        organisaties += each(place, swv.organisaties, partial(_organisatie, swv.id))
    wanted = Wanted(
        brin_list=parsed.brin_list,
        schools=tuple(each("brins", parsed.brins, _school)),
        swvs=tuple(each("swvs", parsed.swvs, _swv)),
        organisaties=tuple(organisaties),
        omgevingen=tuple(each("omgevingen", parsed.omgevingen, _omgeving)),
        koppelingen=tuple(each("koppelingen", parsed.koppelingen, _koppeling)),
    )
    return wrong, wanted


def _school(model: _Brin) -> ListedSchool:
    brin = admin.as_brin(model.brin)
    vestiging = admin.as_vestiging(model.vestiging, brin)
    return ListedSchool(brin=brin, vestiging=vestiging, naam=model.naam, plaats=model.plaats)


def _swv(model: _Swv) -> Swv:
    return Swv(swv_id=admin.as_swv_id(model.id), naam=model.naam)


def _organisatie(swv_id: str, model: _Organisatie) -> Organisatie:
    brin, vestiging = admin.as_place(model.brin, model.vestiging)
    return Organisatie(
        organisatie_id=admin.as_organisatie_id(model.id),
        swv_id=admin.as_swv_id(swv_id),
        naam=model.naam,
        brin=brin,
        vestiging=vestiging,
    )


def _omgeving(model: _Omgeving) -> WantedOmgeving:
    if model.secret_hash is not None and not is_argon2id(model.secret_hash):
        raise ConfigurationError("secret_hash is no argon2id hash in PHC format, $argon2id$v=19$m=...")
    return WantedOmgeving(
        omgeving_id=admin.as_omgeving_id(model.id), naam=model.naam, secret_hash=model.secret_hash
    )


def _koppeling(model: _Koppeling) -> Koppeling:
    return Koppeling(
        koppeling_id=admin.as_koppeling_id(model.id),
        omgeving_id=admin.as_omgeving_id(model.omgeving),
        swv_id=admin.as_swv_id(model.swv),
        status=model.status,
        brins=frozenset(admin.as_brin(brin) for brin in model.brins),
    )


def _twice(wanted: Wanted) -> list[str]:
    pairs = [(k.omgeving_id, brin) for k in wanted.koppelingen for brin in k.brins]
    named: dict[str, list[str]] = {
        "BRIN": [str(s.vestiging) for s in wanted.schools],
        "SWV": [str(s.swv_id) for s in wanted.swvs],
        "organisatie": [str(o.organisatie_id) for o in wanted.organisaties],
        "omgeving": [str(o.omgeving_id) for o in wanted.omgevingen],
        "koppeling": [str(k.koppeling_id) for k in wanted.koppelingen],
    }
    wrong = [f"{kind} {key} stands twice" for kind, keys in named.items() for key in _doubles(keys)]
    if not wrong:  # else the same koppeling would be told twice
        wrong = [f"omgeving {o} has BRIN {brin} in two koppelingen" for o, brin in _doubles(pairs)]
    return wrong


def _doubles(keys: Iterable[T]) -> list[T]:
    return [key for key, times in Counter(keys).items() if times > 1]

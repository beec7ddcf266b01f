"""The settings of routing and access as one YAML file: what it would change, and applying that.

Idempotent: applying a file twice changes nothing the second time. What the file does not name stays
as it is. See docs/reference/configuration.md for the format; unknown keys are errors, so that a
misspelt one is never silently ignored.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import Connection

from database.koppelingen import Omgeving, list_koppelingen, list_omgevingen
from database.listed_schools import diff_list, list_schools
from database.organisaties import Swv, list_organisaties, list_swvs
from dossier.errors import ConfigurationError
from dossier.identifiers import OmgevingId
from gateway import administration as admin
from routing.brin_list import ListedSchool, read_brin_list
from routing.tables import Koppeling, KoppelingStatus, Organisatie

T = TypeVar("T")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BrinModel(_Strict):
    brin: str
    vestiging: str = "00"
    naam: str
    plaats: str


class OrganisatieModel(_Strict):
    id: str
    naam: str
    brin: str | None = None
    vestiging: str | None = None


class SwvModel(_Strict):
    id: str
    naam: str
    organisaties: tuple[OrganisatieModel, ...] = ()


class KoppelingModel(_Strict):
    id: str
    omgeving: str
    swv: str
    status: KoppelingStatus = KoppelingStatus.AANGEVRAAGD
    brins: tuple[str, ...]


class OmgevingModel(_Strict):
    id: str
    naam: str
    secret_hash: str | None = None  # argon2id PHC string; left out: a secret is made and shown once


class FileModel(_Strict):
    brin_list: str | None = None  # a file, relative to this one; `shipped` is the list we ship
    brins: tuple[BrinModel, ...] = ()
    swvs: tuple[SwvModel, ...] = ()
    omgevingen: tuple[OmgevingModel, ...] = ()
    koppelingen: tuple[KoppelingModel, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the diff, and what carries it out; the result is a new secret or None."""

    description: str
    apply: Callable[[Connection, str], str | None]


def read_file(path: Path) -> FileModel:
    """Raises ConfigurationError that names the place in the file."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise ConfigurationError(f"{path} cannot be read") from exc
    except (yaml.YAMLError, UnicodeDecodeError) as exc:
        mark = getattr(exc, "problem_mark", None)
        raise ConfigurationError(f"{path} is no YAML{f', line {mark.line + 1}' if mark else ''}") from None
    try:
        return FileModel.model_validate(raw or {})
    except ValidationError as exc:
        wrong = "; ".join(
            f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}"
            for e in exc.errors(include_input=False, include_context=False)
        )
        raise ConfigurationError(f"{path}: {wrong}") from None


def shipped_list() -> Path:
    """The national BRIN list that comes with the program."""
    return next((Path(admin.__file__).parent.parent / "routing" / "data").glob("duo-vestigingen-*.csv"))


def diff(connection: Connection, wanted: FileModel, folder: Path) -> list[Change]:
    """What applying `wanted` would change, in the order in which it must be done."""
    return [
        *_diff_list(connection, wanted, folder),
        *_diff_brins(connection, wanted),
        *_diff_swvs(connection, wanted),
        *_diff_organisaties(connection, wanted),
        *_diff_omgevingen(connection, wanted),
        *_diff_koppelingen(connection, wanted),
    ]


def _diff_list(connection: Connection, wanted: FileModel, folder: Path) -> list[Change]:
    if wanted.brin_list is None:
        return []
    path = shipped_list() if wanted.brin_list == "shipped" else folder / wanted.brin_list
    try:
        brin_list = read_brin_list(path.read_bytes())
    except OSError as exc:
        raise ConfigurationError(f"the BRIN list {path} cannot be read") from exc
    by_hand = {admin.as_vestiging(b.vestiging, admin.as_brin(b.brin)) for b in wanted.brins}
    found = diff_list(connection, (s for s in brin_list.schools if s.vestiging not in by_hand))
    if not found:
        return []
    text = f"BRIN list: +{len(found.added)} ~{len(found.changed)} -{len(found.removed)} locations"
    return [_change(text, admin.import_list, found)]


def _diff_brins(connection: Connection, wanted: FileModel) -> list[Change]:
    changes = []
    for model in wanted.brins:
        brin = admin.as_brin(model.brin)
        school = ListedSchool(
            brin=brin,
            vestiging=admin.as_vestiging(model.vestiging, brin),
            naam=model.naam,
            plaats=model.plaats,
        )
        if school not in list_schools(connection, brin):
            changes.append(
                _change(
                    f"BRIN {school.vestiging}: {school.naam}, {school.plaats}",
                    admin.put_listed_school,
                    school,
                )
            )
    return changes


def _diff_swvs(connection: Connection, wanted: FileModel) -> list[Change]:
    held = {swv.swv_id: swv for swv in list_swvs(connection)}
    changes = []
    for model in wanted.swvs:
        swv = Swv(swv_id=admin.as_swv_id(model.id), naam=model.naam)
        if held.get(swv.swv_id) != swv:
            changes.append(
                _change(f"{_sign(swv.swv_id in held)} SWV {swv.swv_id}: {swv.naam}", admin.put_swv, swv)
            )
    return changes


def _diff_organisaties(connection: Connection, wanted: FileModel) -> list[Change]:
    held = {o.organisatie_id: o for o in list_organisaties(connection)}
    changes = []
    for swv in wanted.swvs:
        for model in swv.organisaties:
            brin = admin.as_brin(model.brin) if model.brin else None
            value = Organisatie(
                organisatie_id=admin.as_organisatie_id(model.id),
                swv_id=admin.as_swv_id(swv.id),
                naam=model.naam,
                brin=brin,
                vestiging=admin.as_vestiging(model.vestiging, brin) if model.vestiging and brin else None,
            )
            if held.get(value.organisatie_id) != value:
                text = (
                    f"{_sign(value.organisatie_id in held)} organisatie {value.organisatie_id} "
                    f"in {value.swv_id}: {value.naam}, BRIN {value.vestiging or value.brin or '-'}"
                )
                changes.append(_change(text, admin.put_organisatie, value))
    return changes


def _diff_omgevingen(connection: Connection, wanted: FileModel) -> list[Change]:
    held = {o.omgeving_id: o for o in list_omgevingen(connection)}
    changes = []
    for model in wanted.omgevingen:
        omgeving_id = admin.as_omgeving_id(model.id)
        known = held.get(omgeving_id)
        text = f"{_sign(known is not None)} omgeving {omgeving_id}: {model.naam}"
        if known is None and model.secret_hash is None:
            changes.append(Change(text, _new_omgeving(omgeving_id, model.naam)))
        elif known is None or known.naam != model.naam or model.secret_hash not in (None, known.secret_hash):
            secret_hash = model.secret_hash or (known.secret_hash if known else "")
            value = Omgeving(omgeving_id=omgeving_id, naam=model.naam, secret_hash=secret_hash)
            changes.append(_change(text, admin.put_omgeving, value))
    return changes


def _diff_koppelingen(connection: Connection, wanted: FileModel) -> list[Change]:
    held = {k.koppeling_id: k for k in list_koppelingen(connection)}
    omgevingen = {o.omgeving_id for o in list_omgevingen(connection)} | {
        admin.as_omgeving_id(o.id) for o in wanted.omgevingen
    }
    changes = []
    for model in wanted.koppelingen:
        value = Koppeling(
            koppeling_id=admin.as_koppeling_id(model.id),
            omgeving_id=admin.as_omgeving_id(model.omgeving),
            swv_id=admin.as_swv_id(model.swv),
            status=model.status,
            brins=frozenset(admin.as_brin(brin) for brin in model.brins),
        )
        if value.omgeving_id not in omgevingen:
            raise ConfigurationError(
                f"koppeling {value.koppeling_id} is of omgeving {value.omgeving_id}, which is not "
                "known; name it under omgevingen"
            )
        if held.get(value.koppeling_id) != value:
            brins = ", ".join(str(b) for b in sorted(value.brins))
            text = (
                f"{_sign(value.koppeling_id in held)} koppeling {value.koppeling_id}: omgeving "
                f"{value.omgeving_id} -> {value.swv_id}, {value.status}, BRIN {brins}"
            )
            changes.append(_change(text, _put_koppeling, value))
    return changes


def _put_koppeling(connection: Connection, actor: str, value: Koppeling) -> None:
    if admin.put_koppeling(connection, actor, value) is not None:
        raise AssertionError("the omgeving was checked before")


def _new_omgeving(omgeving_id: OmgevingId, naam: str) -> Callable[[Connection, str], str | None]:
    def apply(connection: Connection, actor: str) -> str | None:
        secret = admin.give_secret(connection, actor, omgeving_id, naam)
        return f"{omgeving_id}: {secret}"

    return apply


def _change(description: str, act: Callable[[Connection, str, T], None], value: T) -> Change:
    def apply(connection: Connection, actor: str) -> str | None:
        act(connection, actor, value)
        return None

    return Change(description, apply)


def _sign(known: bool) -> str:
    return "~" if known else "+"

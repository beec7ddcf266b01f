"""The settings of routing and access as one YAML file: what it would change, and applying that.

Idempotent: applying a file twice changes nothing the second time. What the file does not name stays
as it is. What counts is the end: no order in the file, nor of what was before, makes a difference.
See docs/reference/configuration.md for the format.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from database.koppelingen import Omgeving, list_koppelingen, list_omgevingen, release_brins
from database.listed_schools import diff_list, list_schools
from database.organisaties import list_organisaties, list_swvs
from dossier.brin import Brin
from dossier.errors import ConfigurationError
from dossier.identifiers import KoppelingId, OmgevingId, SwvId
from gateway.configuration_file import Wanted, WantedOmgeving
from gateway.configuration_file import read_file as read_file
from helpdesk import administration as admin
from helpdesk import described
from routing.brin_list import read_brin_list
from routing.tables import Koppeling
from web.bevestiging import Fields

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the diff, and what carries it out; the result is a new secret or None."""

    description: str
    apply: Callable[[Connection, str], str | None]


def shipped_list() -> Path:
    """The national BRIN list that comes with the program."""
    return next((Path(admin.__file__).parent.parent / "routing" / "data").glob("duo-vestigingen-*.csv"))


def diff(connection: Connection, wanted: Wanted, folder: Path) -> list[Change]:
    """What applying `wanted` would change, in the order in which it must be done.

    Raises ConfigurationError if what would come of it cannot be.
    """
    return [
        *_diff_list(connection, wanted, folder),
        *_diff_schools(connection, wanted),
        *_diff_swvs(connection, wanted),
        *_diff_organisaties(connection, wanted),
        *_diff_omgevingen(connection, wanted),
        *_diff_koppelingen(connection, wanted),
    ]


def _diff_list(connection: Connection, wanted: Wanted, folder: Path) -> list[Change]:
    if wanted.brin_list is None:
        return []
    path = shipped_list() if wanted.brin_list == "shipped" else folder / wanted.brin_list
    try:
        brin_list = read_brin_list(path.read_bytes())
    except OSError as exc:
        raise ConfigurationError(f"the BRIN list {path} cannot be read") from exc
    by_hand = {school.vestiging for school in wanted.schools}  # the file's own word goes before its list
    found = diff_list(connection, (s for s in brin_list.schools if s.vestiging not in by_hand))
    found = replace(found, removed=tuple(s for s in found.removed if s.vestiging not in by_hand))
    if not found:
        return []
    text = f"BRIN list: +{len(found.added)} ~{len(found.changed)} -{len(found.removed)} locations"
    return [_change(text, admin.import_list, found)]


def _diff_schools(connection: Connection, wanted: Wanted) -> list[Change]:
    changes = []
    for school in wanted.schools:
        old = {s.vestiging: s for s in list_schools(connection, school.brin)}.get(school.vestiging)
        if old != school:
            before = described.of_school(old) if old else None
            text = _line(f"BRIN {school.vestiging}", before, described.of_school(school))
            changes.append(_change(text, admin.put_listed_school, school))
    return changes


def _diff_swvs(connection: Connection, wanted: Wanted) -> list[Change]:
    held = {swv.swv_id: swv for swv in list_swvs(connection)}
    changes = []
    for swv in wanted.swvs:
        old = held.get(swv.swv_id)
        if old != swv:
            before = described.of_swv(old) if old else None
            text = _line(f"SWV {swv.swv_id}", before, described.of_swv(swv))
            changes.append(_change(text, admin.put_swv, swv))
    return changes


def _diff_organisaties(connection: Connection, wanted: Wanted) -> list[Change]:
    held = {o.organisatie_id: o for o in list_organisaties(connection)}
    changes = []
    for value in wanted.organisaties:
        old = held.get(value.organisatie_id)
        if old != value:
            before = described.of_organisatie(old) if old else None
            text = _line(f"organisatie {value.organisatie_id}", before, described.of_organisatie(value))
            changes.append(_change(text, admin.put_organisatie, value))
    return changes


def _diff_omgevingen(connection: Connection, wanted: Wanted) -> list[Change]:
    held = {o.omgeving_id: o for o in list_omgevingen(connection)}
    return [c for model in wanted.omgevingen for c in _diff_omgeving(held.get(model.omgeving_id), model)]


def _diff_omgeving(old: Omgeving | None, wanted: WantedOmgeving) -> list[Change]:
    what = f"omgeving {wanted.omgeving_id}"
    if old is None and wanted.secret_hash is None:
        text = f"+ {what}: naam {wanted.naam}; a new secret"
        return [Change(text, _new_omgeving(wanted.omgeving_id, wanted.naam))]
    secret_hash = wanted.secret_hash or (old.secret_hash if old else "")
    value = Omgeving(omgeving_id=wanted.omgeving_id, naam=wanted.naam, secret_hash=secret_hash)
    if value == old:
        return []
    secret = {"secret": "of this file"} if wanted.secret_hash else {}
    before = None
    if old is not None:
        same = old.secret_hash == secret_hash
        before = {**described.of_omgeving(old), "secret": "of this file" if same else "another one"}
    text = _line(what, before, {**described.of_omgeving(value), **secret})
    return [_change(text, admin.put_omgeving, value)]


def _diff_koppelingen(connection: Connection, wanted: Wanted) -> list[Change]:
    held = {k.koppeling_id: k for k in list_koppelingen(connection)}
    omgevingen = {o.omgeving_id for o in list_omgevingen(connection)}
    omgevingen |= {o.omgeving_id for o in wanted.omgevingen}
    swvs = {s.swv_id for s in (*list_swvs(connection), *wanted.swvs)}
    for value in wanted.koppelingen:
        _check_koppeling(value, held.get(value.koppeling_id), omgevingen, swvs)
    _check_end(held | {k.koppeling_id: k for k in wanted.koppelingen})
    changes = []
    for value in wanted.koppelingen:
        old = held.get(value.koppeling_id)
        if old != value:
            before = described.of_koppeling(old) if old else None
            text = _line(f"koppeling {value.koppeling_id}", before, described.of_koppeling(value))
            changes.append(_change(text, _put_koppeling, value))
    return changes


def _check_koppeling(
    value: Koppeling, old: Koppeling | None, omgevingen: set[OmgevingId], swvs: set[SwvId]
) -> None:
    key = value.koppeling_id
    if value.omgeving_id not in omgevingen:
        raise ConfigurationError(
            f"koppeling {key} is of omgeving {value.omgeving_id}, which is not known; "
            "name it under omgevingen"
        )
    if value.swv_id not in swvs:
        raise ConfigurationError(
            f"koppeling {key} leads to SWV {value.swv_id}, which is not known; name it under swvs"
        )
    if old is not None and old.omgeving_id != value.omgeving_id:
        raise ConfigurationError(
            f"koppeling {key} belongs to omgeving {old.omgeving_id}; give the new one another id"
        )


def _check_end(koppelingen: dict[KoppelingId, Koppeling]) -> None:
    """An omgeving has each BRIN in one koppeling, also with those that the file does not name."""
    seen: dict[tuple[OmgevingId, Brin], KoppelingId] = {}
    for value in koppelingen.values():
        for brin in sorted(value.brins):
            other = seen.setdefault((value.omgeving_id, brin), value.koppeling_id)
            if other != value.koppeling_id:
                raise ConfigurationError(
                    f"omgeving {value.omgeving_id} would have BRIN {brin} in koppeling {other} and in "
                    f"{value.koppeling_id}; take it out of one of them"
                )


def _put_koppeling(connection: Connection, actor: str, value: Koppeling) -> None:
    # Who has one of its BRINs now gives it up by a change of its own, maybe after this one.
    release_brins(connection, value)
    if admin.put_koppeling(connection, actor, value) is not None:
        raise AssertionError("the omgeving was checked before")


def _new_omgeving(omgeving_id: OmgevingId, naam: str) -> Callable[[Connection, str], str | None]:
    def apply(connection: Connection, actor: str) -> str | None:
        secret = admin.give_secret(connection, actor, omgeving_id, naam)
        return f"{omgeving_id}: {secret}"

    return apply


def _change(description: str, act: Callable[[Connection, str, T], object], value: T) -> Change:
    def apply(connection: Connection, actor: str) -> str | None:
        act(connection, actor, value)
        return None

    return Change(description, apply)


def _line(what: str, old: Fields | None, new: Fields) -> str:
    if old is None:
        return f"+ {what}: {described.whole(new)}"
    return f"~ {what}: {described.changed(old, new)}"

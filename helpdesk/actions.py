"""What people do by hand, one thing at a time. Nothing is changed by an action that is called `add`.

Each is one transaction with its audit row, and says what was and what is now. Raises
ConfigurationError, with the remedy, for what is there already, is not there, or is in use.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from database.audit import write_audit
from database.koppelingen import delete_koppeling, find_koppeling, list_koppelingen, list_omgevingen, was_used
from database.listed_schools import delete_school, find_school, list_schools, was_added_by_hand
from database.organisaties import Swv, find_organisatie, find_swv, list_organisaties
from dossier.brin import Brin, Vestiging
from dossier.errors import ConfigurationError
from dossier.identifiers import KoppelingId, OrganisatieId, SwvId
from helpdesk import administration as admin
from helpdesk import described
from routing.brin_list import ListedSchool
from routing.tables import Koppeling, KoppelingStatus, Organisatie

_NOTHING = "nothing to change"

# The BRIN list --------------------------------------------------------------------------------


def add_school(connection: Connection, actor: str, school: ListedSchool) -> None:
    old = find_school(connection, school.vestiging)
    if old is not None:
        raise ConfigurationError(
            f"{old.vestiging} is in the list already ({described.whole(described.of_school(old))}); "
            "to correct it: brin change"
        )
    admin.put_listed_school(connection, actor, school)


def change_school(
    connection: Connection, actor: str, vestiging: Vestiging, naam: str | None, plaats: str | None
) -> str:
    old = _listed(connection, vestiging)
    new = replace(
        old,
        naam=old.naam if naam is None else naam,
        plaats=old.plaats if plaats is None else plaats,
    )
    if new != old:
        admin.put_listed_school(connection, actor, new)
    return described.changed(described.of_school(old), described.of_school(new)) or _NOTHING


def remove_school(connection: Connection, actor: str, vestiging: Vestiging) -> str:
    """Only what was added by hand, and only while nobody counts on it: else pushes become -1."""
    school = _listed(connection, vestiging)
    if not was_added_by_hand(connection, vestiging):
        raise ConfigurationError(
            f"{vestiging} is of the national list; it goes when a newer list does not have it: brin import"
        )
    organisaties, koppelingen = users_of(connection, school)
    if organisaties or koppelingen:
        users = [f"organisatie {o.organisatie_id}" for o in organisaties]
        users += [f"koppeling {k.koppeling_id}" for k in koppelingen]
        raise ConfigurationError(f"{vestiging} is in use by {', '.join(users)}; take it out there first")
    delete_school(connection, school)
    text = described.whole(described.of_school(school))
    write_audit(connection, actor=actor, action="brin_removed", subject=str(vestiging), detail=text)
    return text


def users_of(connection: Connection, school: ListedSchool) -> tuple[list[Organisatie], list[Koppeling]]:
    """Who would lose something with it. Another location of the BRIN keeps the BRIN in the list."""
    last = len(list_schools(connection, school.brin)) == 1
    organisaties = [
        o
        for o in list_organisaties(connection)
        if o.vestiging == school.vestiging or (last and o.brin == school.brin)
    ]
    return organisaties, [k for k in list_koppelingen(connection) if last and school.brin in k.brins]


def _listed(connection: Connection, vestiging: Vestiging) -> ListedSchool:
    found = find_school(connection, vestiging)
    if found is None:
        raise ConfigurationError(f"{vestiging} is not in the list; see: brin show")
    return found


# SWVs and organisaties ------------------------------------------------------------------------


def add_swv(connection: Connection, actor: str, value: Swv) -> None:
    old = find_swv(connection, value.swv_id)
    if old is not None:
        raise ConfigurationError(
            f"there is a SWV {old.swv_id} already ({old.naam}); for another name: swv rename"
        )
    admin.put_swv(connection, actor, value)


def rename_swv(connection: Connection, actor: str, swv_id: SwvId, naam: str) -> str:
    old = find_swv(connection, swv_id)
    if old is None:
        raise ConfigurationError(f"there is no SWV {swv_id}; add it first: kindkans-gateway swv add")
    new = replace(old, naam=naam)
    if new != old:
        admin.put_swv(connection, actor, new)
    return described.changed(described.of_swv(old), described.of_swv(new)) or _NOTHING


def add_organisatie(connection: Connection, actor: str, value: Organisatie) -> None:
    old = find_organisatie(connection, value.organisatie_id)
    if old is not None:
        raise ConfigurationError(
            f"there is an organisatie {old.organisatie_id} already "
            f"({described.whole(described.of_organisatie(old))}); "
            "to change it: organisatie set-brin, organisatie change"
        )
    admin.put_organisatie(connection, actor, value)


def change_organisatie(
    connection: Connection,
    actor: str,
    organisatie_id: OrganisatieId,
    swv_id: SwvId | None,
    naam: str | None,
) -> str:
    """Its BRIN stays. Dossiers that it has stay with it: a SWV counts for what is pushed from now on."""
    old = _organisatie(connection, organisatie_id)
    new = replace(
        old,
        swv_id=old.swv_id if swv_id is None else swv_id,
        naam=old.naam if naam is None else naam,
    )
    return _put_organisatie(connection, actor, old, new)


def set_brin(
    connection: Connection,
    actor: str,
    organisatie_id: OrganisatieId,
    brin: Brin | None,
    vestiging: Vestiging | None,
) -> str:
    old = _organisatie(connection, organisatie_id)
    return _put_organisatie(connection, actor, old, replace(old, brin=brin, vestiging=vestiging))


def _put_organisatie(connection: Connection, actor: str, old: Organisatie, new: Organisatie) -> str:
    if new != old:
        admin.put_organisatie(connection, actor, new)
    return described.changed(described.of_organisatie(old), described.of_organisatie(new)) or _NOTHING


def _organisatie(connection: Connection, organisatie_id: OrganisatieId) -> Organisatie:
    found = find_organisatie(connection, organisatie_id)
    if found is None:
        raise ConfigurationError(f"there is no organisatie {organisatie_id}")
    return found


# Koppelingen ----------------------------------------------------------------------------------


def add_koppeling(
    connection: Connection, actor: str, value: Koppeling, omgeving_naam: str = ""
) -> str | None:
    """Returns the secret of the omgeving if that is new."""
    old = find_koppeling(connection, value.koppeling_id)
    if old is not None:
        raise ConfigurationError(
            f"there is a koppeling {old.koppeling_id} already "
            f"({described.whole(described.of_koppeling(old))}); to change it: koppeling add-brin, "
            "remove-brin, change, activate, deactivate"
        )
    known = {o.omgeving_id: o.naam for o in list_omgevingen(connection)}
    if omgeving_naam and known.get(value.omgeving_id, omgeving_naam) != omgeving_naam:
        raise ConfigurationError(
            f"omgeving {value.omgeving_id} is known as {known[value.omgeving_id]}; leave the name out"
        )
    return admin.put_koppeling(connection, actor, value, omgeving_naam)


def add_brins(connection: Connection, actor: str, koppeling_id: KoppelingId, brins: frozenset[Brin]) -> str:
    old = admin.get_koppeling(connection, koppeling_id)
    return _put_koppeling(connection, actor, old, replace(old, brins=old.brins | brins))


def remove_brins(
    connection: Connection, actor: str, koppeling_id: KoppelingId, brins: frozenset[Brin]
) -> str:
    old = admin.get_koppeling(connection, koppeling_id)
    strange = sorted(brins - old.brins)
    if strange:
        raise ConfigurationError(f"koppeling {koppeling_id} does not cover BRIN {strange[0]}")
    return _put_koppeling(connection, actor, old, replace(old, brins=old.brins - brins))


def change_koppeling(connection: Connection, actor: str, koppeling_id: KoppelingId, swv_id: SwvId) -> str:
    """To which SWV it leads, for what is pushed from now on."""
    old = admin.get_koppeling(connection, koppeling_id)
    return _put_koppeling(connection, actor, old, replace(old, swv_id=swv_id))


def set_status(connection: Connection, actor: str, koppeling_id: KoppelingId, status: KoppelingStatus) -> str:
    old = admin.get_koppeling(connection, koppeling_id)
    return _put_koppeling(connection, actor, old, replace(old, status=status))


def remove_koppeling(connection: Connection, actor: str, koppeling_id: KoppelingId) -> str:
    """Only one through which nothing ever came: the why of a dossier names its koppeling."""
    old = admin.get_koppeling(connection, koppeling_id)
    if was_used(connection, old):
        raise ConfigurationError(
            f"dossiers came through koppeling {koppeling_id}, so it stays; "
            f"to switch it off: koppeling deactivate {koppeling_id}"
        )
    delete_koppeling(connection, koppeling_id)
    text = described.whole(described.of_koppeling(old))
    write_audit(connection, actor=actor, action="koppeling_removed", subject=koppeling_id, detail=text)
    return text


def koppeling_warnings(connection: Connection, koppeling_id: KoppelingId) -> list[str]:
    """What will still make its pushes end in -1."""
    value = admin.get_koppeling(connection, koppeling_id)
    warnings = [
        f"BRIN {brin} is not in the list (BRIN_ONBEKEND); add it: brin add"
        for brin in sorted(value.brins)
        if not list_schools(connection, brin)
    ]
    if not value.brins:
        warnings.append("it covers no BRIN: no push can come through it (KOPPELING_ONJUIST)")
    if value.status is not KoppelingStatus.ACTIEF:
        warnings.append(
            f"it is {value.status} (KOPPELING_INACTIEF); to switch it on: koppeling activate {koppeling_id}"
        )
    return warnings


def _put_koppeling(connection: Connection, actor: str, old: Koppeling, new: Koppeling) -> str:
    if new != old:
        admin.put_koppeling(connection, actor, new)
    return described.changed(described.of_koppeling(old), described.of_koppeling(new)) or _NOTHING

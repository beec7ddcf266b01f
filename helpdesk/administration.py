"""What the FAQ asks people to do: the BRIN list, organisaties and their BRINs, koppelingen, dead letters.

Each action is one transaction with its audit row. Raises ConfigurationError, with the remedy, for
what cannot be done.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from database import outbox
from database.audit import write_audit
from database.koppelingen import (
    Omgeving,
    find_koppeling,
    list_koppelingen,
    list_omgevingen,
    save_koppeling,
    save_omgeving,
)
from database.listed_schools import ListDiff, add_school, apply_diff, list_schools
from database.organisaties import (
    Swv,
    list_organisaties,
    list_swvs,
    save_organisatie,
    save_swv,
)
from database.outbox_rows import find_event
from database.phc import is_argon2id
from database.secret_hashes import hash_secret, new_secret
from dossier.brin import Brin, Vestiging
from dossier.errors import ConfigurationError
from dossier.identifiers import InzendingId, KoppelingId, OmgevingId, OrganisatieId, SwvId
from helpdesk.organisatie_checks import doubles
from routing.brin_list import ListedSchool
from routing.tables import Koppeling, Organisatie


def put_swv(connection: Connection, actor: str, value: Swv) -> None:
    save_swv(connection, value)
    write_audit(connection, actor=actor, action="swv_saved", subject=value.swv_id, detail=value.naam)


def put_organisatie(connection: Connection, actor: str, value: Organisatie) -> None:
    if value.swv_id not in {swv.swv_id for swv in list_swvs(connection)}:
        raise ConfigurationError(f"there is no SWV {value.swv_id}; add it first: kindkans-gateway swv add")
    save_organisatie(connection, value)
    detail = (
        f"swv={value.swv_id} brin={value.brin or '-'} vestiging={value.vestiging or '-'} naam={value.naam}"
    )
    write_audit(
        connection, actor=actor, action="organisatie_saved", subject=value.organisatie_id, detail=detail
    )


def brin_warnings(connection: Connection, organisatie: Organisatie) -> list[str]:
    """What will still make pushes for this organisatie end in -1."""
    if organisatie.brin is None:
        return ["no BRIN is set: no push can arrive here (BRIN_NIET_INGESTELD)"]
    warnings = []
    if not list_schools(connection, organisatie.brin):
        warnings.append(f"BRIN {organisatie.brin} is not in the list (BRIN_ONBEKEND); add it: brin add")
    others = [o.organisatie_id for o in doubles(organisatie, list_organisaties(connection))]
    if others:
        warnings.append(f"BRIN {organisatie.brin} is also set at {', '.join(others)} (BRIN_DUBBEL_INGESTELD)")
    return warnings


def put_koppeling(
    connection: Connection, actor: str, value: Koppeling, omgeving_naam: str = ""
) -> str | None:
    """Adds or changes it. Returns the secret of the omgeving if that is new: shown once, never stored."""
    if value.swv_id not in {swv.swv_id for swv in list_swvs(connection)}:
        raise ConfigurationError(f"there is no SWV {value.swv_id}; add it first: kindkans-gateway swv add")
    _check_brins_free(connection, value)
    secret = None
    if value.omgeving_id not in {o.omgeving_id for o in list_omgevingen(connection)}:
        secret = give_secret(connection, actor, value.omgeving_id, omgeving_naam or value.omgeving_id)
    save_koppeling(connection, value)
    detail = (
        f"omgeving={value.omgeving_id} swv={value.swv_id} status={value.status} "
        f"brins={','.join(str(b) for b in sorted(value.brins))}"
    )
    write_audit(connection, actor=actor, action="koppeling_saved", subject=value.koppeling_id, detail=detail)
    return secret


def get_koppeling(connection: Connection, koppeling_id: KoppelingId) -> Koppeling:
    found = find_koppeling(connection, koppeling_id)
    if found is None:
        raise ConfigurationError(f"there is no koppeling {koppeling_id}")
    return found


def rotate_secret(connection: Connection, actor: str, omgeving_id: OmgevingId) -> str:
    """A new secret; the old one stops working within seconds."""
    known = {o.omgeving_id: o for o in list_omgevingen(connection)}
    if omgeving_id not in known:
        raise ConfigurationError(f"there is no omgeving {omgeving_id}")
    return give_secret(connection, actor, omgeving_id, known[omgeving_id].naam)


def put_omgeving(connection: Connection, actor: str, value: Omgeving) -> None:
    """An omgeving whose secret somebody else hashed (argon2id, as a PHC string)."""
    if not is_argon2id(value.secret_hash):
        raise ConfigurationError(f"the secret_hash of omgeving {value.omgeving_id} is no argon2id PHC string")
    save_omgeving(connection, value)
    write_audit(connection, actor=actor, action="omgeving_saved", subject=value.omgeving_id)


def put_listed_school(connection: Connection, actor: str, school: ListedSchool) -> None:
    """FAQ 9: a relatively new BRIN is added by the helpdesk."""
    add_school(connection, school)
    write_audit(
        connection, actor=actor, action="brin_added", subject=str(school.vestiging), detail=school.naam
    )


def import_list(connection: Connection, actor: str, diff: ListDiff) -> None:
    apply_diff(connection, diff)
    detail = f"added={len(diff.added)} changed={len(diff.changed)} removed={len(diff.removed)}"
    write_audit(connection, actor=actor, action="brin_list_imported", subject="brin_list", detail=detail)


def retry_dead_letters(
    connection: Connection, actor: str, event_ids: Sequence[InzendingId] | None
) -> Iterable[InzendingId]:
    """These dead letters, or all, are offered to the store again under the same event id.

    One that is offered again or delivered already is passed over; an id that is no event's is an error.
    """
    for event_id in event_ids or ():
        if find_event(connection, event_id) is None:
            raise ConfigurationError(f"there is no event {event_id[:40]}; see: dead-letter list")
    done = outbox.retry_dead(connection, event_ids)
    for event_id in done:
        write_audit(connection, actor=actor, action="dead_letter_retried", subject=event_id)
    return done


def give_secret(connection: Connection, actor: str, omgeving_id: OmgevingId, naam: str) -> str:
    secret = new_secret()
    save_omgeving(connection, Omgeving(omgeving_id=omgeving_id, naam=naam, secret_hash=hash_secret(secret)))
    write_audit(connection, actor=actor, action="secret_given", subject=omgeving_id)
    return secret


def _check_brins_free(connection: Connection, value: Koppeling) -> None:
    for other in list_koppelingen(connection):
        if other.koppeling_id == value.koppeling_id:
            if other.omgeving_id != value.omgeving_id:
                raise ConfigurationError(
                    f"koppeling {value.koppeling_id} belongs to omgeving {other.omgeving_id}; "
                    "give the new one another id"
                )
        elif other.omgeving_id == value.omgeving_id and (shared := other.brins & value.brins):
            raise ConfigurationError(
                f"omgeving {value.omgeving_id} has BRIN {sorted(shared)[0]} in koppeling "
                f"{other.koppeling_id} already; take it out there first: "
                f"koppeling remove-brin {other.koppeling_id} {sorted(shared)[0]}"
            )


def as_swv_id(text: str) -> SwvId:
    return SwvId(_identifier(text, "SWV"))


def as_organisatie_id(text: str) -> OrganisatieId:
    return OrganisatieId(_identifier(text, "organisatie"))


def as_koppeling_id(text: str) -> KoppelingId:
    return KoppelingId(_identifier(text, "koppeling"))


def as_omgeving_id(text: str) -> OmgevingId:
    """No dot and no colon: they part id and secret in a Bearer token and in Basic."""
    return OmgevingId(_identifier(text, "omgeving"))


def as_brin(text: str) -> Brin:
    brin = Brin.parse(text)
    if brin is None:
        raise ConfigurationError("a BRIN is two digits and two letters, such as 32DD")
    return brin


def as_place(brin: str | None, vestiging: str | None) -> tuple[Brin | None, Vestiging | None]:
    """Where an organisatie is: nowhere yet, at a BRIN, or at one vestiging of it."""
    if brin is None:
        if vestiging is not None:
            raise ConfigurationError(f"vestiging {vestiging[:6]} is of no BRIN; give the BRIN too")
        return None, None
    code = as_brin(brin)
    return code, as_vestiging(vestiging, code) if vestiging is not None else None


def as_vestiging(text: str, brin: Brin) -> Vestiging:
    vestiging = Vestiging.parse(text, brin)
    if vestiging is None:
        raise ConfigurationError(f"a vestiging of {brin} is {brin} and two characters, such as {brin}00")
    return vestiging


def _identifier(text: str, what: str) -> str:
    stripped = text.strip()
    plain = stripped.replace("-", "").replace("_", "")
    if not (plain.isascii() and plain.isalnum() and len(stripped) <= 64):
        raise ConfigurationError(f"the id of a {what} is 1 to 64 letters, digits, hyphens and underscores")
    return stripped

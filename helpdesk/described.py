"""A setting in words, and what a change makes of it: `BRIN 17GU -> 17EQ`."""

from __future__ import annotations

from database.koppelingen import Omgeving
from database.organisaties import Swv
from routing.brin_list import ListedSchool
from routing.tables import Koppeling, Organisatie
from web.bevestiging import Fields


def of_school(value: ListedSchool) -> Fields:
    return {"naam": value.naam, "plaats": value.plaats}


def of_swv(value: Swv) -> Fields:
    return {"naam": value.naam}


def of_organisatie(value: Organisatie) -> Fields:
    return {"SWV": value.swv_id, "naam": value.naam, "BRIN": str(value.vestiging or value.brin or "-")}


def of_omgeving(value: Omgeving) -> Fields:
    """Without its secret."""
    return {"naam": value.naam}


def of_koppeling(value: Koppeling) -> Fields:
    return {
        "omgeving": value.omgeving_id,
        "SWV": value.swv_id,
        "status": value.status.value,
        "BRIN": ", ".join(str(brin) for brin in sorted(value.brins)) or "-",
    }


def whole(fields: Fields) -> str:
    return "; ".join(f"{name} {value}" for name, value in fields.items())


def changed(old: Fields, new: Fields) -> str:
    """Only what differs; "" if nothing does."""
    return "; ".join(f"{name} {old[name]} -> {value}" for name, value in new.items() if old[name] != value)

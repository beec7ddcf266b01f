"""Roles, accounts and invitations to decide about: by hand, and at random."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from dossier.identifiers import Dossiernummer, OrganisatieId, SwvId
from kindkans.rights.words import (
    AccountId,
    Bereik,
    Lid,
    Mag,
    Plaats,
    Rol,
    RolId,
    RolType,
    Soort,
    Tab,
    Uitnodiging,
)

TODAY = date(2026, 3, 10)
HIER = Plaats(dossiernummer=Dossiernummer(7), swv_id=SwvId("s1"), organisatie_id=OrganisatieId("o1"))
READ_ALL = dict.fromkeys(Tab, Mag.ZIEN)


def new_rol(bereik: Bereik | None = None, rechten: dict[Tab, Mag] | None = None, **fields: object) -> Rol:
    given = {} if bereik is None else {(bereik, tab): mag for tab, mag in (rechten or READ_ALL).items()}
    return Rol(**({"rol_id": RolId("r"), "naam": "Rol", "type": RolType.REST, "rechten": given} | fields))  # type: ignore[arg-type]


def new_lid(rol: Rol, **fields: object) -> Lid:
    kept = {"account_id": AccountId("a"), "actor": "lokaal:a", "gebruikersnaam": "a", "naam": "A", "rol": rol}
    return Lid(**(kept | fields))  # type: ignore[arg-type]


def invited(soort: Soort = Soort.VERGADERING, tot_en_met: date | None = TODAY) -> Uitnodiging:
    return Uitnodiging(soort=soort, bron_id="b", tot_en_met=tot_en_met)


RECHTEN = st.dictionaries(
    st.tuples(st.sampled_from(Bereik), st.sampled_from(Tab)), st.sampled_from(Mag), max_size=8
)
ROLLEN = st.builds(
    Rol,
    rol_id=st.just(RolId("r")),
    naam=st.just("Rol"),
    type=st.sampled_from(RolType),
    rechten=RECHTEN,
)
LEDEN = st.builds(
    new_lid,
    ROLLEN,
    externe_rol=st.none() | ROLLEN,
    swv_id=st.sampled_from([None, "s1", "s2"]),
    organisatie_id=st.sampled_from([None, "o1", "o2"]),
)
DAGEN = st.integers(-2, 2).map(lambda days: TODAY + timedelta(days))
UITNODIGINGEN = st.lists(st.builds(invited, st.sampled_from(Soort), st.none() | DAGEN), max_size=3)

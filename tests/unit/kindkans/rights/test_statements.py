"""Lists show what the decision allows: `visible` against `decide`, over random worlds in either database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, func, insert, select, text, update

from database.engine import reading
from dossier.identifiers import Dossiernummer, OrganisatieId, SwvId
from kindkans.rights import statements
from kindkans.rights.decision import decide
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
    Systeemrecht,
    Tab,
    Uitnodiging,
)
from kindkans.rights_schema import lid as lid_table
from kindkans.rights_schema import recht
from kindkans.schema import dossier

from .conftest import (
    Do,
    put_aanpak,
    put_dossier,
    put_lid,
    put_organisaties,
    put_overlegronde,
    put_rol,
    put_vergadering,
)

TODAY = date(2026, 3, 10)
ORGANISATIES = {"o1": "s1", "o2": "s1", "o3": "s2"}
RECHTEN = st.dictionaries(
    st.tuples(st.sampled_from(Bereik), st.sampled_from(Tab)), st.sampled_from(Mag), max_size=6
)
DAGEN = st.integers(-1, 1).map(lambda days: TODAY + timedelta(days))
WAY = st.tuples(st.sampled_from(Soort), st.integers(0, 2), st.integers(1, 5), DAGEN, st.booleans())


@st.composite
def leden(draw: st.DrawFn, number: int) -> Lid:
    own, externe = (
        Rol(
            rol_id=RolId(f"r{number}{suffix}"),
            naam=f"Rol {number}{suffix}",
            type=draw(st.sampled_from(RolType)),
            rechten=draw(RECHTEN),
            systeem=draw(st.frozensets(st.sampled_from(Systeemrecht), max_size=2)),
        )
        for suffix in ("", "e")
    )
    return new_lid(
        f"a{number}",
        own,
        externe_rol=draw(st.sampled_from([None, externe])),
        swv_id=draw(st.sampled_from([None, SwvId("s1"), SwvId("s2")])),
        organisatie_id=draw(st.sampled_from([None, *map(OrganisatieId, ORGANISATIES)])),
    )


def new_lid(key: str, rol: Rol, **fields: object) -> Lid:
    return Lid(
        account_id=AccountId(key),
        actor=f"lokaal:{key}",
        gebruikersnaam=key,
        naam=key.upper(),
        rol=rol,
        **fields,  # type: ignore[arg-type]
    )


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=st.tuples(*(leden(n) for n in range(3))),
    places=st.lists(st.tuples(st.sampled_from(sorted(ORGANISATIES)), st.booleans()), min_size=5, max_size=5),
    ways=st.lists(WAY, max_size=6),
)
def test_a_list_shows_exactly_what_the_decision_allows(
    engine: Engine,
    people: tuple[Lid, ...],
    places: list[tuple[str, bool]],
    ways: list[tuple[Soort, int, int, date, bool]],
) -> None:
    with engine.connect() as connection, connection.begin() as transaction:
        _put_world(connection, people, places, ways)
        for lid in people:
            assert statements.read_lid(connection, lid.account_id) == lid
            besluiten = {}
            for number, (organisatie_id, deleted) in enumerate(places, start=1):
                place = _place(number, organisatie_id)
                expected = decide(lid, place, _invitations(lid, number, people, ways), TODAY)
                found = statements.besluit_of(connection, lid, Dossiernummer(number), TODAY)
                assert (found is None) is deleted
                if found is not None:
                    assert (found.tabs, found.gronden) == (expected.tabs, expected.gronden)
                    besluiten[number] = found
            for tab in Tab:
                query = select(dossier.c.dossiernummer).where(statements.visible(lid, tab, TODAY))
                shown = set(connection.execute(query).scalars())
                assert shown == {number for number, besluit in besluiten.items() if besluit.ziet(tab)}
        transaction.rollback()


def _place(number: int, organisatie_id: str) -> Plaats:
    return Plaats(
        dossiernummer=Dossiernummer(number),
        swv_id=SwvId(ORGANISATIES[organisatie_id]),
        organisatie_id=OrganisatieId(organisatie_id),
    )


def _invitations(
    lid: Lid, number: int, people: tuple[Lid, ...], ways: list[tuple[Soort, int, int, date, bool]]
) -> list[Uitnodiging]:
    return [
        Uitnodiging(
            soort=soort, bron_id=f"w{n}", tot_en_met=None if endless and soort is Soort.AANPAK else last
        )
        for n, (soort, who, which, last, endless) in enumerate(ways)
        if people[who] is lid and which == number
    ]


def _put_world(
    connection: Connection,
    people: tuple[Lid, ...],
    places: list[tuple[str, bool]],
    ways: list[tuple[Soort, int, int, date, bool]],
) -> None:
    put_organisaties(connection, **ORGANISATIES)
    for lid in people:
        put_rol(connection, lid.rol)
        if lid.externe_rol is not None:
            put_rol(connection, lid.externe_rol)
        put_lid(connection, lid)
    for number, (organisatie_id, deleted) in enumerate(places, start=1):
        put_dossier(connection, number, organisatie_id, ORGANISATIES[organisatie_id], deleted=deleted)
    for n, (soort, who, which, last, endless) in enumerate(ways):
        guest, maker = people[who].account_id, people[(who + 1) % 3].account_id
        match soort:
            case Soort.OVERLEGRONDE:
                put_overlegronde(connection, f"w{n}", which, maker, last, guest)
            case Soort.VERGADERING:
                put_vergadering(connection, f"w{n}", [which], maker, last, guest)
            case Soort.AANPAK:
                put_aanpak(connection, f"w{n}", which, maker, guest, None if endless else last)


BEHANDELAAR = Rol(rol_id=RolId("leeg"), naam="Zonder rechten", type=RolType.REST)
ANNA = new_lid("anna", BEHANDELAAR)
BERT = new_lid("bert", BEHANDELAAR)


@pytest.fixture
def people(do: Do) -> Do:
    """Anna and Bert, whose role has no rights, and dossier 1 of organisatie o1."""

    def put(connection: Connection) -> None:
        put_organisaties(connection, **ORGANISATIES)
        put_rol(connection, BEHANDELAAR)
        put_lid(connection, ANNA)
        put_lid(connection, BERT)
        put_dossier(connection, 1, "o1", "s1")

    do(put)
    return do


def test_a_lid_is_found_by_name_and_not_if_it_is_blocked_unknown_or_without_a_role(people: Do) -> None:
    assert people(statements.find_lid, "anna") == ANNA
    people(put_lid, new_lid("weg", BEHANDELAAR), "geblokkeerd")
    people(put_lid, new_lid("los", replace(BEHANDELAAR, rol_id=RolId("niets"))))
    for name in ("weg", "los", "niemand"):
        assert people(statements.find_lid, name) is None
        assert people(statements.read_lid, name) is None


def test_a_right_on_a_tab_of_another_version_is_none(people: Do) -> None:
    row = {"rol_id": "leeg", "bereik": "eigen", "tab": "van_later", "mag": "zien"}
    people(lambda connection: connection.execute(insert(recht), row))
    assert people(statements.find_lid, "anna") == ANNA


def test_who_makes_an_overlegronde_a_vergadering_or_an_aanpak_is_no_guest_by_that(people: Do) -> None:
    people(put_overlegronde, "r", 1, "anna", TODAY, "bert")
    people(put_vergadering, "v", [1], "anna", TODAY, "bert")
    people(put_aanpak, "p", 1, "anna", "bert", None)

    assert people(statements.invitations_of, AccountId("anna"), Dossiernummer(1)) == []
    found = people(statements.invitations_of, AccountId("bert"), Dossiernummer(1))
    assert [(one.soort, one.bron_id, one.tot_en_met) for one in found] == [
        (Soort.AANPAK, "p", None),
        (Soort.OVERLEGRONDE, "r", TODAY),
        (Soort.VERGADERING, "v", TODAY),
    ]


def test_a_deleted_dossier_is_nowhere_but_where_it_was_is_known(people: Do) -> None:
    number = Dossiernummer(1)
    place = _place(1, "o1")
    assert (people(statements.place_of, number), people(statements.deleted_place, number)) == (place, None)
    people(lambda connection: connection.execute(update(dossier).values(verwijderd_ms=1)))
    assert (people(statements.place_of, number), people(statements.deleted_place, number)) == (None, place)
    assert people(statements.place_of, Dossiernummer(2)) is None
    assert people(statements.deleted_place, Dossiernummer(2)) is None


def test_a_list_of_an_organisatie_reads_no_whole_table(engine: Engine, people: Do) -> None:
    """With an invitation as the other way to see a dossier: the OR must keep both indexes."""
    rol = replace(BEHANDELAAR, rechten={(Bereik.EIGEN, Tab.HULPVRAAG): Mag.ZIEN})
    lid = new_lid("anna", rol, organisatie_id="o2")
    people(put_overlegronde, "r", 1, "bert", TODAY, "anna")
    people(_many_dossiers)
    query = select(func.count()).where(statements.visible(lid, Tab.HULPVRAAG, TODAY))
    with reading(engine) as connection:
        assert connection.execute(query.select_from(dossier)).scalar_one() == 2
        plan = _plan(connection, query.select_from(dossier))
    assert "ix_dossier_organisatie_id_dossiernummer" in plan
    assert "Seq Scan on dossier" not in plan
    assert "SCAN dossier" not in plan


def _many_dossiers(connection: Connection) -> None:
    row = {"swv_id": "s2", "status": "aanmelding", "huidige_versie": 1}
    connection.execute(
        insert(dossier),
        [row | {"dossiernummer": n, "organisatie_id": f"other-{n % 300}"} for n in range(10, 6_000)],
    )
    put_dossier(connection, 9, "o2", "s1")
    connection.execute(text("ANALYZE"))


def _plan(connection: Connection, query: object) -> str:
    kind = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    compiled = query.compile(connection.engine, compile_kwargs={"literal_binds": True})  # type: ignore[attr-defined]
    return "\n".join(str(tuple(row)) for row in connection.execute(text(f"{kind} {compiled}")))


def test_what_an_account_has_besides_is_of_table_lid(people: Do) -> None:
    row = {"account_id": "anna", "organisatie_id": "o1", "externe_rol_id": "extern_meelezen"}
    people(lambda connection: connection.execute(insert(lid_table), row))
    found = people(statements.find_lid, "anna")
    assert (found.organisatie_id, found.externe_rol.naam) == ("o1", "Extern: meelezen")
    assert found.externe_rol.geeft(Bereik.EXTERN, Tab.NOTITIES) is Mag.WIJZIGEN

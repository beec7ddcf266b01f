"""The settings: kept as they were given, and every change of them is seen by the next transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from database.audit import list_audit, write_audit
from database.engine import RowRefused, reading, writing
from database.koppelingen import Omgeving, list_koppelingen, list_omgevingen, save_koppeling, save_omgeving
from database.listed_schools import (
    ListDiff,
    add_school,
    apply_diff,
    diff_list,
    list_schools,
    listed_brins,
)
from database.organisaties import (
    Swv,
    find_organisatie,
    list_organisaties,
    list_swvs,
    naam_of_organisatie,
    save_organisatie,
    save_swv,
)
from database.routing_tables import read_tables
from database.settings_version import read_version
from dossier.brin import Brin, Vestiging
from dossier.identifiers import KoppelingId, OmgevingId, OrganisatieId, SwvId
from routing.brin_list import ListedSchool
from routing.tables import Koppeling, KoppelingStatus, Organisatie

SWV = Swv(swv_id=SwvId("swv-a"), naam="De Heuvels")
OMGEVING = Omgeving(omgeving_id=OmgevingId("omg"), naam="De Es", secret_hash="$argon2id$x")
ORGANISATIE = Organisatie(
    organisatie_id=OrganisatieId("es"), swv_id=SWV.swv_id, naam="De Es", brin=Brin("32DD"), vestiging=None
)
KOPPELING = Koppeling(
    koppeling_id=KoppelingId("k"),
    omgeving_id=OMGEVING.omgeving_id,
    swv_id=SWV.swv_id,
    status=KoppelingStatus.ACTIEF,
    brins=frozenset({Brin("32DD"), Brin("11AA")}),
)


def school(vestiging: str = "32DD00", naam: str = "De Es") -> ListedSchool:
    return ListedSchool(brin=Brin(vestiging[:4]), vestiging=Vestiging(vestiging), naam=naam, plaats="Hasselt")


@pytest.fixture
def settled(engine: Engine) -> Engine:
    with writing(engine) as connection:
        save_swv(connection, SWV)
        save_omgeving(connection, OMGEVING)
        save_organisatie(connection, ORGANISATIE)
        save_koppeling(connection, KOPPELING)
        add_school(connection, school())
    return engine


def replaced(value: Any, **fields: Any) -> Any:
    return type(value)(**({name: getattr(value, name) for name in value.__slots__} | fields))


CHANGES: dict[str, Callable[[Connection], None]] = {
    "a SWV": lambda c: save_swv(c, SWV),
    "an organisatie": lambda c: save_organisatie(c, ORGANISATIE),
    "an omgeving": lambda c: save_omgeving(c, OMGEVING),
    "a koppeling": lambda c: save_koppeling(c, KOPPELING),
    "a school by hand": lambda c: add_school(c, school("11AA00")),
    "a list": lambda c: apply_diff(c, ListDiff(added=(), changed=(), removed=())),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_every_change_of_a_setting_makes_the_version_grow(
    settled: Engine, change: Callable[[Connection], None]
) -> None:
    with reading(settled) as connection:
        before = read_version(connection)
    with writing(settled) as connection:
        change(connection)

    with reading(settled) as connection:
        assert read_version(connection) > before


def test_settings_are_read_as_they_were_saved(settled: Engine) -> None:
    with reading(settled) as connection:
        assert list_swvs(connection) == [SWV]
        assert list(list_organisaties(connection)) == [ORGANISATIE]
        assert list_omgevingen(connection) == [OMGEVING]
        assert list_koppelingen(connection) == [KOPPELING]
        assert list_schools(connection, Brin("32DD")) == [school()]
        assert list_schools(connection, Brin("11AA")) == []
        assert listed_brins(connection) == [Brin("32DD")]
        assert find_organisatie(connection, ORGANISATIE.organisatie_id) == ORGANISATIE
        assert find_organisatie(connection, OrganisatieId("x")) is None
        assert naam_of_organisatie(connection, ORGANISATIE.organisatie_id) == "De Es"
        assert naam_of_organisatie(connection, OrganisatieId("x")) == ""


def test_saving_again_changes_the_one_that_is_there(settled: Engine) -> None:
    swv = replaced(SWV, naam="De Bergen")
    organisatie = replaced(ORGANISATIE, naam="De Eik", vestiging=Vestiging("32DD01"))
    omgeving = replaced(OMGEVING, naam="De Eik", secret_hash="$argon2id$y")
    koppeling = replaced(KOPPELING, status=KoppelingStatus.INACTIEF, brins=frozenset({Brin("44DD")}))
    with writing(settled) as connection:
        save_swv(connection, swv)
        save_organisatie(connection, organisatie)
        save_omgeving(connection, omgeving)
        save_koppeling(connection, koppeling)

    with reading(settled) as connection:
        assert list_swvs(connection) == [swv]
        assert list(list_organisaties(connection)) == [organisatie]
        assert list_omgevingen(connection) == [omgeving]
        assert list_koppelingen(connection) == [koppeling]


def test_an_omgeving_has_each_brin_in_one_koppeling_only(settled: Engine) -> None:
    second = replaced(KOPPELING, koppeling_id=KoppelingId("k2"), brins=frozenset({Brin("11AA")}))

    with pytest.raises(RowRefused), writing(settled) as connection:
        save_koppeling(connection, second)
    with reading(settled) as connection:
        assert list_koppelingen(connection) == [KOPPELING]


def test_the_snapshot_of_routing_holds_all_of_it(settled: Engine) -> None:
    with reading(settled) as connection:
        tables = read_tables(connection)
        assert tables.version == read_version(connection)

    assert tables.brins == {Brin("32DD")}
    assert tables.organisaties == {Brin("32DD"): (ORGANISATIE,)}
    assert tables.koppelingen == {OMGEVING.omgeving_id: (KOPPELING,)}


def test_a_secret_hash_stands_in_no_repr() -> None:
    assert "argon2" not in repr(OMGEVING)


def import_(engine: Engine, *schools: ListedSchool) -> ListDiff:
    with writing(engine) as connection:
        diff = diff_list(connection, schools)
        apply_diff(connection, diff)
    return diff


def test_an_import_adds_changes_and_removes_and_does_nothing_the_second_time(engine: Engine) -> None:
    first = (school("11AA00"), school("22BB00"), school("33CC00"))
    second = (school("11AA00"), school("22BB00", "Nieuwe naam"), school("44DD00"))
    import_(engine, *first)
    diff = import_(engine, *second)

    assert diff == ListDiff(added=(second[2],), changed=(second[1],), removed=(first[2],))
    assert not import_(engine, *second)
    with reading(engine) as connection:
        assert list_schools(connection) == list(second)


def test_an_import_never_removes_what_the_helpdesk_added(engine: Engine) -> None:
    by_hand = school("99ZZ00", "De Nieuwe")
    with writing(engine) as connection:
        add_school(connection, by_hand)
    import_(engine, school("11AA00"))
    import_(engine, school("22BB00"))

    with reading(engine) as connection:
        assert list_schools(connection) == [school("22BB00"), by_hand]


def test_once_the_list_names_what_the_helpdesk_added_the_list_decides(engine: Engine) -> None:
    with writing(engine) as connection:
        add_school(connection, school("99ZZ00", "De Nieuwe"))
    import_(engine, school("99ZZ00", "De Nieuwste"))
    import_(engine)

    with reading(engine) as connection:
        assert list_schools(connection) == []


def test_a_correction_by_hand_stays_until_the_list_names_it_otherwise(engine: Engine) -> None:
    import_(engine, school("11AA00"))
    with writing(engine) as connection:
        add_school(connection, school("11AA00", "Beter"))
    import_(engine)

    with reading(engine) as connection:
        assert list_schools(connection) == [school("11AA00", "Beter")]


def test_the_audit_tells_the_newest_first(engine: Engine) -> None:
    with writing(engine) as connection:
        for number in range(5):
            write_audit(connection, actor="a", action="b", subject=str(number), detail="d")

    with reading(engine) as connection:
        rows = list_audit(connection, 3)
    assert [(r.subject, r.actor, r.action, r.detail) for r in rows] == [(s, "a", "b", "d") for s in "432"]
    assert rows[0].at >= rows[2].at

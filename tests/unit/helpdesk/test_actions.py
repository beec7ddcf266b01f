"""What people do by hand: nothing is overwritten unseen, and what is in use stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from database.audit import list_audit
from database.engine import reading, writing
from database.koppelingen import list_koppelingen, list_omgevingen
from database.listed_schools import diff_list, list_schools
from database.organisaties import Swv, find_organisatie, list_swvs
from database.schema import dossier, inzending
from dossier.brin import Brin, Vestiging
from dossier.errors import ConfigurationError
from dossier.identifiers import InzendingId, KoppelingId, OmgevingId, OrganisatieId, SwvId
from helpdesk import actions
from helpdesk import administration as admin
from routing.brin_list import ListedSchool
from routing.tables import Koppeling, KoppelingStatus, Organisatie

S1, S2, O1, K1 = SwvId("s1"), SwvId("s2"), OrganisatieId("o1"), KoppelingId("k1")
A, B, C = Brin("17GU"), Brin("30AK"), Brin("98ZZ")
NEW = ListedSchool(brin=C, vestiging=Vestiging("98ZZ00"), naam="Polder", plaats="Zwolle")
ORGANISATIE = Organisatie(organisatie_id=O1, swv_id=S1, naam="Gong", brin=A, vestiging=None)
KOPPELING = Koppeling(
    koppeling_id=K1,
    omgeving_id=OmgevingId("omg"),
    swv_id=S1,
    status=KoppelingStatus.ACTIEF,
    brins=frozenset({A}),
)
Do = Callable[..., Any]


@pytest.fixture
def do(engine: Engine) -> Do:
    """An action in a transaction of its own, on a world of two SWVs, an organisatie and a koppeling."""

    def run(action: Callable[..., Any], *arguments: Any) -> Any:
        with writing(engine) as connection:
            return action(connection, "test", *arguments)

    for swv_id in (S1, S2):
        run(actions.add_swv, Swv(swv_id=swv_id, naam=swv_id))
    listed = ListedSchool(brin=A, vestiging=Vestiging("17GU00"), naam="De Gong", plaats="Apeldoorn")
    run(lambda c, actor: admin.import_list(c, actor, diff_list(c, [listed])))
    run(actions.add_organisatie, ORGANISATIE)
    assert run(actions.add_koppeling, KOPPELING)
    return run


def koppeling(engine: Engine) -> Koppeling:
    with reading(engine) as connection:
        return admin.get_koppeling(connection, K1)


def audited(engine: Engine) -> list[tuple[str, str]]:
    with reading(engine) as connection:
        return [(row.action, row.subject) for row in list_audit(connection, 100)]


ADDED_TWICE = {
    "SWV": (actions.add_swv, Swv(swv_id=S1, naam="Anders"), "swv rename"),
    "organisatie": (
        actions.add_organisatie,
        replace(ORGANISATIE, swv_id=S2, naam="Anders", brin=None),
        r"SWV s1; naam Gong; BRIN 17GU.*organisatie set-brin, organisatie change",
    ),
    "koppeling": (
        actions.add_koppeling,
        replace(KOPPELING, status=KoppelingStatus.AANGEVRAAGD, brins=frozenset({B})),
        r"omgeving omg; SWV s1; status actief; BRIN 17GU.*add-brin",
    ),
    "BRIN": (
        actions.add_school,
        ListedSchool(brin=A, vestiging=Vestiging("17GU00"), naam="X", plaats="Y"),
        r"naam De Gong; plaats Apeldoorn.*brin change",
    ),
}


@pytest.mark.parametrize(("action", "value", "remedy"), ADDED_TWICE.values(), ids=ADDED_TWICE.keys())
def test_adding_what_is_there_is_refused_with_what_it_is_and_the_remedy(
    do: Do, engine: Engine, action: Callable[..., Any], value: object, remedy: str
) -> None:
    before = audited(engine)
    with pytest.raises(ConfigurationError, match=remedy):
        do(action, value)

    assert audited(engine) == before
    assert koppeling(engine) == KOPPELING
    with reading(engine) as connection:
        assert find_organisatie(connection, O1) == ORGANISATIE
        assert [s.naam for s in list_swvs(connection)] == ["s1", "s2"]
        assert [s.naam for s in list_schools(connection, A)] == ["De Gong"]


@pytest.mark.parametrize("status", KoppelingStatus)
def test_adding_and_removing_a_brin_keeps_the_status_and_the_others(
    do: Do, engine: Engine, status: KoppelingStatus
) -> None:
    do(actions.set_status, K1, status)

    assert do(actions.add_brins, K1, frozenset({B, C})) == "BRIN 17GU -> 17GU, 30AK, 98ZZ"
    assert koppeling(engine) == replace(KOPPELING, status=status, brins=frozenset({A, B, C}))
    assert do(actions.add_brins, K1, frozenset({B})) == "nothing to change"
    assert do(actions.remove_brins, K1, frozenset({A, C})) == "BRIN 17GU, 30AK, 98ZZ -> 30AK"
    assert koppeling(engine) == replace(KOPPELING, status=status, brins=frozenset({B}))


def test_removing_a_brin_that_is_not_there_is_refused(do: Do, engine: Engine) -> None:
    with pytest.raises(ConfigurationError, match="does not cover BRIN 30AK"):
        do(actions.remove_brins, K1, frozenset({A, B}))
    assert koppeling(engine) == KOPPELING


def test_a_brin_of_another_koppeling_is_refused_with_the_command_that_frees_it(do: Do) -> None:
    other = replace(KOPPELING, koppeling_id=KoppelingId("k2"), brins=frozenset({B}))
    assert do(actions.add_koppeling, other) is None
    with pytest.raises(ConfigurationError, match="koppeling remove-brin k1 17GU"):
        do(actions.add_brins, other.koppeling_id, frozenset({A}))

    do(actions.remove_brins, K1, frozenset({A}))
    do(actions.add_brins, other.koppeling_id, frozenset({A}))


def test_a_koppeling_that_covers_nothing_is_told(do: Do, engine: Engine) -> None:
    do(actions.remove_brins, K1, frozenset({A}))
    with reading(engine) as connection:
        [warning] = actions.koppeling_warnings(connection, K1)
    assert "KOPPELING_ONJUIST" in warning


def test_an_unlisted_brin_and_a_koppeling_that_is_off_are_told(do: Do, engine: Engine) -> None:
    do(actions.add_brins, K1, frozenset({B}))
    do(actions.set_status, K1, KoppelingStatus.INACTIEF)
    with reading(engine) as connection:
        told = " ".join(actions.koppeling_warnings(connection, K1))
    assert "BRIN 30AK is not in the list" in told
    assert "koppeling activate k1" in told
    assert "17GU" not in told


def test_every_change_says_what_was_and_what_is_now(do: Do) -> None:
    assert do(actions.change_koppeling, K1, S2) == "SWV s1 -> s2"
    assert do(actions.set_status, K1, KoppelingStatus.INACTIEF) == "status actief -> inactief"
    assert do(actions.rename_swv, S1, "Een") == "naam s1 -> Een"
    assert do(actions.set_brin, O1, B, Vestiging("30AK01")) == "BRIN 17GU -> 30AK01"
    assert do(actions.change_organisatie, O1, S2, None) == "SWV s1 -> s2"
    assert do(actions.change_organisatie, O1, None, "De Gong") == "naam Gong -> De Gong"
    assert do(actions.change_school, Vestiging("17GU00"), None, "Vaassen") == "plaats Apeldoorn -> Vaassen"
    for again in (
        (actions.change_koppeling, K1, S2),
        (actions.rename_swv, S1, "Een"),
        (actions.set_brin, O1, B, Vestiging("30AK01")),
    ):
        assert do(*again) == "nothing to change"


ABSENT = {
    "SWV": (actions.rename_swv, SwvId("s9"), "x"),
    "organisatie": (actions.change_organisatie, OrganisatieId("o9"), None, "x"),
    "its BRIN": (actions.set_brin, OrganisatieId("o9"), A, None),
    "koppeling": (actions.add_brins, KoppelingId("k9"), frozenset({A})),
    "koppeling to remove": (actions.remove_koppeling, KoppelingId("k9")),
    "SWV to lead to": (actions.change_koppeling, K1, SwvId("s9")),
    "SWV to move to": (actions.change_organisatie, O1, SwvId("s9"), None),
    "BRIN to correct": (actions.change_school, Vestiging("98ZZ00"), "x", None),
    "BRIN to remove": (actions.remove_school, Vestiging("98ZZ00")),
}


@pytest.mark.parametrize("call", ABSENT.values(), ids=ABSENT.keys())
def test_what_is_not_there_cannot_be_changed(do: Do, call: tuple[Any, ...]) -> None:
    with pytest.raises(ConfigurationError, match=r"there is no|is not in the list"):
        do(*call)


def test_a_known_omgeving_is_not_renamed_by_the_way(do: Do) -> None:
    other = replace(KOPPELING, koppeling_id=KoppelingId("k2"), brins=frozenset({B}))
    with pytest.raises(ConfigurationError, match="is known as omg"):
        do(actions.add_koppeling, other, "Anders")


def test_a_mistyped_brin_is_removed_again(do: Do, engine: Engine) -> None:
    do(actions.add_school, NEW)

    assert do(actions.remove_school, NEW.vestiging) == "naam Polder; plaats Zwolle"

    with reading(engine) as connection:
        assert list_schools(connection, C) == []
    assert audited(engine)[0] == ("brin_removed", "98ZZ00")


def test_a_brin_of_the_national_list_stays(do: Do) -> None:
    with pytest.raises(ConfigurationError, match="of the national list"):
        do(actions.remove_school, Vestiging("17GU00"))


def test_a_brin_in_use_stays_and_its_users_are_named(do: Do) -> None:
    do(actions.add_school, NEW)
    do(actions.set_brin, O1, C, None)
    do(actions.add_brins, K1, frozenset({C}))
    with pytest.raises(ConfigurationError, match="organisatie o1, koppeling k1"):
        do(actions.remove_school, NEW.vestiging)

    second = replace(NEW, vestiging=Vestiging("98ZZ01"))
    do(actions.add_school, second)
    do(actions.set_brin, O1, C, second.vestiging)
    with pytest.raises(ConfigurationError, match="in use by organisatie o1; "):
        do(actions.remove_school, second.vestiging)
    do(actions.remove_school, NEW.vestiging)  # the other location keeps the BRIN in the list


def test_a_mistyped_koppeling_is_removed_and_its_omgeving_stays_to_be_seen(do: Do, engine: Engine) -> None:
    do(actions.remove_koppeling, K1)

    with reading(engine) as connection:
        assert list_koppelingen(connection) == []
        assert [o.omgeving_id for o in list_omgevingen(connection)] == ["omg"]
    assert audited(engine)[0] == ("koppeling_removed", "k1")
    assert do(actions.add_koppeling, KOPPELING) is None


def test_a_koppeling_through_which_a_dossier_came_stays(do: Do, engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(
            insert(dossier).values(
                dossiernummer=7, omgeving_id="omg", hulpvraag_id="h", swv_id="s1", organisatie_id="o1",
                versie=1, inhoud_hash="h", created_ms=1,
            )
        )  # fmt: skip
        connection.execute(
            insert(inzending).values(
                inzending_id="1" * 32, omgeving_id="omg", bericht_id="b", hulpvraag_id="h", brin="17GU",
                schoolnaam="", naam_hash="", uitkomst="nieuw", dossiernummer=7, versie=1, inhoud_hash="h",
                koppeling_id="k1", swv_id="s1", organisatie_id="o1", route_rule="BRIN", received_ms=1,
                decided_ms=1,
            )
        )  # fmt: skip

    with pytest.raises(ConfigurationError, match="koppeling deactivate k1"):
        do(actions.remove_koppeling, K1)
    assert koppeling(engine) == KOPPELING


def test_an_unknown_event_is_refused_and_none_is_offered(do: Do) -> None:
    with pytest.raises(ConfigurationError, match="there is no event zzz"):
        do(admin.retry_dead_letters, [InzendingId("zzz")])
    assert list(do(admin.retry_dead_letters, None)) == []

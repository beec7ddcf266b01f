"""Who may do what: the whole table, written out, so that no right is given by the way."""

from __future__ import annotations

import pytest

from dossier.identifiers import SwvId
from helpdesk.roles import RIGHTS, TYPES, Person, Right, Role, RoleType

from .conftest import AUDITOR_S1, BEHEER_S1, BEHEERDER, HELPDESK, S1, S2

# In the order of Role: helpdesk, applicatiebeheerder, auditor, beheerder.
MATRIX = {
    Right.INZENDINGEN: "j j n j",
    Right.LEERLING: "j j n j",
    Right.HERSTELLEN: "j j n j",
    Right.ORGANISATIES: "j j n j",
    Right.KOPPELINGEN: "j n n j",
    Right.BRINLIJST: "j n n j",
    Right.SWVS: "n n n j",
    Right.ACCOUNTS: "n j n j",
    Right.AUDIT: "j n j j",
    Right.ZICHTBAARHEID: "j n n j",
}
PEOPLE = {person.role: person for person in (HELPDESK, BEHEER_S1, AUDITOR_S1, BEHEERDER)}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("right", Right)
def test_a_role_has_the_rights_of_the_matrix_and_no_other(role: Role, right: Right) -> None:
    expected = MATRIX[right].split()[list(Role).index(role)] == "j"
    assert PEOPLE[role].may(right) is expected


def test_every_role_has_a_type_and_rights() -> None:
    assert set(TYPES) == set(RIGHTS) == set(Role) == set(PEOPLE)


# FAQ 10: of whom, of which role and SWV, may be changed.
CHANGES: list[tuple[Person, Role, SwvId | None, bool]] = [
    *((BEHEERDER, role, swv_id, True) for role in Role for swv_id in (S1, S2, None)),
    *((who, role, S1, False) for who in (HELPDESK, AUDITOR_S1) for role in Role),
    *((BEHEER_S1, role, S1, TYPES[role] is RoleType.REST) for role in Role),
    *((BEHEER_S1, role, S2, False) for role in Role),
    *((BEHEER_S1, role, None, False) for role in Role),
]


@pytest.mark.parametrize(("by", "role", "swv_id", "may"), CHANGES)
def test_an_account_is_changed_only_by_whom_faq_10_names(
    by: Person, role: Role, swv_id: SwvId | None, may: bool
) -> None:
    assert by.may_change_account(role, swv_id) is may


def test_a_person_of_one_swv_sees_nothing_of_another_nor_of_none() -> None:
    assert [BEHEER_S1.sees(swv_id) for swv_id in (S1, S2, None)] == [True, False, False]
    assert [HELPDESK.sees(swv_id) for swv_id in (S1, S2, None)] == [True, True, True]


def test_an_applicatiebeheerder_without_swv_is_no_person() -> None:
    with pytest.raises(ValueError, match="of one SWV"):
        Person(actor="oidc:1", naam="", role=Role.APPLICATIEBEHEERDER)

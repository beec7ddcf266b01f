"""Roles are data: what Super changes of them, and what nobody can."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine

from database.audit import list_audit
from database.engine import reading
from kindkans.rights import rollen
from kindkans.rights.accounts import operator
from kindkans.rights.decision import decide
from kindkans.rights.refusals import Fout, Refused
from kindkans.rights.words import AccountId, Bereik, Lid, Mag, Rol, RolId, RolType, Systeemrecht, Tab

from .conftest import Do, put_lid
from .people import HIER, TODAY, invited, new_lid, new_rol

ROOT = operator("test")
EXTERN = {(Bereik.EXTERN, Tab.TLV): Mag.ZIEN}


def refused(fout: Fout, call: Callable[..., Any], *arguments: Any) -> None:
    with pytest.raises(Refused) as caught:
        call(*arguments)
    assert caught.value.fout is fout


def audited(engine: Engine) -> list[tuple[str, str, str, str]]:
    with reading(engine) as connection:
        return [(a.actor, a.action, a.subject, a.detail) for a in list_audit(connection, 99)]


def has(do: Do, rol: Rol, name: str = "anna") -> Lid:
    """An account with this role."""
    lid = new_lid(rol, account_id=AccountId(name), gebruikersnaam=name)
    do(put_lid, lid)
    return lid


def test_the_roles_of_a_new_store_are_listed_with_their_type(do: Do) -> None:
    found = do(rollen.list_rollen)
    assert {rol.rol_id: rol.type for rol in found if rol.type is not RolType.REST} == {
        "root": RolType.SUPER,
        "applicatiebeheerder": RolType.BEHEER,
    }
    assert [rol.naam for rol in found] == sorted(rol.naam for rol in found)
    assert {rol.rol_id for rol in found if rollen.is_externe_rol(rol)} == {
        "extern_meelezen",
        "extern_meewerken",
    }
    assert [rol.rol_id for rol in found if rollen.is_root(rol)] == ["root"]
    assert do(rollen.get_rol, "loket").geeft(Bereik.SWV, Tab.TLV) is Mag.WIJZIGEN
    assert do(rollen.get_rol, "geen") is None


def test_a_role_is_added_and_changed_and_the_audit_tells_what(do: Do, engine: Engine) -> None:
    new = new_rol(Bereik.EIGEN, {Tab.TLV: Mag.ZIEN}, naam=" Ambulant   begeleider ")
    added = do(rollen.add_rol, ROOT, new)
    assert added == replace(new, rol_id=added.rol_id, naam="Ambulant begeleider")
    assert do(rollen.get_rol, added.rol_id) == added

    changed = replace(added, rechten=EXTERN, systeem=frozenset({Systeemrecht.AUDIT}))
    do(rollen.save_rol, ROOT, changed)
    do(rollen.save_rol, ROOT, changed)

    assert do(rollen.get_rol, added.rol_id) == changed
    assert audited(engine) == [
        ("test", "rol_changed", added.rol_id, "-eigen.tlv=zien +audit +extern.tlv=zien"),
        ("test", "rol_added", added.rol_id, "+eigen.tlv=zien"),
    ]


@pytest.mark.parametrize("rol_type", RolType)
def test_only_super_with_the_right_changes_roles(do: Do, engine: Engine, rol_type: RolType) -> None:
    for systeem in (frozenset[Systeemrecht](), frozenset(Systeemrecht)):
        by = new_lid(new_rol(type=rol_type, systeem=systeem))
        value = replace(do(rollen.get_rol, "loket"), naam="Anders")
        if rol_type is RolType.SUPER and systeem:
            do(rollen.save_rol, by, value)
        else:
            refused(Fout.MAG_NIET, do, rollen.save_rol, by, value)
            refused(Fout.MAG_NIET, do, rollen.add_rol, by, value)
    assert len(audited(engine)) == (rol_type is RolType.SUPER)


@pytest.mark.parametrize(
    ("naam", "fout"),
    [
        (" ", Fout.ROL_NAAM),
        ("x" * 101, Fout.ROL_NAAM),
        ("a\x00", Fout.ROL_NAAM),
        ("Root", Fout.ROL_NAAM_BEZET),
    ],
)
def test_a_role_has_a_name_of_its_own(do: Do, naam: str, fout: Fout) -> None:
    refused(fout, do, rollen.add_rol, ROOT, new_rol(naam=naam))
    refused(fout, do, rollen.save_rol, ROOT, replace(do(rollen.get_rol, "loket"), naam=naam))


def test_a_role_that_is_not_there_is_not_changed(do: Do) -> None:
    refused(Fout.ROL_ONBEKEND, do, rollen.save_rol, ROOT, new_rol(rol_id="geen"))
    refused(Fout.ROL_ONBEKEND, do, rollen.lock_rol, RolId("geen"))


def test_the_type_of_a_role_stays_while_accounts_have_it(do: Do) -> None:
    loket = do(rollen.get_rol, "loket")
    has(do, loket)
    refused(Fout.ROL_TYPE_IN_GEBRUIK, do, rollen.save_rol, ROOT, replace(loket, type=RolType.SUPER))
    do(rollen.save_rol, ROOT, replace(loket, rechten={}))

    free = do(rollen.get_rol, "schoolleider")
    do(rollen.save_rol, ROOT, replace(free, type=RolType.BEHEER))
    assert do(rollen.get_rol, "schoolleider").type is RolType.BEHEER


@pytest.mark.parametrize(
    "change",
    [
        {"type": RolType.BEHEER},
        {"rechten": EXTERN | {(Bereik.EIGEN, Tab.TLV): Mag.ZIEN}},
        {"rechten": {}},
        {"systeem": frozenset({Systeemrecht.KENGETALLEN})},
    ],
)
def test_an_externe_rol_keeps_external_rights_only(do: Do, change: dict[str, Any]) -> None:
    externe_rol = do(rollen.get_rol, "extern_meelezen")
    do(rollen.save_rol, ROOT, replace(externe_rol, **change))  # nobody has it yet
    do(rollen.save_rol, ROOT, externe_rol)
    guest = new_lid(do(rollen.get_rol, "behandelaar"), externe_rol=externe_rol)
    do(put_lid, guest)

    refused(Fout.ROL_NIET_EXTERN, do, rollen.save_rol, ROOT, replace(externe_rol, **change))
    do(rollen.save_rol, ROOT, replace(externe_rol, rechten=EXTERN))


@pytest.mark.parametrize("right", [Systeemrecht.ROLLEN, Systeemrecht.ACCOUNTS])
def test_nobody_takes_the_rights_of_the_last_root_away(do: Do, right: Systeemrecht) -> None:
    root = do(rollen.get_rol, "root")
    less = replace(root, systeem=root.systeem - {right})
    refused(Fout.LAATSTE, do, rollen.save_rol, ROOT, less)  # also before there is any account
    has(do, root)
    refused(Fout.LAATSTE, do, rollen.save_rol, ROOT, less)

    other = do(rollen.add_rol, ROOT, replace(root, naam="Tweede root"))
    refused(Fout.LAATSTE, do, rollen.save_rol, ROOT, less)  # for nobody has that one
    do(put_lid, new_lid(other, account_id=AccountId("bert"), gebruikersnaam="bert"), "geblokkeerd")
    refused(Fout.LAATSTE, do, rollen.save_rol, ROOT, less)
    has(do, other, "carla")
    do(rollen.save_rol, ROOT, less)
    refused(Fout.LAATSTE, do, rollen.save_rol, ROOT, replace(other, systeem=frozenset()))


@pytest.mark.parametrize("fout", Fout)
def test_every_refusal_has_a_text_for_a_log_and_one_for_a_page(fout: Fout) -> None:
    refusal = Refused(fout)
    assert str(refusal)
    assert refusal.melding.endswith(("-", "."))


ALL = set(Tab)
# Of the roles of a new store: what is seen of a dossier of one's own organisatie, of another of one's SWV,
# of another SWV, and there as a guest.
SEEN: dict[str, tuple[set[Tab], set[Tab], set[Tab], set[Tab]]] = {
    "root": (ALL, ALL, ALL, ALL),
    "applicatiebeheerder": (ALL, ALL, set(), {Tab.HULPVRAAG}),
    "loket": (ALL, ALL, set(), {Tab.HULPVRAAG}),
    "intern_begeleider": (ALL, set(), set(), {Tab.HULPVRAAG}),
    "schoolleider": (ALL, set(), set(), {Tab.HULPVRAAG}),
    "behandelaar": (set(), set(), set(), {Tab.HULPVRAAG}),
    "extern_meelezen": (set(), set(), set(), ALL),
    "extern_meewerken": (set(), set(), set(), ALL),
    "uitleg": (set(), set(), set(), {Tab.HULPVRAAG}),
}


def test_what_the_roles_of_a_new_store_see(do: Do) -> None:
    seen = {}
    for rol in do(rollen.list_rollen):
        swv_id = None if rol.type is RolType.SUPER else "s1"
        own, near = (new_lid(rol, swv_id=swv_id, organisatie_id=key) for key in ("o1", "o2"))
        far = new_lid(rol, swv_id=swv_id and "s2", organisatie_id="o3")
        besluiten = [decide(one, HIER, [], TODAY) for one in (own, near, far)]
        besluiten.append(decide(far, HIER, [invited()], TODAY))
        seen[rol.rol_id] = tuple(set(besluit.tabs) for besluit in besluiten)
    assert seen == SEEN

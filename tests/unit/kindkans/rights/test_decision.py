"""Who may what: the decision against a model that was written apart, and at the borders of a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given

from dossier.timestamps import day_in_amsterdam
from kindkans.rights.decision import Beletsel, Besluit, Grond, decide
from kindkans.rights.words import Bereik, Lid, Mag, Plaats, Rol, RolType, Soort, Tab, Uitnodiging

from .people import HIER, LEDEN, TODAY, UITNODIGINGEN, invited, new_lid, new_rol

BELETSELS = (Beletsel.ANDERE_ORGANISATIE, Beletsel.ROL_ZONDER_RECHT)


def asked(lid: Lid, *uitnodigingen: Uitnodiging, today: date = TODAY) -> Besluit:
    return decide(lid, HIER, uitnodigingen, today)


def naive(lid: Lid, plaats: Plaats, uitnodigingen: list[Uitnodiging], today: date) -> dict[Tab, Mag]:
    """Asked anew of each tab, in the words of the FAQ."""
    good = [u for u in uitnodigingen if u.tot_en_met is None or not today > u.tot_en_met]
    seen: dict[Tab, Mag] = {}
    for tab in Tab:
        answers = []
        if lid.organisatie_id is not None and lid.organisatie_id == plaats.organisatie_id:
            answers.append(lid.rol.rechten.get((Bereik.EIGEN, tab)))
        if lid.swv_id == plaats.swv_id or (lid.swv_id is None and lid.rol.type == "Super"):
            answers.append(lid.rol.rechten.get((Bereik.SWV, tab)))
        if good:
            answers.append(lid.rol.rechten.get((Bereik.EXTERN, tab)))
            if lid.externe_rol:
                answers.append(lid.externe_rol.rechten.get((Bereik.EXTERN, tab)))
            if tab == "hulpvraag":
                answers.append(Mag.ZIEN)
        if "wijzigen" in answers:
            seen[tab] = Mag.WIJZIGEN
        elif "zien" in answers:
            seen[tab] = Mag.ZIEN
    return seen


@given(lid=LEDEN, uitnodigingen=UITNODIGINGEN)
def test_the_decision_is_that_of_a_naive_model(lid: Lid, uitnodigingen: list[Uitnodiging]) -> None:
    besluit = asked(lid, *uitnodigingen)
    expected = naive(lid, HIER, uitnodigingen, TODAY)

    assert {tab: besluit.mag(tab) for tab in Tab if besluit.ziet(tab)} == expected
    assert besluit.tabs == tuple(tab for tab in Tab if tab in expected)
    assert {tab for tab in Tab if besluit.wijzigt(tab)} == {t for t, m in expected.items() if m == "wijzigen"}


@given(lid=LEDEN, uitnodigingen=UITNODIGINGEN)
def test_each_tab_has_a_ground_and_each_that_is_not_seen_something_in_its_way(
    lid: Lid, uitnodigingen: list[Uitnodiging]
) -> None:
    besluit = asked(lid, *uitnodigingen)
    for tab in Tab:
        assert bool(besluit.gronden_van(tab)) is besluit.ziet(tab)
        assert set(besluit.gronden_van(tab)) <= set(besluit.gronden)
    assert bool(besluit.beletsels) is (len(besluit.tabs) < len(Tab))


@given(lid=LEDEN, uitnodigingen=UITNODIGINGEN)
def test_nobody_loses_a_tab_by_an_invitation_or_an_externe_rol(
    lid: Lid, uitnodigingen: list[Uitnodiging]
) -> None:
    alone = new_lid(lid.rol, swv_id=lid.swv_id, organisatie_id=lid.organisatie_id)
    assert set(asked(alone).tabs) <= set(asked(lid, *uitnodigingen).tabs)


@pytest.mark.parametrize("rol_type", RolType)
def test_without_a_right_nothing_is_allowed(rol_type: RolType) -> None:
    besluit = asked(new_lid(new_rol(type=rol_type), swv_id="s1", organisatie_id="o1"))
    assert (besluit.tabs, besluit.gronden, besluit.beletsels) == ((), (), (Beletsel.ROL_ZONDER_RECHT,))


@pytest.mark.parametrize(
    ("rol", "fields", "beletsels"),
    [
        (new_rol(Bereik.EIGEN), {"organisatie_id": "o2"}, (Beletsel.ANDERE_ORGANISATIE,)),
        (new_rol(Bereik.EIGEN), {"swv_id": "s1"}, (Beletsel.ANDERE_ORGANISATIE,)),
        (new_rol(Bereik.SWV), {"swv_id": "s2", "organisatie_id": "o2"}, (Beletsel.ANDER_SWV,)),
        (new_rol(Bereik.SWV), {}, (Beletsel.ANDER_SWV,)),
        (new_rol(), {"organisatie_id": "o2"}, BELETSELS),
        (new_rol(Bereik.EXTERN), {"organisatie_id": "o2"}, BELETSELS),
    ],
)
def test_who_is_refused_is_told_what_is_in_the_way(
    rol: Rol, fields: dict[str, object], beletsels: tuple[Beletsel, ...]
) -> None:
    besluit = asked(new_lid(rol, **fields))
    assert (besluit.tabs, besluit.beletsels) == ((), beletsels)


def test_root_is_of_every_swv_and_nobody_else_without_one() -> None:
    for rol_type in RolType:
        lid = new_lid(new_rol(Bereik.SWV, type=rol_type))
        assert bool(asked(lid).tabs) is (rol_type is RolType.SUPER)
    of_another = new_lid(new_rol(Bereik.SWV, type=RolType.SUPER), swv_id="s2")
    assert asked(of_another).tabs == ()


def test_who_is_invited_without_external_rights_sees_hulpvraag_only() -> None:
    guest = new_lid(new_rol(), externe_rol=new_rol(Bereik.EIGEN))
    besluit = asked(guest, invited())
    assert (besluit.tabs, besluit.wijzigt(Tab.HULPVRAAG)) == ((Tab.HULPVRAAG,), False)
    assert besluit.beletsels == (Beletsel.EXTERNE_ROL_ONTBREEKT,)
    assert besluit.detail(Tab.HULPVRAAG) == "tab=hulpvraag grond=vergadering"


def test_an_externe_rol_opens_its_tabs_of_the_dossier_that_one_is_invited_to() -> None:
    rol = new_rol(Bereik.EXTERN, {Tab.BIJLAGEN: Mag.ZIEN, Tab.AANPAK: Mag.ZIEN})
    externe_rol = new_rol(Bereik.EXTERN, {Tab.BIJLAGEN: Mag.ZIEN, Tab.AANPAK: Mag.WIJZIGEN})
    guest = new_lid(rol, externe_rol=externe_rol)

    assert asked(guest).tabs == ()
    besluit = asked(guest, invited(Soort.AANPAK))
    assert besluit.tabs == (Tab.HULPVRAAG, Tab.BIJLAGEN, Tab.AANPAK)
    assert besluit.gronden_van(Tab.BIJLAGEN) == (Grond.AANPAK,)
    assert besluit.gronden_van(Tab.AANPAK) == (Grond.AANPAK, Grond.EXTERNE_ROL)
    assert besluit.beletsels == (Beletsel.ROL_ZONDER_RECHT,)


def test_an_externe_rol_counts_nowhere_but_outside() -> None:
    everything = {(bereik, tab): Mag.WIJZIGEN for bereik in Bereik for tab in Tab}
    lid = new_lid(new_rol(), externe_rol=new_rol(rechten=everything), swv_id="s1", organisatie_id="o1")
    assert asked(lid).tabs == ()


# The last day, and what the clock says in UTC at the borders of that day and the next in Amsterdam.
BORDERS = [
    (date(2026, 1, 15), datetime(2026, 1, 14, 23, 0, tzinfo=UTC), datetime(2026, 1, 15, 23, 0, tzinfo=UTC)),
    (date(2026, 7, 15), datetime(2026, 7, 14, 22, 0, tzinfo=UTC), datetime(2026, 7, 15, 22, 0, tzinfo=UTC)),
    # 23 hours long: the clock goes on.
    (date(2026, 3, 29), datetime(2026, 3, 28, 23, 0, tzinfo=UTC), datetime(2026, 3, 29, 22, 0, tzinfo=UTC)),
    # 25 hours long: the clock goes back.
    (
        date(2026, 10, 25),
        datetime(2026, 10, 24, 22, 0, tzinfo=UTC),
        datetime(2026, 10, 25, 23, 0, tzinfo=UTC),
    ),
]


@pytest.mark.parametrize("soort", Soort)
@pytest.mark.parametrize(("last", "begins", "ends"), BORDERS, ids=["winter", "summer", "on", "back"])
def test_an_invitation_is_good_to_the_end_of_its_last_day_in_amsterdam(
    soort: Soort, last: date, begins: datetime, ends: datetime
) -> None:
    instant = timedelta(microseconds=1)
    days = [day_in_amsterdam(at) for at in (begins - instant, begins, ends - instant, ends)]
    assert days == [last - timedelta(1), last, last, last + timedelta(1)]
    besluiten = [asked(new_lid(new_rol()), invited(soort, last), today=day) for day in days]
    assert [b.tabs for b in besluiten] == [(Tab.HULPVRAAG,)] * 3 + [()]
    assert besluiten[3].beletsels == (Beletsel.UITNODIGING_VERLOPEN,)
    assert [u.tot_en_met for u in besluiten[3].verlopen] == [last]


def test_an_aanpak_without_an_end_goes_on() -> None:
    guest, without_end = new_lid(new_rol()), invited(Soort.AANPAK, None)
    assert asked(guest, without_end, today=date(9999, 12, 31)).tabs == (Tab.HULPVRAAG,)


def test_one_invitation_that_is_good_is_enough() -> None:
    over = invited(Soort.OVERLEGRONDE, TODAY - timedelta(1))
    besluit = asked(new_lid(new_rol()), over, invited(Soort.AANPAK))
    assert besluit.gronden == (Grond.AANPAK,)
    assert Beletsel.UITNODIGING_VERLOPEN not in besluit.beletsels

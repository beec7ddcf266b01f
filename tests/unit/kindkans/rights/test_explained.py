"""What is told about a decision: the words of FAQ 2, 3 and 7, and no word about a person."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given

from dossier.identifiers import Dossiernummer
from kindkans.rights import explained
from kindkans.rights.decision import decide
from kindkans.rights.explained import Uitleg
from kindkans.rights.why import why
from kindkans.rights.words import Bereik, Lid, Mag, RolType, Soort, Systeemrecht, Tab, Uitnodiging

from .conftest import Do, put_dossier, put_lid, put_organisaties, put_rol, put_vergadering
from .people import HIER, LEDEN, TODAY, UITNODIGINGEN, invited, new_lid, new_rol

NAMEN = {"o1": "De Es", "o2": "De Wilg"}


def told(lid: Lid, *uitnodigingen: Uitnodiging, today: date = TODAY) -> Uitleg:
    return explained.explain(lid, decide(lid, HIER, uitnodigingen, today), lambda key: NAMEN[key])


@given(lid=LEDEN, uitnodigingen=UITNODIGINGEN)
def test_it_tells_what_was_decided_and_no_more_and_always_what_to_do(
    lid: Lid, uitnodigingen: list[Uitnodiging]
) -> None:
    besluit = decide(lid, HIER, uitnodigingen, TODAY)
    uitleg = told(lid, *uitnodigingen)
    assert [(regel.tab, regel.mag) for regel in uitleg.tabs] == [(tab, besluit.mag(tab)) for tab in Tab]
    assert uitleg.ziet is bool(besluit.tabs)
    assert len(uitleg.redenen) >= len(besluit.beletsels)
    assert bool(uitleg.advies) is bool(besluit.beletsels)
    for sentence in (uitleg.kern, *uitleg.redenen, *uitleg.advies, *(regel.reden for regel in uitleg.tabs)):
        assert sentence.endswith(".")
        assert sentence[0].isupper()
        assert "None" not in sentence


def test_of_its_own_organisatie_it_names_the_role() -> None:
    uitleg = told(new_lid(new_rol(Bereik.EIGEN, naam="Intern begeleider"), organisatie_id="o1"))
    assert uitleg.kern == "Dit account ziet alle tabs van dit dossier."
    assert uitleg.tabs[0].reden == "De rol Intern begeleider geeft dit bij dossiers van de eigen organisatie."
    assert (uitleg.redenen, uitleg.advies) == ((), ())


def test_faq_2_an_account_of_another_organisatie() -> None:
    uitleg = told(new_lid(new_rol(Bereik.EIGEN), organisatie_id="o2"))
    assert uitleg.kern == "Dit account ziet dit dossier niet."
    assert uitleg.redenen == ("Het account is van De Wilg; het dossier is van De Es.",)
    text = " ".join(uitleg.advies)
    assert "tabblad Schoolgegevens" in text
    assert "Beheer > Accounts" in text
    assert "Wijzig dan de organisatie van het account" in text
    assert "Laat de helpdesk van Kindkans de hulpvraag dan verplaatsen" in text


def test_faq_3_no_role_with_external_rights() -> None:
    uitleg = told(new_lid(new_rol(Bereik.EIGEN), organisatie_id="o2"), invited())
    assert uitleg.kern == "Dit account ziet van dit dossier alleen de tab Hulpvraag."
    (advies,) = uitleg.advies  # and not to change its organisatie: it is a guest
    assert advies.startswith("Breid het account uit met een externe rol.")
    assert uitleg.tabs[2].reden == (
        "Het account is uitgenodigd voor een vergadering waarin dit dossier is opgenomen, "
        "tot en met 10 maart 2026."
    )


@pytest.mark.parametrize(
    ("soort", "last_day", "extend"),
    [
        (Soort.VERGADERING, "de vergaderdatum was 9 maart 2026", "kan dit niet worden verlengd"),
        (
            Soort.OVERLEGRONDE,
            "de einddatum van de overlegronde was 9",
            "De persoon die de overlegronde heeft",
        ),
        (Soort.AANPAK, "de einddatum van de aanpak was 9 maart", "tab Aanpak mag wijzigen"),
    ],
)
def test_faq_7_an_invitation_that_is_over(soort: Soort, last_day: str, extend: str) -> None:
    uitleg = told(new_lid(new_rol()), invited(soort, TODAY - timedelta(1)))
    assert last_day in " ".join(uitleg.redenen)
    assert extend in " ".join(uitleg.advies)


def test_an_invitation_without_an_end_is_told_as_such() -> None:
    uitleg = told(new_lid(new_rol()), invited(Soort.AANPAK, TODAY), invited(Soort.AANPAK, None))
    assert uitleg.tabs[2].reden.endswith("als behandelaar, zonder einddatum.")


HELPDESK = new_lid(
    new_rol(systeem=frozenset({Systeemrecht.UITLEG})), account_id="h", actor="lokaal:h", gebruikersnaam="h"
)
BEHEER = new_lid(
    new_rol(systeem=frozenset({Systeemrecht.UITLEG}), type=RolType.BEHEER),
    account_id="b",
    actor="lokaal:b",
    gebruikersnaam="b",
    swv_id="s1",
)


@pytest.fixture
def world(do: Do) -> Do:
    """anna of the s1, gast of s2; dossier 7 of o1 in s1, 8 was deleted, 9 is of s2."""
    rol = new_rol(Bereik.EIGEN, {Tab.HULPVRAAG: Mag.ZIEN}, rol_id="ib", naam="IB")
    do(put_organisaties, o1="s1", o2="s1", o3="s2")
    do(put_rol, rol)
    for name, swv_id, organisatie_id in (("anna", "s1", "o2"), ("gast", "s2", "o3")):
        fields = {"account_id": name, "gebruikersnaam": name, "swv_id": swv_id}
        do(put_lid, new_lid(rol, **fields, organisatie_id=organisatie_id))
    do(put_dossier, 7, "o1", "s1")
    do(put_dossier, 8, "o1", "s1", deleted=True)
    do(put_dossier, 9, "o3", "s2")
    return do


@pytest.mark.parametrize("by", [HELPDESK, BEHEER], ids=["helpdesk", "applicatiebeheerder"])
def test_why_an_account_can_not_see_a_dossier_is_one_question(world: Do, by: Lid) -> None:
    uitleg = world(why, by, "anna", Dossiernummer(7), TODAY)
    assert uitleg.redenen == ("Het account is van School o2; het dossier is van School o1.",)
    assert world(why, by, "anna", Dossiernummer(8), TODAY) == explained.explain_deleted()
    assert world(why, by, "anna", Dossiernummer(1), TODAY) == explained.explain_no_dossier()
    assert world(why, by, "niemand", Dossiernummer(7), TODAY) == explained.explain_no_account()


def test_of_another_swv_there_is_nothing_to_ask_but_of_its_guests(world: Do) -> None:
    assert world(why, BEHEER, "gast", Dossiernummer(9), TODAY) == explained.explain_no_dossier()
    assert world(why, HELPDESK, "gast", Dossiernummer(9), TODAY).ziet
    assert world(why, BEHEER, "gast", Dossiernummer(7), TODAY) == explained.explain_no_account()
    world(put_vergadering, "v", [7], "anna", TODAY, "gast")
    assert world(why, BEHEER, "gast", Dossiernummer(7), TODAY).ziet


def test_who_has_no_right_to_ask_gets_no_answer(world: Do) -> None:
    assert world(why, new_lid(new_rol()), "anna", Dossiernummer(7), TODAY) is None


def test_an_organisatie_without_a_name_is_told_by_its_id(world: Do) -> None:
    world(put_dossier, 10, "o9", "s1")
    uitleg = world(why, HELPDESK, "anna", Dossiernummer(10), TODAY)
    assert uitleg.redenen[0].endswith("het dossier is van o9.")

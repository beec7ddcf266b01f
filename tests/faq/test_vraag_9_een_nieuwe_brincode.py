"""FAQ 9: a BRIN that is not in the national list yet; the helpdesk adds it, and then it can be chosen."""

from __future__ import annotations

from browser.desk import REPORT, school
from faq.bezoeker import Bezoeker, Komt
from faq.wereld import PLASSEN, Wereld

_NAAM = "Basisschool De Oeverlanden (verzonnen)"


def test_vraag_9_de_helpdesk_zet_de_brincode_in_de_lijst_en_daarna_is_zij_te_kiezen(
    wereld: Wereld, komt: Komt
) -> None:
    push = school("99ZZ", _NAAM, 1090, REPORT, plaats="Epe")
    assert wereld.desk.refused("parnassys-oever", push) == {"BRIN_ONBEKEND"}
    anna = komt(wereld.helpdesk("Anna Negen", "applicatiebeheerder", swv=PLASSEN))
    _looks_for(anna, "99ZZ")
    anna.sees("Niet gevonden.", "door aan de helpdesk van Kindkans")

    hanna = komt(wereld.helpdesk("Hanna Negen"))
    hanna.visit("/beheer/brin")
    hanna.click("Brincode toevoegen")
    hanna.fill("Brincode", "99ZZ")
    hanna.fill("Naam van de school", _NAAM)
    hanna.fill("Plaats waar de school is gevestigd", "Epe")
    hanna.click("Controleren")
    hanna.sees("99ZZ00 toevoegen aan de BRIN-lijst")
    hanna.click("Toevoegen")
    hanna.sees("Opgeslagen.")

    _looks_for(anna, "99ZZ")
    anna.tick(_NAAM)
    anna.fill("Naam van de organisatie", _NAAM)
    anna.click("Controleren")
    anna.click("Toevoegen")
    anna.sees("Opgeslagen.", "99ZZ")
    wereld.ontvangen(push, "parnassys-oever")
    lotte = komt(wereld.account("Lotte Negen", "loket"))
    lotte.visit("/dossiers")
    lotte.follow("Voorbeeld1090")
    lotte.click("Schoolgegevens")
    lotte.sees(f"Organisatie in Kindkans {_NAAM}")


def _looks_for(person: Bezoeker, brin: str) -> None:
    """Beheer > Organisaties > toevoegen, up to the choice of a BRIN from the list."""
    person.visit("/beheer/organisaties")
    person.click("Organisatie toevoegen")
    person.fill("Zoek op brincode, naam of plaats", brin)
    person.click("Zoek in de lijst")

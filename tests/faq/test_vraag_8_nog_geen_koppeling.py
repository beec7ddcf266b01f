"""FAQ 8: a school without a koppeling; the helpdesk makes it, and what it pushes next is in Kindkans."""

from __future__ import annotations

from adapters.parnassys.standin.client import redenen
from browser.desk import REPORT, school
from faq.bezoeker import Komt
from faq.wereld import Wereld


def test_vraag_8_de_helpdesk_activeert_de_koppeling_en_de_volgende_hulpvraag_komt_aan(
    wereld: Wereld, komt: Komt
) -> None:
    hanna = komt(wereld.helpdesk("Hanna Acht"))
    hanna.visit("/")
    hanna.click("Waar is mijn hulpvraag?")
    hanna.fill("Brincode", "03JI")
    hanna.click("Zoek")
    hanna.sees("koppeling")

    hanna.click("Beheer")
    hanna.click("Koppelingen")
    hanna.click("Koppeling aanvragen")
    hanna.fill("Kenmerk van de ParnasSys-omgeving", "parnassys-majella")
    hanna.fill("Naam van de omgeving", "Gerardus Majella")
    hanna.choose("Samenwerkingsverband", "De Plassen")
    hanna.fill("Brincodes", "03JI")
    hanna.click("Controleren")
    hanna.click("Aanmaken")
    secret = hanna.field_text("Geheim (wachtwoord)")
    push = school("03JI", "Gerardus Majella", 1080, REPORT, plaats="Vaassen")
    answer = wereld.desk.push("parnassys-majella", push, secret)
    assert (answer.dossiernummer, [one.code for one in redenen(answer)]) == (-1, ["KOPPELING_INACTIEF"])

    hanna.click("Klaar, naar de koppeling")
    hanna.click("Activeren")
    hanna.click("Activeren")
    hanna.sees("De koppeling is geactiveerd.")
    wereld.ontvangen(push, "parnassys-majella", secret)
    ilse = komt(wereld.account("Ilse Acht", "intern_begeleider", organisatie="majella"))
    ilse.visit("/dossiers")
    ilse.sees("Voorbeeld1080", "Gerardus Majella")


def test_vraag_8_een_omgeving_zonder_koppeling_voor_de_school_krijgt_min_1(wereld: Wereld) -> None:
    """Made by who forgot the school: its BRIN goes to the koppeling, and the same message arrives."""
    push = school("07KS", "WG vd Hulstschool", 1081, plaats="Epe")
    assert wereld.desk.refused("parnassys-flint", push) == {"KOPPELING_ONTBREEKT"}
    made = ("koppeling", "add", "k-hulst", "--omgeving", "parnassys-flint", "--swv", "swv-plassen")
    done = wereld.gateway.cli(*made, "--brin", "07KS")
    assert done.returncode == 0, done.stderr
    assert wereld.gateway.cli("koppeling", "activate", "k-hulst").returncode == 0
    assert wereld.organisatie_of(wereld.ontvangen(push, "parnassys-flint")) == "hulst"

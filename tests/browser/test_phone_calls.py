"""The phone calls of the FAQ, each taken as a person at the helpdesk takes it: by what the pages say."""

from __future__ import annotations

from dataclasses import replace

from acceptance.process import wait_for
from adapters.parnassys.standin.messages import Push
from browser.conftest import Comes
from browser.desk import REPORT, TOO_LARGE, Desk, school
from browser.person import Person
from helpdesk.roles import Role


def _asks_where(person: Person, brin: str, achternaam: str = "") -> None:
    person.visit("/")
    person.click("Waar is mijn hulpvraag?")
    person.fill("Brincode", brin)
    person.click("Zoek")
    if achternaam:
        person.open("Zoek één leerling")
        person.fill("Achternaam van de leerling", achternaam)
        person.click("Zoek deze leerling")


def _sets_brin(person: Person, organisatie: str, brin: str) -> None:
    """Beheer > Organisatie > bewerken, up to the page that says what it will do."""
    person.click("Beheer")
    person.click("Organisaties")
    person.click(organisatie)
    person.click("Bewerken")
    person.fill("Brincode", brin)
    person.click("Controleren")


def test_faq_2_it_has_a_number_but_the_school_does_not_see_it(comes: Comes, desk: Desk) -> None:
    push = school("07DL", "OBS De Parkenschool", 200, REPORT)
    number = desk.delivered("parnassys-parkenschool", push)
    hanna = comes(Role.HELPDESK)
    _asks_where(hanna, "07DL", "Voorbeeld200")
    hanna.sees("OBS De Parkenschool (oude invoer)", str(number))

    hanna.follow(str(number))
    hanna.click("Verplaats naar een andere organisatie")
    hanna.fill("Zoek een organisatie", "Parkenschool")
    hanna.click("Zoek")
    hanna.tick("OBS De Parkenschool, zonder BRIN")
    hanna.fill("Toelichting", "De school belde: staat bij de oude invoer")
    hanna.click("Verder")
    hanna.sees("Van OBS De Parkenschool (oude invoer)", "Naar OBS De Parkenschool, zonder BRIN")
    hanna.click("Ja, verplaats het dossier")
    hanna.sees("Verplaatst.")
    query = f"SELECT organisatie_id FROM dossier WHERE dossiernummer = {number}"
    wait_for(lambda: desk.gateway.store_rows(query) == [("parkenschool",)])

    _sets_brin(hanna, "OBS De Parkenschool (oude invoer)", "")
    hanna.click("Opslaan")
    _sets_brin(hanna, "OBS De Parkenschool", "07DL")
    hanna.click("Opslaan")
    hanna.sees("Opgeslagen.")
    later = school("07DL", "OBS De Parkenschool", 201, REPORT)
    second = desk.delivered("parnassys-parkenschool", later)
    query = f"SELECT organisatie_id FROM dossier WHERE dossiernummer = {second}"
    assert desk.gateway.store_rows(query) == [("parkenschool",)]


def test_faq_6_minus_1_for_a_file_that_the_school_makes_smaller(comes: Comes, desk: Desk) -> None:
    push = school("18AF", "OBS Heuvellaan", 210, TOO_LARGE)
    assert desk.refused("parnassys-veluwe", push) == {"BIJLAGE_TE_GROOT"}
    hanna = comes(Role.HELPDESK)
    _asks_where(hanna, "18AF", "Voorbeeld210")
    hanna.sees("te groot")
    hanna.follow("-1")
    hanna.sees("Bijlage 1 is te groot", "Verklein het bestand", "Te groot")
    mail = hanna.field_text("E-mail aan de school")
    assert "Verklein het bestand" in mail
    assert "Voorbeeld210" not in mail
    assert "scan.pdf" not in hanna.text

    number = desk.delivered("parnassys-veluwe", replace(push, files=(REPORT,)))
    _asks_where(hanna, "18AF", "Voorbeeld210")
    hanna.sees(str(number), "OBS Heuvellaan")


def test_faq_6_minus_1_because_the_brin_is_not_set_and_the_applicatiebeheerder_sets_it(
    comes: Comes, desk: Desk
) -> None:
    push = school("07CX", "Vrije School De Vijfster", 220, REPORT)
    assert desk.refused("parnassys-vijfster", push) == {"BRIN_NIET_INGESTELD"}
    anna = comes(Role.APPLICATIEBEHEERDER, "swv-heuvels")
    _asks_where(anna, "07CX", "Voorbeeld220")
    anna.sees("niet ingesteld")

    _sets_brin(anna, "Vrije School De Vijfster", "07CX")
    anna.sees("2 inzendingen van de afgelopen 30 dagen zouden nu wel worden geaccepteerd")
    anna.click("Opslaan")
    anna.sees("Opgeslagen.", "07CX")
    _asks_where(anna, "07CX")
    anna.follow("-1")
    anna.click("Controleer opnieuw")
    anna.sees("Laat de school de hulpvraag opnieuw versturen.")

    number = desk.delivered("parnassys-vijfster", push)
    anna.visit(f"/inzendingen?zoek={number}")
    anna.sees("Bezorgd", "Vrije School De Vijfster")
    assert comes(Role.APPLICATIEBEHEERDER, "swv-rivier").status(f"/inzendingen/{desk.reference(push)}") == 404


def test_faq_8_no_koppeling_yet_and_the_helpdesk_requests_and_activates_it(comes: Comes, desk: Desk) -> None:
    hanna = comes(Role.HELPDESK)
    _asks_where(hanna, "30AK")
    hanna.sees("koppeling")
    hanna.click("Beheer")
    hanna.click("Koppelingen")
    hanna.click("Koppeling aanvragen")
    hanna.fill("Kenmerk van de ParnasSys-omgeving", "parnassys-de-flint")
    hanna.fill("Naam van de omgeving", "OBS De Flint")
    hanna.choose("Samenwerkingsverband", "De Rivier")
    hanna.fill("Brincodes", "30AK")
    hanna.click("Controleren")
    hanna.sees("30AK")
    hanna.click("Aanmaken")
    hanna.sees("U ziet dit geheim alleen nu.")
    secret = hanna.field_text("Geheim (wachtwoord)")
    hanna.click("Klaar, naar de koppeling")
    hanna.sees("Laatst gebruikt nooit")
    hanna.sees_not(secret)

    push = school("30AK", "OBS De Flint", 230, REPORT, plaats="Zwolle")
    assert desk.push("parnassys-de-flint", push, secret).dossiernummer == -1
    hanna.click("Activeren")
    hanna.click("Activeren")
    hanna.sees("De koppeling is geactiveerd.")
    number = desk.delivered("parnassys-de-flint", push, secret)
    _asks_where(hanna, "30AK")
    hanna.sees(str(number), "OBS De Flint")


def test_faq_9_the_brin_is_not_in_the_list_and_the_helpdesk_adds_it(comes: Comes, desk: Desk) -> None:
    name = "Basisschool De Nieuwe Polder (verzonnen)"
    push = school("98ZZ", name, 250, REPORT, plaats="Zwolle")
    assert desk.refused("parnassys-nieuw", push) == {"BRIN_ONBEKEND"}
    anna = comes(Role.APPLICATIEBEHEERDER, "swv-rivier")
    _adds_organisatie(anna, "98ZZ")
    anna.sees("Niet gevonden.", "door aan de helpdesk van Kindkans")

    hanna = comes(Role.HELPDESK)
    _asks_where(hanna, "98ZZ")
    hanna.sees("98ZZ", "lijst")
    hanna.click("Beheer")
    hanna.click("BRIN-lijst")
    hanna.click("Brincode toevoegen")
    hanna.fill("Brincode", "98ZZ")
    hanna.fill("Naam van de school", name)
    hanna.fill("Plaats waar de school is gevestigd", "Zwolle")
    hanna.click("Controleren")
    hanna.sees("98ZZ00 toevoegen aan de BRIN-lijst")
    hanna.click("Toevoegen")
    hanna.sees("Opgeslagen.")

    _adds_organisatie(anna, "98ZZ")
    anna.tick(name)
    anna.fill("Naam van de organisatie", name)
    anna.click("Controleren")
    anna.sees("1 inzending van de afgelopen 30 dagen zou nu wel worden geaccepteerd")
    anna.click("Toevoegen")
    anna.sees("Opgeslagen.", "98ZZ")
    desk.delivered("parnassys-nieuw", push)
    _asks_where(hanna, "98ZZ")
    hanna.sees(f"bij {name}")


def _adds_organisatie(person: Person, brin: str) -> None:
    """Up to the choice of a BRIN from the list."""
    person.visit("/")
    person.click("Beheer")
    person.click("Organisaties")
    person.click("Organisatie toevoegen")
    person.fill("Zoek op brincode, naam of plaats", brin)
    person.click("Zoek in de lijst")


def test_faq_1_and_6_pushed_twice_is_one_dossier_and_says_dubbel(comes: Comes, desk: Desk) -> None:
    push = school("17EQ", "PCBO De Fakkel", 240, REPORT)
    number = desk.delivered("parnassys-veluwe", push)
    again = replace(push, bericht_id=Push().bericht_id)
    assert desk.push("parnassys-veluwe", again).dossiernummer == number
    hanna = comes(Role.HELPDESK)
    hanna.visit("/")
    hanna.search(str(number))
    hanna.sees("Dubbel", "Bezorgd", "PCBO De Fakkel")
    hanna.visit(f"/inzendingen/{desk.reference(again)}")
    hanna.sees("Dit is een dubbele inzending", "er is niets nieuws opgeslagen")
    hanna.click("de inzending van")
    hanna.sees(desk.reference(push))

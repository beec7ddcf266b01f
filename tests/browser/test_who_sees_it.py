"""FAQ 2, the last part of the call: does the account of this school see the dossier, and if not, why not?"""

from __future__ import annotations

from browser.conftest import Comes
from browser.desk import Desk, school
from components.kindkans_api import account_with_key
from gateway.databases import open_store_database
from helpdesk.roles import Role


def test_faq_2_the_helpdesk_asks_kindkans_why_an_account_does_not_see_it(comes: Comes, desk: Desk) -> None:
    push = school("17GU", "PCBO De Gong", 210)
    number = desk.delivered("parnassys-gong", push)
    engine = open_store_database(desk.gateway.settings)
    account_with_key(engine, "juf.gong", "intern_begeleider", swv="swv-heuvels", organisatie="gong")
    account_with_key(engine, "juf.elders", "intern_begeleider", swv="swv-heuvels")
    engine.dispose()

    hanna = comes(Role.HELPDESK)
    hanna.visit(f"/inzendingen/{desk.reference(push)}")
    assert hanna.violations() == []
    hanna.fill("Gebruikersnaam in Kindkans", "juf.elders")
    hanna.click("Vraag het aan Kindkans")
    hanna.sees(f"Kan een account dossier {number} zien?", "Dit account ziet dit dossier niet.")
    hanna.sees("Het account is aan geen organisatie gekoppeld; het dossier is van PCBO De Gong.")
    hanna.sees("Wijzig dan de organisatie van het account.")
    assert hanna.violations() == []
    assert hanna.too_wide == 0

    hanna.fill("Gebruikersnaam in Kindkans", "juf.gong")
    hanna.click("Vraag het aan Kindkans")
    hanna.sees("Dit account ziet alle tabs van dit dossier.")

    hanna.fill("Gebruikersnaam in Kindkans", "Juf van de Gong")
    hanna.click("Vraag het aan Kindkans")
    hanna.sees("Vul de gebruikersnaam in")
    assert hanna.violations() == []

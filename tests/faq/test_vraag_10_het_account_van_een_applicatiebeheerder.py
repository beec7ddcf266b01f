"""FAQ 10: an applicatiebeheerder does not see an account of type Beheer; root does, and changes it."""

from __future__ import annotations

from dataclasses import replace

from faq.bezoeker import Komt
from faq.wereld import Wereld


def test_vraag_10_een_applicatiebeheerder_ziet_het_account_niet_en_root_wijzigt_het(
    wereld: Wereld, komt: Komt
) -> None:
    bea = wereld.account("Bea Tien", "applicatiebeheerder")
    ilse = wereld.account("Ilse Tien", "intern_begeleider")
    anna = komt(wereld.account("Anna Tien", "applicatiebeheerder"))
    anna.visit("/")
    anna.click("Beheer")
    anna.click("Accounts")
    anna.sees(ilse.gebruikersnaam, "met een rol van type Rest", "Vraag na wie", "root (type Super)")
    anna.sees_not(bea.gebruikersnaam)
    assert anna.status(f"/beheer/accounts/{bea.account_id}") == 404
    anna.visit("/beheer/accounts")
    anna.click("Rollen en rechten")
    anna.sees("Applicatiebeheerder Beheer", "Root Super", "Intern begeleider Rest")

    rik = komt(wereld.account("Rik Tien", "root", swv=None))
    rik.visit("/beheer/accounts")
    rik.follow(bea.gebruikersnaam)
    rik.sees("Rol Applicatiebeheerder", "Type Beheer")
    rik.fill("Naam", "Bea van Tien")
    rik.click("Controleren")
    rik.sees("Bea Tien", "Bea van Tien")
    rik.click("Opslaan")
    rik.sees("Opgeslagen.", "Naam Bea van Tien")
    komt(replace(bea, naam="Bea van Tien"))
    anna.visit("/beheer/accounts")
    anna.sees_not(bea.gebruikersnaam)

"""FAQ 2: a hulpvraag with a number that the school does not see: it is at another organisatie."""

from __future__ import annotations

from typing import Any

import requests

from acceptance.process import wait_for
from browser.desk import REPORT, school
from faq.bezoeker import Account, Bezoeker, Komt
from faq.wereld import Wereld


def test_vraag_2_het_account_is_van_een_andere_organisatie_en_krijgt_de_juiste(
    wereld: Wereld, komt: Komt
) -> None:
    number = wereld.ontvangen(school("07CM", "Jenaplanbasisschool 't Hogeland", 1022, plaats="Epe"))
    account = wereld.account("Ilse Elders", "intern_begeleider", organisatie="norel")
    ilse = komt(account)
    ilse.visit("/dossiers")
    ilse.sees_not("Voorbeeld1022")
    assert ilse.status(f"/dossiers/{number}") == 404

    anna = komt(wereld.account("Anna Twee", "applicatiebeheerder"))
    anna.visit("/")
    anna.click("Wie ziet wat?")
    anna.fill("Gebruikersnaam van het account", account.gebruikersnaam)
    anna.fill("Dossiernummer", str(number))
    anna.click("Vraag")
    anna.sees(
        "Dit account ziet dit dossier niet.",
        "Het account is van K Norel-School; het dossier is van Jenaplanbasisschool 't Hogeland.",
        "Wijzig dan de organisatie van het account.",
    )
    anna.click("Naar de schoolgegevens van het dossier")
    anna.sees("Organisatie in Kindkans Jenaplanbasisschool 't Hogeland", "BRIN 07CM")
    assert not _zichtbaarheid(wereld, number, account)["ziet"]

    anna.click("Beheer")
    anna.click("Accounts")
    anna.follow(account.gebruikersnaam)
    anna.sees("Organisatie K Norel-School")
    anna.choose("Organisatie", "Jenaplanbasisschool 't Hogeland")
    anna.send("Organisatie")
    anna.sees("Opgeslagen.", "Organisatie Jenaplanbasisschool 't Hogeland")
    ilse.visit("/dossiers")
    ilse.follow("Voorbeeld1022")
    ilse.sees(f"Dossier {number}", "Schoolgegevens")
    assert _zichtbaarheid(wereld, number, account)["ziet"]


def test_vraag_2_de_hulpvraag_staat_bij_de_verkeerde_organisatie_en_wordt_verplaatst(
    wereld: Wereld, komt: Komt
) -> None:
    push = school("06YN", "Sint Bernardus", 1020, REPORT, plaats="Epe")
    number = wereld.ontvangen(push)
    ilse = komt(wereld.account("Ilse Twee", "intern_begeleider", organisatie="bernardus"))
    ilse.visit("/dossiers")
    ilse.sees(
        "Er zijn geen hulpvragen die u mag zien.",
        "Uw account is gekoppeld aan de organisatie Sint Bernardus.",
        "Geef dit aan bij uw samenwerkingsverband.",
        "de brincode van uw school",
    )
    assert ilse.status(f"/dossiers/{number}") == 404

    hanna = komt(wereld.helpdesk("Hanna Twee"))
    hanna.visit(f"/inzendingen/{wereld.desk.reference(push)}")
    hanna.sees("Sint Bernardus (oude invoer)")
    hanna.click("Verplaats naar een andere organisatie")
    hanna.fill("Zoek een organisatie", "Bernardus")
    hanna.click("Zoek")
    hanna.tick("Sint Bernardus, zonder BRIN")
    hanna.fill("Toelichting", "De school belde: staat bij de oude invoer")
    hanna.click("Verder")
    hanna.click("Ja, verplaats het dossier")
    hanna.sees("Verplaatst.")
    wait_for(lambda: wereld.organisatie_of(number) == "bernardus")
    ilse.visit("/dossiers")
    ilse.follow("Voorbeeld1020")
    ilse.sees("Verplaatst van Sint Bernardus (oude invoer) naar Sint Bernardus")
    ilse.click("Schoolgegevens")
    ilse.sees("Organisatie in Kindkans Sint Bernardus", "Verplaatst van Sint Bernardus (oude invoer)")

    _sets_brin(hanna, "Sint Bernardus (oude invoer)", "")
    _sets_brin(hanna, "Sint Bernardus", "06YN")
    later = wereld.ontvangen(school("06YN", "Sint Bernardus", 1021, plaats="Epe"))
    assert wereld.organisatie_of(later) == "bernardus"
    ilse.visit("/dossiers")
    ilse.sees("Voorbeeld1020", "Voorbeeld1021")


def _zichtbaarheid(wereld: Wereld, number: int, account: Account) -> Any:
    """As the helpdesk asks it, by the API."""
    answer = requests.get(
        f"{wereld.address('kindkans')}/api/dossiers/{number}/zichtbaarheid",
        params={"account": account.gebruikersnaam},
        headers={"Authorization": f"Bearer {wereld.key_to_ask}"},
        timeout=60,
    )
    assert answer.ok, answer.text
    return answer.json()


def _sets_brin(person: Bezoeker, organisatie: str, brin: str) -> None:
    """Beheer > Organisaties, of the gateway."""
    person.click("Beheer")
    person.click("Organisaties")
    person.click(organisatie)
    person.click("Bewerken")
    person.fill("Brincode", brin)
    person.click("Controleren")
    person.click("Opslaan")
    person.sees("Opgeslagen.")

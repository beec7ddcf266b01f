"""FAQ 4: notities are seen by who wrote them, and by nobody else."""

from __future__ import annotations

import re

import requests

from browser.desk import school
from faq.bezoeker import Komt
from faq.wereld import Wereld

_TEKST = "Ik bel vrijdag met de ouders."


def test_vraag_4_een_notitie_ziet_alleen_wie_haar_schreef(wereld: Wereld, komt: Komt) -> None:
    number = wereld.ontvangen(school("08VI", "Basisschool Anne de Vries", 1040, plaats="Epe"))
    ilse = komt(wereld.account("Ilse Vier", "intern_begeleider", organisatie="vries"))
    ilse.visit("/")
    ilse.follow("Voorbeeld1040")
    ilse.click("Notities")
    ilse.fill("Notitie", _TEKST)
    ilse.click("Toevoegen")
    ilse.sees("Alleen u ziet wat u hier schrijft.", _TEKST)
    ilse.visit("/notities")
    ilse.sees(_TEKST, f"Dossier {number}")

    others = (
        wereld.account("Joris Vier", "intern_begeleider", organisatie="vries"),
        wereld.account("Lotte Vier", "loket"),
        wereld.account("Rik Vier", "root", swv=None),
    )
    [(notitie_id,)] = wereld.gateway.store_rows(
        f"SELECT notitie_id FROM notitie WHERE dossiernummer = {number}"
    )
    for account in others:
        person = komt(account)
        person.visit(f"/dossiers/{number}/notities")
        person.sees("U heeft bij dit dossier geen notities.")
        person.sees_not(_TEKST)
        person.visit("/notities")
        person.sees("U heeft geen notities.")
        assert person.status(f"/notities/{notitie_id}") == 404
        answer = requests.get(
            f"{wereld.address('kindkans')}/api/dossiers/{number}/notities",
            headers={"Authorization": f"Bearer {wereld.api_key(account)}"},
            timeout=60,
        )
        assert (answer.status_code, answer.json()) == (200, [])
    assert not re.search(_TEKST, wereld.gateway.log().read_text())


def test_vraag_4_een_notitie_van_een_ander_houdt_geen_verwijdering_tegen_en_blijft(
    wereld: Wereld, komt: Komt
) -> None:
    """A refusal "there are notities" would tell that there are."""
    number = wereld.ontvangen(school("08VI", "Basisschool Anne de Vries", 1041, plaats="Epe"))
    ilse = komt(wereld.account("Ilse Blijft", "intern_begeleider", organisatie="vries"))
    ilse.visit(f"/dossiers/{number}/notities")
    ilse.fill("Notitie", _TEKST)
    ilse.click("Toevoegen")
    lotte = komt(wereld.account("Lotte Blijft", "loket"))
    lotte.visit(f"/dossiers/{number}/verwijderen")
    lotte.sees("Er staat niets in de weg.")
    lotte.click(f"Hulpvraag {number} verwijderen")
    lotte.sees("Verwijderd.")
    ilse.visit("/notities")
    ilse.sees(_TEKST, f"Dossier {number} (niet meer te zien)")

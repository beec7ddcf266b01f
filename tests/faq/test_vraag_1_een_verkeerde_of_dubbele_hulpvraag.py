"""FAQ 1: a hulpvraag that is wrong, or came twice, can be deleted once nothing stands around it."""

from __future__ import annotations

from dataclasses import replace

from adapters.parnassys.standin.messages import Push
from browser.desk import REPORT, school
from faq.bezoeker import Bezoeker, Komt
from faq.wereld import Wereld

# What stands in the way as the page says it, its link, and the button that takes it away at the end.
_LIJST = (
    ("Bijlage: verwijder deze.", "Bijlage", "Bijlage verwijderen"),
    ("Vergadering: haal de hulpvraag van de agenda.", "Vergadering", ""),
    ("Overlegronde: verwijder deze.", "Overlegronde", "Overlegronde verwijderen"),
    ("Aanpak: verwijder deze.", "Aanpak", "Aanpak verwijderen"),
    ("TLV: verwijder deze.", "TLV", "TLV verwijderen"),
    ("Uw notitie: verwijder deze.", "Uw notitie", "Notitie verwijderen"),
)
_REGELS = tuple(regel for regel, _, _ in _LIJST)


def test_vraag_1_een_verkeerde_hulpvraag_gaat_weg_als_alles_eromheen_weg_is(
    wereld: Wereld, komt: Komt
) -> None:
    number = wereld.ontvangen(school("04NV", "K Norel-School", 1010, REPORT, plaats="Epe"))
    lotte = komt(wereld.account("Lotte Een", "loket"))
    _fills_all_tabs(wereld, lotte, number)

    lotte.visit(f"/dossiers/{number}/hulpvraag")
    lotte.click("Hulpvraag verwijderen")
    lotte.sees("Deze hulpvraag kan nog niet worden verwijderd.", *_REGELS)
    for gone, (_, link, button) in enumerate(_LIJST, start=1):
        lotte.click(link)
        lotte.click("Verwijderen" if button else "Van de agenda halen")
        if button:
            lotte.click(button)
        lotte.sees("Verwijderd.")
        lotte.visit(f"/dossiers/{number}/verwijderen")
        lotte.sees_not(*_REGELS[:gone])
        lotte.sees(*_REGELS[gone:])

    lotte.sees("Er staat niets in de weg.")
    lotte.click(f"Hulpvraag {number} verwijderen")
    lotte.sees("Verwijderd.")
    assert lotte.status(f"/dossiers/{number}") == 404
    query = f"SELECT verwijderd_ms IS NOT NULL, leerling_hash FROM dossier WHERE dossiernummer = {number}"
    assert wereld.gateway.store_rows(query) == [(True, None)]


def test_vraag_1_een_hulpvraag_die_twee_keer_is_ingevoerd_staat_naast_de_eerste(
    wereld: Wereld, komt: Komt
) -> None:
    push = school("04NV", "K Norel-School", 1011, plaats="Epe")
    twice = replace(push, bericht_id=Push().bericht_id, hulpvraag_id="H-1011-2", titel="Lezen, nog een keer")
    first, second = wereld.ontvangen(push), wereld.ontvangen(twice)
    assert first != second
    lotte = komt(wereld.account("Lotte Dubbel", "loket"))
    lotte.visit(f"/dossiers/{first}/hulpvraag")
    lotte.sees("Van dezelfde leerling", f"dossier {second}")
    lotte.click("naast elkaar bekijken")
    lotte.sees(
        f"Gegeven Dossier {first} Dossier {second} Gelijk?",
        "Titel Ondersteuning bij lezen Lezen, nog een keer verschilt",
        "Achternaam Voorbeeld1011 Voorbeeld1011 gelijk",
    )

    lotte.click(f"Dossier {second} verwijderen")
    lotte.click(f"Hulpvraag {second} verwijderen")
    lotte.sees("Verwijderd.")
    assert lotte.status(f"/dossiers/{second}") == 404
    lotte.visit(f"/dossiers/{first}/hulpvraag")
    lotte.sees("Ondersteuning bij lezen")
    lotte.sees_not("Van dezelfde leerling")


def _fills_all_tabs(wereld: Wereld, person: Bezoeker, number: int) -> None:
    today = wereld.dag(0).isoformat()
    person.visit("/vergaderingen")
    person.click("Vergadering toevoegen")
    person.fill("Titel", "Het beraad van vraag 1")
    person.fill("Datum", wereld.dag(1).isoformat())
    person.click("Toevoegen")
    person.fill("Hulpvraag op de agenda zetten", str(number))
    person.click("Op de agenda zetten")
    person.sees("Opgeslagen.", f"Van de agenda halen van dossier {number}")

    person.visit(f"/dossiers/{number}/overlegronde")
    person.fill("Onderwerp", "Het gesprek")
    person.fill("Einddatum", wereld.dag(1).isoformat())
    person.click("Toevoegen")
    person.sees("Toegevoegd.", "Het gesprek")

    person.visit(f"/dossiers/{number}/aanpak")
    person.choose("Soort", "Begeleiding")
    person.choose("Behandelaar", "Lotte Een")
    person.fill("Begindatum", today)
    person.fill("Omschrijving", "Samen lezen.")
    person.click("Toevoegen")
    person.sees("Toegevoegd.", "Samen lezen.")

    person.visit(f"/dossiers/{number}/tlv")
    person.fill("Nummer", "T-1")
    person.choose("Categorie", "Laag")
    for label in ("Afgegeven op", "Begindatum", "Einddatum"):
        person.fill(label, today)
    person.click("Toevoegen")
    person.sees("Toegevoegd.", "TLV T-1")

    person.visit(f"/dossiers/{number}/notities")
    person.fill("Notitie", "Navragen bij de school.")
    person.click("Toevoegen")
    person.sees("Toegevoegd.", "Navragen bij de school.")

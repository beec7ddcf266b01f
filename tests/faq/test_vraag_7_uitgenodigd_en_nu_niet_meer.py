"""FAQ 7: an invitation is good up to and including its day; after it, who can do what about it."""

from __future__ import annotations

from datetime import date, timedelta

from browser.desk import school
from faq.bezoeker import Account, Bezoeker, Komt
from faq.wereld import Wereld
from kindkans.rights.explained import in_dutch


def _oene(wereld: Wereld, number: int) -> int:
    return wereld.ontvangen(school("04PQ", "School met de Bijbel Oene", number, plaats="Oene"))


def _plans(person: Bezoeker, titel: str, day: date, number: int, gast: Account) -> None:
    """A vergadering on that day."""
    person.visit("/vergaderingen")
    person.click("Vergadering toevoegen")
    person.fill("Titel", titel)
    person.fill("Datum", day.isoformat())
    person.choose("Eerste genodigde", gast.naam)
    person.click("Toevoegen")
    person.fill("Hulpvraag op de agenda zetten", str(number))
    person.click("Op de agenda zetten")
    person.sees("Opgeslagen.", f"Van de agenda halen van dossier {number}")


def test_vraag_7_na_de_vergaderdatum_is_een_nieuwe_uitnodiging_nodig(wereld: Wereld, komt: Komt) -> None:
    number, tomorrow = _oene(wereld, 1070), wereld.dag(1)
    gast = wereld.account("Gijs Vergadert", "behandelaar")
    lotte = komt(wereld.account("Lotte Vergadert", "loket"))
    _plans(lotte, "Het beraad van vraag 7", tomorrow, number, gast)
    gijs = komt(gast)
    gijs.visit("/dossiers")
    gijs.follow("niet zichtbaar")
    gijs.sees(
        f"Dossier {number}",
        "U bent uitgenodigd voor een vergadering waarin dit dossier is opgenomen, "
        f"tot en met {in_dutch(tomorrow)}.",
    )

    yesterday = wereld.voorbij("vergadering", number)
    gijs.visit(f"/dossiers/{number}", 404)
    gijs.sees(
        f"Dat is voorbij: de vergaderdatum was {in_dutch(yesterday)}.",
        "vraag dan een nieuwe uitnodiging aan Lotte Vergadert",
    )
    gijs.visit("/dossiers")
    gijs.sees("Er zijn geen hulpvragen die u mag zien.")
    gijs.visit("/vergaderingen")
    gijs.sees(
        "Nadat de vergaderdatum is verstreken, kunt u de dossiers van die vergadering niet meer inzien."
    )

    _plans(lotte, "Het tweede beraad van vraag 7", tomorrow, number, gast)
    gijs.visit(f"/dossiers/{number}")
    gijs.sees(f"Dossier {number}", f"tot en met {in_dutch(tomorrow)}.")


def test_vraag_7_de_einddatum_van_een_overlegronde_past_aan_wie_haar_maakte(
    wereld: Wereld, komt: Komt
) -> None:
    number, tomorrow = _oene(wereld, 1071), wereld.dag(1)
    gast = wereld.account("Gijs Overlegt", "behandelaar")
    ilse = komt(wereld.account("Ilse Overlegt", "intern_begeleider", organisatie="oene"))
    tab = f"/dossiers/{number}/overlegronde"
    ilse.visit(tab)
    ilse.fill("Onderwerp", "Samen kijken")
    ilse.fill("Einddatum", tomorrow.isoformat())
    ilse.choose("Eerste deelnemer", gast.naam)
    ilse.click("Toevoegen")
    ilse.sees("Toegevoegd.", "Samen kijken", gast.naam)
    gijs = komt(gast)
    gijs.visit(f"/dossiers/{number}")
    gijs.sees("U bent uitgenodigd voor een overlegronde bij dit dossier")

    yesterday = wereld.voorbij("overlegronde", number)
    gijs.visit(f"/dossiers/{number}", 404)
    gijs.sees(
        f"Dat is voorbij: de einddatum van de overlegronde was {in_dutch(yesterday)}.",
        "door wie de overlegronde heeft aangemaakt: vraag het aan Ilse Overlegt",
    )
    lotte = komt(wereld.account("Lotte Overlegt", "loket"))
    lotte.visit(tab)
    lotte.click("Wijzigen")
    lotte.sees("Alleen Ilse Overlegt, die de overlegronde heeft aangemaakt, kan deze aanpassen.")

    ilse.visit(tab)
    ilse.sees("Samen kijken voorbij")
    ilse.click("Wijzigen")
    later = tomorrow + timedelta(days=1)
    ilse.fill("Einddatum", later.isoformat())
    ilse.click("Einddatum aanpassen")
    ilse.sees("Opgeslagen.")
    gijs.visit(f"/dossiers/{number}")
    gijs.sees(f"Dossier {number}", f"tot en met {in_dutch(later)}.")


def test_vraag_7_een_behandelaar_ziet_het_dossier_tot_de_einddatum_van_de_aanpak(
    wereld: Wereld, komt: Komt
) -> None:
    number, tomorrow = _oene(wereld, 1072), wereld.dag(1)
    gast = wereld.account("Gijs Behandelt", "behandelaar")
    lotte = komt(wereld.account("Lotte Behandelt", "loket"))
    tab = f"/dossiers/{number}/aanpak"
    lotte.visit(tab)
    lotte.choose("Soort", "Begeleiding")
    lotte.choose("Behandelaar", gast.naam)
    lotte.fill("Begindatum", wereld.dag(-10).isoformat())
    lotte.fill("Einddatum", tomorrow.isoformat())
    lotte.fill("Omschrijving", "Samen lezen.")
    lotte.click("Toevoegen")
    lotte.sees("Toegevoegd.", gast.naam)
    gijs = komt(gast)
    gijs.visit(f"/dossiers/{number}")
    gijs.sees("U bent uitgenodigd voor een aanpak, als behandelaar")

    yesterday = wereld.voorbij("aanpak", number)
    gijs.visit(f"/dossiers/{number}", 404)
    gijs.sees(
        f"Dat is voorbij: de einddatum van de aanpak was {in_dutch(yesterday)}.",
        "vraag dan Lotte Behandelt, die de aanpak heeft aangemaakt, om de einddatum aan te passen",
    )

    lotte.visit(tab)
    lotte.click("Wijzigen")
    lotte.fill("Einddatum", tomorrow.isoformat())
    lotte.click("Opslaan")
    lotte.sees("Opgeslagen.")
    gijs.visit(f"/dossiers/{number}")
    gijs.sees(f"Dossier {number}", f"tot en met {in_dutch(tomorrow)}.")

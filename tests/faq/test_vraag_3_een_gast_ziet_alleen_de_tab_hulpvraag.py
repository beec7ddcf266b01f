"""FAQ 3: who was invited and has no rol with external rights sees the tab Hulpvraag only."""

from __future__ import annotations

from browser.desk import school
from faq.bezoeker import Komt
from faq.wereld import Wereld


def test_vraag_3_met_een_externe_rol_ziet_een_gast_meer_van_het_dossier_waarvoor_hij_is_uitgenodigd(
    wereld: Wereld, komt: Komt
) -> None:
    pushes = (school("07KS", "WG vd Hulstschool", number, plaats="Epe") for number in (1030, 1031))
    number, other = (wereld.ontvangen(push) for push in pushes)
    gast = wereld.account("Gijs Drie", "behandelaar")
    ilse = komt(wereld.account("Ilse Drie", "intern_begeleider", organisatie="hulst"))
    ilse.visit(f"/dossiers/{number}/overlegronde")
    ilse.fill("Onderwerp", "Samen kijken")
    ilse.fill("Einddatum", wereld.dag(7).isoformat())
    ilse.choose("Eerste deelnemer", gast.naam)
    ilse.click("Toevoegen")
    ilse.sees("Toegevoegd.", gast.naam)

    gijs = komt(gast)
    gijs.visit("/dossiers")
    gijs.follow("niet zichtbaar")
    gijs.sees(
        f"Dossier {number}",
        "U ziet alleen het tabblad Hulpvraag. U kunt dit aangeven bij de applicatiebeheerder",
        "Het account is uitgenodigd, maar heeft geen rol met externe rechten.",
        "Breid het account uit met een externe rol.",
    )
    gijs.sees_not("Persoonsgegevens", "Schoolgegevens", "Voorbeeld1030")
    assert gijs.status(f"/dossiers/{number}/persoonsgegevens") == 403

    anna = komt(wereld.account("Anna Drie", "applicatiebeheerder"))
    anna.visit("/beheer/accounts")
    anna.follow(gast.gebruikersnaam)
    anna.sees("Zonder externe rechten is daar alleen de tab Hulpvraag te zien")
    anna.choose("Externe rol", "Extern: meelezen")
    anna.send("Externe rol")
    anna.sees("Opgeslagen.", "Externe rol Extern: meelezen")
    gijs.visit(f"/dossiers/{number}")
    gijs.sees_not("U ziet alleen het tabblad Hulpvraag.")
    gijs.click("Persoonsgegevens")
    gijs.sees("Voorbeeld1030")
    assert gijs.status(f"/dossiers/{other}") == 404

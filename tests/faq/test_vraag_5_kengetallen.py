"""FAQ 5: Kengetallen counts hulpvragen with an aanpak or a TLV; others are on the page Hulpvragen only."""

from __future__ import annotations

from browser.desk import school
from faq.bezoeker import Komt
from faq.lezer import Lezer
from faq.wereld import Wereld

_DUINEN = "swv-duinen"


def test_vraag_5_een_hulpvraag_komt_op_kengetallen_met_een_aanpak_of_een_tlv(
    wereld: Wereld, komt: Komt
) -> None:
    """The only one with hulpvragen in this SWV: it counts them."""
    pushes = [school("06FV", "De Krugerstee", 1050 + n, plaats="Vaassen") for n in range(3)]
    first, second, _ = (wereld.ontvangen(push, "parnassys-duinen") for push in pushes)
    lotte = komt(wereld.account("Lotte Vijf", "loket", swv=_DUINEN))
    lotte.visit("/kengetallen")
    lotte.sees(
        "0 hulpvragen met een aanpak of een TLV",
        "3 hulpvragen zonder aanpak en zonder TLV, hier niet meegeteld",
        "dan staat deze alleen op de pagina Hulpvragen",
    )
    lotte.visit("/dossiers")
    lotte.sees("Voorbeeld1050", "Voorbeeld1051", "Voorbeeld1052")

    lotte.visit(f"/dossiers/{first}/aanpak")
    lotte.choose("Soort", "Begeleiding")
    lotte.choose("Behandelaar", "Lotte Vijf")
    lotte.fill("Begindatum", wereld.dag(0).isoformat())
    lotte.fill("Omschrijving", "Samen lezen.")
    lotte.click("Toevoegen")
    lotte.visit("/kengetallen")
    lotte.sees("1 hulpvraag met een aanpak of een TLV", "2 hulpvragen zonder", "De Krugerstee 1")

    lotte.visit(f"/dossiers/{second}/tlv")
    lotte.fill("Nummer", "T-5")
    lotte.choose("Categorie", "Laag")
    for label in ("Afgegeven op", "Begindatum", "Einddatum"):
        lotte.fill(label, wereld.dag(0).isoformat())
    lotte.click("Toevoegen")
    lotte.visit("/kengetallen")
    lotte.sees("2 hulpvragen met een aanpak of een TLV", "1 hulpvraag zonder", "De Krugerstee 2")
    if isinstance(lotte, Lezer):
        lines = lotte.file("Deze hulpvragen als CSV").splitlines()
        assert {line.partition(";")[0] for line in lines[1:]} == {str(first), str(second)}

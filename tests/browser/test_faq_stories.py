"""The stories of the FAQ that are about the core store's screens, again, in Chromium (tests/faq)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from browser.conftest import WIDE, open_window
from browser.person import Person
from faq.bezoeker import Account, Bezoeker, Komt, log_in
from faq.test_vraag_1_een_verkeerde_of_dubbele_hulpvraag import (
    test_vraag_1_een_hulpvraag_die_twee_keer_is_ingevoerd_staat_naast_de_eerste,
    test_vraag_1_een_verkeerde_hulpvraag_gaat_weg_als_alles_eromheen_weg_is,
)
from faq.test_vraag_2_wel_een_nummer_maar_niet_te_zien import (
    test_vraag_2_de_hulpvraag_staat_bij_de_verkeerde_organisatie_en_wordt_verplaatst,
    test_vraag_2_het_account_is_van_een_andere_organisatie_en_krijgt_de_juiste,
)
from faq.test_vraag_3_een_gast_ziet_alleen_de_tab_hulpvraag import (
    test_vraag_3_met_een_externe_rol_ziet_een_gast_meer_van_het_dossier_waarvoor_hij_is_uitgenodigd,
)
from faq.test_vraag_5_kengetallen import (
    test_vraag_5_een_hulpvraag_komt_op_kengetallen_met_een_aanpak_of_een_tlv,
)
from faq.test_vraag_7_uitgenodigd_en_nu_niet_meer import (
    test_vraag_7_de_einddatum_van_een_overlegronde_past_aan_wie_haar_maakte,
    test_vraag_7_een_behandelaar_ziet_het_dossier_tot_de_einddatum_van_de_aanpak,
    test_vraag_7_na_de_vergaderdatum_is_een_nieuwe_uitnodiging_nodig,
)
from faq.wereld import Wereld

__all__ = [  # pytest collects them here
    "test_vraag_1_een_hulpvraag_die_twee_keer_is_ingevoerd_staat_naast_de_eerste",
    "test_vraag_1_een_verkeerde_hulpvraag_gaat_weg_als_alles_eromheen_weg_is",
    "test_vraag_2_de_hulpvraag_staat_bij_de_verkeerde_organisatie_en_wordt_verplaatst",
    "test_vraag_2_het_account_is_van_een_andere_organisatie_en_krijgt_de_juiste",
    "test_vraag_3_met_een_externe_rol_ziet_een_gast_meer_van_het_dossier_waarvoor_hij_is_uitgenodigd",
    "test_vraag_5_een_hulpvraag_komt_op_kengetallen_met_een_aanpak_of_een_tlv",
    "test_vraag_7_de_einddatum_van_een_overlegronde_past_aan_wie_haar_maakte",
    "test_vraag_7_een_behandelaar_ziet_het_dossier_tot_de_einddatum_van_de_aanpak",
    "test_vraag_7_na_de_vergaderdatum_is_een_nieuwe_uitnodiging_nodig",
]


@pytest.fixture
def komt(chromium: Browser, wereld: Wereld) -> Iterator[Komt]:
    there: list[Person] = []

    def come(account: Account) -> Bezoeker:
        there.append(Person(open_window(chromium, width=WIDE), wereld.address(account.site)))
        log_in(there[-1], account)
        return there[-1]

    yield come
    for person in there:
        person.context.close()
    assert [off for person in there for off in person.off] == []

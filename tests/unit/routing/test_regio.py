"""Which region of school holidays a school is in, as the Ministry's regulation has it."""

from __future__ import annotations

import csv
import io
from importlib.resources import files

import pytest

from routing.regio import EVERY_REGIO, Regio, RegioTable, read_regios, regio_of, shipped_regios

NOORD, MIDDEN, ZUID = Regio.NOORD, Regio.MIDDEN, Regio.ZUID


@pytest.mark.parametrize(
    ("provincie", "gemeente", "plaats", "regio"),
    [
        ("Groningen", "GRONINGEN", "Groningen", NOORD),
        ("Noord-Holland", "AMSTERDAM", "Amsterdam", NOORD),
        ("Overijssel", "ZWOLLE", "Zwolle", NOORD),
        ("Flevoland", "ALMERE", "Almere", NOORD),
        ("Flevoland", "ZEEWOLDE", "Zeewolde", MIDDEN),
        ("Utrecht", "UTRECHT", "Utrecht", MIDDEN),
        ("Utrecht", "EEMNES", "Eemnes", NOORD),
        ("Utrecht", "DE RONDE VENEN", "Abcoude", NOORD),
        ("Utrecht", "DE RONDE VENEN", "Mijdrecht", MIDDEN),
        ("Zuid-Holland", "WESTLAND", "Naaldwijk", MIDDEN),
        ("Gelderland", "HATTEM", "Hattem", NOORD),
        ("Gelderland", "WEST BETUWE", "Geldermalsen", MIDDEN),
        ("Gelderland", "TIEL", "Tiel", MIDDEN),
        ("Gelderland", "ARNHEM", "Arnhem", ZUID),
        ("Gelderland", "BERG EN DAL", "Groesbeek", ZUID),
        ("Gelderland", "MONTFERLAND", "Zeddam", MIDDEN),
        ("Gelderland", "MONTFERLAND", "Didam", ZUID),
        ("Gelderland", "NEDER-BETUWE", "Opheusden", MIDDEN),
        ("Gelderland", "NEDER-BETUWE", "Dodewaard", ZUID),
        ("Gelderland", "A NEW ONE", "Somewhere", None),
        ("Noord-Brabant", "TILBURG", "Tilburg", ZUID),
        ("Noord-Brabant", "ALTENA", "Werkendam", MIDDEN),
        ("Noord-Brabant", "ALTENA", "Hank", ZUID),
        ("Noord-Brabant", "ALTENA", "Veen", None),
        ("Limburg", "MAASTRICHT", "Maastricht", ZUID),
        ("Zeeland", "GOES", "Goes", ZUID),
        ("Friesland", "TERSCHELLING", "West-Terschelling", None),
        ("Friesland", "LEEUWARDEN", "Leeuwarden", NOORD),
        ("Bonaire", "BONAIRE", "Kralendijk", None),
    ],
)
def test_a_school_is_in_the_region_of_its_gemeente(
    provincie: str, gemeente: str, plaats: str, regio: Regio | None
) -> None:
    assert regio_of(provincie, gemeente, plaats) is regio
    assert regio_of(provincie.upper(), gemeente.lower(), f" {plaats.upper()} ") is regio


def test_every_gemeente_of_the_shipped_list_has_a_region_but_those_that_are_in_doubt() -> None:
    folder = files("routing") / "data"
    shipped = next(f for f in folder.iterdir() if f.name.startswith("duo-vestigingen-"))
    rows = csv.DictReader(io.StringIO(shipped.read_text(encoding="utf-8")), delimiter=";")
    without = {
        row["GEMEENTENAAM"]
        for row in rows
        if regio_of(row["PROVINCIE"], row["GEMEENTENAAM"], row["PLAATSNAAM"]) is None
    }

    assert without == {"ALTENA", "VLIELAND", "TERSCHELLING", "AMELAND", "SCHIERMONNIKOOG"}


def test_the_shipped_list_knows_where_nearly_every_school_is() -> None:
    table = shipped_regios()

    assert len(table.by_brin) == 7_161
    assert sum(len(regios) == 1 for regios in table.by_brin.values()) == 7_098
    assert table.of_school("00AH") == {NOORD}  # Enschede


LIST = """BRIN;VESTIGINGSCODE;NAAM;PLAATSNAAM;GEMEENTENAAM;PROVINCIE
11AA;11AA00;De Es;Hasselt;ZWARTEWATERLAND;Overijssel
22BB;22BB00;Het Veer;Laren;LOCHEM;Gelderland
22BB;22BB01;De Brink;Laren;BLARICUM;Noord-Holland
33CC;33CC00;De Wiel;Veen;ALTENA;Noord-Brabant
"""


@pytest.fixture
def table() -> RegioTable:
    return read_regios(LIST.encode())


def test_a_school_is_in_all_regions_where_it_has_a_vestiging(table: RegioTable) -> None:
    assert table.of_school("11AA") == {NOORD}
    assert table.of_school("22BB") == {MIDDEN, NOORD}
    assert table.of_school("33CC") == EVERY_REGIO


def test_a_school_that_is_not_on_the_shipped_list_is_where_its_places_are(table: RegioTable) -> None:
    assert table.of_school("99ZZ", ["HASSELT "]) == {NOORD}
    assert table.of_school("99ZZ", ["Laren"]) == {MIDDEN, NOORD}
    assert table.of_school("99ZZ", ["Hasselt", "Nergenshuizen"]) == EVERY_REGIO
    assert table.of_school("99ZZ") == EVERY_REGIO

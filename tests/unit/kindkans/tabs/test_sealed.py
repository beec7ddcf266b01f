"""Nothing that somebody writes stands in clear in the database: not in a row, not in a file of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from database.engine import reading
from dossier.errors import PoisonEvent
from kindkans.dossiers import aanpakken, notities, overlegronden, tlvs, vergaderingen
from kindkans.dossiers.aanpakken import AanpakInvoer
from kindkans.dossiers.tlvs import TlvInvoer
from kindkans.dossiers.written import open_texts
from kindkans.schema import metadata

CANARY = "Kanariegeel"
DAY = date(2026, 12, 1)


def text(where: str) -> str:
    return f"{CANARY} {where} Jan"


@pytest.fixture
def written(tabs):
    """Each text of each tab, added and then changed."""
    me, number = tabs.maker, tabs.dossier
    texts = {"onderwerp": text("onderwerp"), "verslag": text("verslag")}
    ronde = tabs.write(overlegronden.add_overlegronde, me, number, **texts, einddatum=DAY)
    tabs.write(overlegronden.change_overlegronde, me, number, ronde, **texts)
    meeting = {"datum": DAY, "titel": text("titel"), "plaats": text("plaats")}
    met = tabs.write(vergaderingen.add_vergadering, me, tabs.swv, **meeting)
    tabs.write(vergaderingen.change_vergadering, me, tabs.swv, met, **meeting)
    hulp = AanpakInvoer(
        soort="overig",
        behandelaar_id=me.account_id,
        begindatum=DAY,
        omschrijving=text("omschrijving"),
        evaluatie=text("evaluatie"),
    )
    one = tabs.write(aanpakken.add_aanpak, me, number, hulp)
    tabs.write(aanpakken.change_aanpak, me, number, one, hulp)
    verklaring = TlvInvoer(
        categorie="laag",
        afgiftedatum=DAY,
        begindatum=DAY,
        einddatum=DAY,
        nummer=text("nummer"),
        budget=text("budget"),
        toelichting=text("toelichting"),
    )
    given = tabs.write(tlvs.add_tlv, me, number, verklaring)
    tabs.write(tlvs.change_tlv, me, number, given, verklaring)
    note = tabs.write(notities.add_notitie, me.account_id, number, text("notitie"))
    tabs.write(notities.change_notitie, me.account_id, note, text("notitie"))
    return tabs


def test_no_row_of_any_table_holds_a_text_in_clear(written):
    found: list[str] = []
    rows = 0
    with reading(written.engine) as connection:
        for table in [t.name for t in metadata.tables.values()] + ["audit", "account"]:
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}"):
                rows += 1
                found += [table for value in row if CANARY.encode() in _bytes(value)]
    assert rows > 20
    assert found == []


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
def test_nor_does_a_file_of_the_database(written):
    database = Path(written.engine.url.database)
    files = list(database.parent.glob(f"{database.name}*"))
    content = b"".join(path.read_bytes() for path in files)
    assert written.maker.account_id.encode() in content  # these are the files
    assert CANARY.encode() not in content
    assert CANARY.encode("utf-16-le") not in content


def test_a_text_opens_in_its_own_row_only(written):
    """Two rows whose texts were swapped by hand: neither is read as the other's."""
    number = written.dossier
    (one,) = written.read(aanpakken.aanpakken_of, number)
    with reading(written.engine) as connection:
        columns = "key_id, nonce, ciphertext"
        (row,) = connection.exec_driver_sql(f"SELECT {columns} FROM tlv").all()
    with pytest.raises(PoisonEvent, match="ZEGEL_ONGELDIG"):
        open_texts(written.seal, one.aanpak_id, row)


def _bytes(value: object) -> bytes:
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    return str(value).encode()

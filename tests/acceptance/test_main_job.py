"""A dossier pushed by a real SOAP client gets its number, and arrives in the store exactly once."""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import Any

import pytest

from acceptance.process import Gateway, wait_for
from adapters.parnassys.names import SoapVersion
from adapters.parnassys.standin import files
from adapters.parnassys.standin.client import redenen
from adapters.parnassys.standin.messages import File, Push
from dossier.delivery import Sealed
from dossier.reden import CATALOGUE, RedenCode
from gateway.storages import open_store_objects
from storage.keyring import load
from storage.seal import Seal

GONG = {"brin": "17GU", "school": "PCBO De Gong", "plaats": "Apeldoorn"}
PDF = File(naam="OPP.pdf", mediatype="application/pdf", content=files.pdf("Ontwikkelingsperspectief"))
DOCX = File(naam="verslag.docx", content=files.docx("Verslag"))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"mtom": True},
        {"version": SoapVersion.V12},
        {"version": SoapVersion.V12, "mtom": True},
        {"addressing": True},
    ],
    ids=["inline", "mtom", "soap12", "soap12-mtom", "addressing"],
)
def test_a_push_gets_a_number_and_is_bezorgd_with_its_bijlagen_byte_for_byte(
    gateway: Gateway, options: dict[str, Any]
) -> None:
    parnassys = gateway.parnassys(**options)
    push = Push(**GONG, files=(PDF, DOCX))

    number = parnassys.indienen(push).dossiernummer

    assert number > 0
    status = wait_for(lambda: bezorgd(parnassys, dossiernummer=number))
    assert status.organisatie == "PCBO De Gong"
    assert [m.gebeurtenis for m in status.tijdlijn.moment][:2] == ["ontvangen", "geaccepteerd"]
    assert status.tijdlijn.moment[-1].gebeurtenis == "bezorgd"
    assert held_files(gateway, number) == [PDF.content, DOCX.content]
    assert held_leerling(gateway, number)["achternaam"] == push.achternaam
    parnassys.close()


def test_a_refusal_tells_every_reden_with_what_to_do_and_who_can_do_it(gateway: Gateway) -> None:
    parnassys = gateway.parnassys()
    too_long = "x" * 97 + ".pdf"
    push = Push(
        brin="06ZZ",
        achternaam=None,
        files=(
            File(naam=too_long, content=files.program()),
            File(naam="a/b.txt", content=None),
            File(naam="groot.pdf", content=files.pdf("x", 5 * 1024 * 1024 + 1)),
        ),
    )

    answer = parnassys.indienen(push)

    assert answer.dossiernummer == -1
    given = {r.code: r for r in redenen(answer)}
    assert set(given) == {
        "LEERLING_ONVOLLEDIG",
        "BIJLAGE_NAAM_TE_LANG",
        "BIJLAGE_TYPE_NIET_TOEGESTAAN",
        "BIJLAGE_NAAM_ONGELDIG",
        "BIJLAGE_ZONDER_BESTAND",
        "BIJLAGE_TE_GROOT",
        "KOPPELING_ONJUIST",
    }
    for code, reden in given.items():
        assert reden.wie == CATALOGUE[RedenCode(code)].wie
        assert reden.melding
        assert reden.oplossing
        assert reden.veld
    assert "groot.pdf" in given["BIJLAGE_TE_GROOT"].melding
    assert "5.242.881" in given["BIJLAGE_TE_GROOT"].melding
    assert given["BIJLAGE_NAAM_ONGELDIG"].veld == "bijlagen/bijlage[2]/naam"
    parnassys.close()


def test_a_refusal_leaves_its_record_and_nothing_else(gateway: Gateway) -> None:
    parnassys = gateway.parnassys()
    before = len(gateway.objects()), gateway.store_rows("SELECT count(*) FROM versie")
    push = Push(**GONG, achternaam=None, files=(PDF,))

    assert parnassys.indienen(push).dossiernummer == -1

    assert (len(gateway.objects()), gateway.store_rows("SELECT count(*) FROM versie")) == before
    [(uitkomst, number, content)] = gateway.rows(
        f"SELECT uitkomst, dossiernummer, inhoud_hash FROM inzending WHERE bericht_id = '{push.bericht_id}'"
    )
    assert (uitkomst, number, content) == ("afgewezen", None, None)
    parnassys.close()


def test_controleren_tells_what_indienen_would_and_keeps_nothing(gateway: Gateway) -> None:
    parnassys = gateway.parnassys()
    count = (
        "SELECT (SELECT count(*) FROM inzending), (SELECT seq FROM sqlite_sequence WHERE name = 'dossier')"
    )
    parnassys.indienen(Push(**GONG))
    before = gateway.rows(count), len(gateway.objects())

    good = parnassys.controleren(Push(**GONG, files=(PDF,)))
    bad = parnassys.controleren(Push(**GONG, achternaam=None, files=(File(content=b""), PDF)))

    assert redenen(good) == []
    assert [r.code for r in redenen(bad)] == ["LEERLING_ONVOLLEDIG", "BIJLAGE_ZONDER_BESTAND"]
    assert (gateway.rows(count), len(gateway.objects())) == before
    parnassys.close()


def test_a_status_is_told_to_the_own_afzender_only(gateway: Gateway) -> None:
    mine, other = gateway.parnassys(), gateway.parnassys("parnassys-veluwe")
    push = Push(**GONG)
    number = mine.indienen(push).dossiernummer

    assert mine.opvragen_status(bericht_id=push.bericht_id).dossiernummer == number
    for question in ({"bericht_id": push.bericht_id}, {"dossiernummer": number}):
        told = other.opvragen_status(**question)
        assert (told.status, told.dossiernummer, told.organisatie) == ("onbekend", None, None)
    mine.close()
    other.close()


def test_another_omgeving_may_use_the_same_ids_for_a_dossier_of_its_own(gateway: Gateway) -> None:
    mine, other = gateway.parnassys(), gateway.parnassys("parnassys-veluwe")
    push = Push(**GONG)
    theirs = Push(bericht_id=push.bericht_id, hulpvraag_id=push.hulpvraag_id, brin="17EQ")

    first, second = mine.indienen(push).dossiernummer, other.indienen(theirs).dossiernummer

    assert 0 < first != second > 0
    assert mine.opvragen_status(bericht_id=push.bericht_id).dossiernummer == first
    mine.close()
    other.close()


def test_a_fault_has_a_code_a_dutch_text_and_a_referentie(gateway: Gateway) -> None:
    answer = gateway.post(b"<niets/>")

    assert answer.status_code == 500
    assert "<code>SOAP_VERSIE</code>" in answer.text
    assert answer.headers["X-Kindkans-Referentie"] in answer.text
    assert "Traceback" not in answer.text


def bezorgd(parnassys: Any, **question: Any) -> Any:
    status = parnassys.opvragen_status(**question)
    return status if status.status == "bezorgd" else None


def held_files(gateway: Gateway, number: int) -> list[bytes]:
    seal = Seal(load(gateway.settings.keyring_path))
    own = open_store_objects(gateway.settings, seal)
    rows = gateway.store_rows(
        f"SELECT object_id, sha256 FROM bijlage WHERE dossiernummer = {number} ORDER BY positie"
    )

    async def read(object_id: str) -> bytes:
        return b"".join([piece async for piece in own.read(object_id)])

    found = [asyncio.run(read(object_id)) for object_id, _ in rows]
    assert [hashlib.sha256(content).hexdigest() for content in found] == [sha256 for _, sha256 in rows]
    return found


def held_leerling(gateway: Gateway, number: int) -> dict[str, Any]:
    [(event_id, key_id, nonce, ciphertext)] = gateway.store_rows(
        f"SELECT event_id, key_id, nonce, ciphertext FROM versie WHERE dossiernummer = {number}"
    )
    sealed = Sealed(key_id=key_id, nonce=nonce, ciphertext=ciphertext)
    content = json.loads(Seal(load(gateway.settings.keyring_path)).open(sealed, event_id))
    leerling: dict[str, Any] = content["leerling"]
    return leerling

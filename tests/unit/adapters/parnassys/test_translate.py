from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from adapters.parnassys.contract_check import Contract
from adapters.parnassys.names import NS, XSI, Operation
from adapters.parnassys.standin.messages import File, Push, envelope, indienen, opvragen, push_xml
from adapters.parnassys.translate import Inhoud, StatusQuestion, to_dossier, to_status_question
from dossier.dossier import Bijlage, Dossier
from dossier.errors import MalformedMessage

ReadAll = Callable[..., Any]
Check = Callable[[bytes], Dossier]


@pytest.fixture
def check(read: ReadAll, contract: Contract) -> Check:
    def checked(body: bytes) -> Dossier:
        message = read(body).message
        contract.check(message.payload)
        return to_dossier(message, {n: Inhoud(size_bytes=n) for n in message.bijlagen if n})

    return checked


def test_every_field_arrives(check: Check) -> None:
    push = Push(
        bericht_id="6F1C1A3E-7B0E-4A55-9D1E-0A4B7D0C2F11",
        vestiging="01",
        files=(File(naam="a.txt", omschrijving="om"), File(naam=None, content=None, mediatype=None)),
    )
    dossier = check(indienen(push).body)
    assert dossier.bericht_id == "6f1c1a3e-7b0e-4a55-9d1e-0a4b7d0c2f11"
    assert dossier.tijdstip == datetime.fromisoformat("2026-01-31T09:30:00+01:00")
    school, leerling, hulpvraag = dossier.school, dossier.leerling, dossier.hulpvraag
    assert (school.brin, school.vestiging, school.naam, school.plaats) == (
        "32DD",
        "01",
        "De Regenboog",
        "Apeldoorn",
    )
    assert (leerling.leerling_id, leerling.voornamen, leerling.tussenvoegsel) == ("L-1001", "Noor", "de")
    assert (leerling.achternaam, leerling.geboortedatum) == ("Vries", "2017-05-04")
    assert (leerling.geslacht, leerling.groep) == ("vrouw", "5")
    assert (hulpvraag.hulpvraag_id, hulpvraag.soort) == (push.hulpvraag_id, "extraOndersteuning")
    assert (hulpvraag.titel, hulpvraag.omschrijving) == (push.titel, push.omschrijving)
    assert hulpvraag.hulpvraagdatum == "2026-01-30"
    assert hulpvraag.indiener.naam == "A. Jansen"
    assert hulpvraag.indiener.functie == "intern begeleider"
    assert hulpvraag.indiener.email == "ib@deregenboog.example"
    assert hulpvraag.toestemming_ouders is True
    assert dossier.bijlagen == (
        Bijlage(positie=1, naam="a.txt", mediatype="text/plain", omschrijving="om", size_bytes=1),
        Bijlage(positie=2, naam="", size_bytes=0),
    )


@pytest.mark.parametrize(
    "push",
    [
        Push(brin=""),
        Push(brin="geen brin " * 100),
        Push(vestiging="?"),
        Push(achternaam=None),
        Push(achternaam=""),
        Push(geboortedatum=None),
        Push(geboortedatum="31-02-2017"),
        Push(files=(File(naam=None),)),
        Push(files=(File(naam=""),)),
        Push(files=(File(naam="x" * 5000),)),
        Push(files=(File(naam="../../etc/passwd"),)),
        Push(files=(File(content=None),)),
        Push(files=(File(content=b""),)),
        Push(files=tuple(File() for _ in range(50))),
    ],
)
def test_whatever_is_a_reden_passes_the_contract(check: Check, push: Push) -> None:
    assert check(indienen(push).body)


def test_blanks_around_codes_and_a_time_zone_on_a_day_are_forgiven(check: Check) -> None:
    dossier = check(
        indienen(
            Push(
                bericht_id=" 6f1c1a3e-7b0e-4a55-9d1e-0a4b7d0c2f11\n",
                hulpvraagdatum=" 2026-01-30+01:00 ",
                soort=" tlv ",
                toestemming_ouders=" 0 ",
                tijdstip="2026-01-31T08:30:00.123456789Z",
            )
        ).body
    )
    assert dossier.bericht_id == "6f1c1a3e-7b0e-4a55-9d1e-0a4b7d0c2f11"
    assert dossier.hulpvraag.hulpvraagdatum == "2026-01-30"
    assert dossier.hulpvraag.soort == "tlv"
    assert dossier.hulpvraag.toestemming_ouders is False
    assert dossier.tijdstip.tzinfo is not None


def test_names_stay_as_they_were_written(check: Check) -> None:
    naam = " Zoe\u0308 \u202e.pdf "
    assert check(indienen(Push(files=(File(naam=naam),))).body).bijlagen[0].naam == naam


@pytest.mark.parametrize(
    ("push", "veld", "says"),
    [
        (Push(bericht_id="geheim"), "berichtId", "UUID"),
        (Push(bericht_id=""), "berichtId", "UUID"),
        (Push(tijdstip="2026-01-31T09:30:00"), "tijdstip", "tijdzone"),
        (Push(tijdstip="geheim"), "tijdstip", "tijdzone"),
        (Push(tijdstip="2026-01-31T24:00:00Z"), "tijdstip", "moment"),
        (Push(tijdstip="1026-01-31T09:30:00Z"), "tijdstip", "tijdzone"),
        (Push(hulpvraagdatum="2026-02-30"), "hulpvraag/hulpvraagdatum", "datum"),
        (Push(soort="geheim"), "hulpvraag/soort", "XSD"),
        (Push(geslacht="geheim"), "leerling/geslacht", "XSD"),
        (Push(titel=""), "hulpvraag/titel", "leeg"),
        (Push(titel="geheim" * 50), "hulpvraag/titel", "200"),
        (Push(hulpvraag_id=""), "hulpvraag/hulpvraagId", "leeg"),
        (Push(hulpvraag_id="geheim" * 50), "hulpvraag/hulpvraagId", "64"),
        (Push(leerling_id="geheim" * 50), "leerling/leerlingId", "64"),
        (Push(toestemming_ouders="geheim"), "hulpvraag/toestemmingOuders", "true of false"),
        (Push(indiener=""), "hulpvraag/indiener/naam", "leeg"),
        (Push(email="geheim" * 50), "hulpvraag/indiener/email", "254"),
        (Push(files=(File(), File(omschrijving="geheim" * 500))), "bijlagen/bijlage[2]/omschrijving", "2000"),
    ],
)
def test_anything_else_is_refused_by_the_name_of_its_field(
    check: Check, push: Push, veld: str, says: str
) -> None:
    with pytest.raises(MalformedMessage) as raised:
        check(indienen(push).body)
    assert raised.value.veld == veld
    assert veld in str(raised.value)
    assert says in str(raised.value)
    assert "geheim" not in str(raised.value)
    assert raised.value.__cause__ is None


@pytest.mark.parametrize(
    ("old", "new", "veld", "says"),
    [
        ("<titel>Ondersteuning bij lezen</titel>", "", "hulpvraag/omschrijving", "titel"),
        ("<school>", "<geheim/><school>", "", "school"),
        ("<school>", "<school><geheim/>", "school", "brin"),
        ("<school>", '<school geheim="geheim">', "school", "attribuut"),
        ("<school>", "<school>geheim", "school", "tekst"),
        ("<brin>32DD</brin>", "<brin><geheim>geheim</geheim></brin>", "school/brin", ""),
        ("<brin>", '<brin xmlns="urn:geheim">', "school", "brin"),
        ("<titel>", f'<titel xmlns:i="{XSI}" i:nil="true">', "hulpvraag/titel", ""),
        ("</indienenHulpvraag>", "<geheim/></indienenHulpvraag>", "", "bijlagen"),
        ("<toestemmingOuders>true</toestemmingOuders>", "", "hulpvraag", "toestemmingOuders"),
    ],
)  # fmt: skip
def test_a_wrong_structure_is_refused_and_its_own_names_not_repeated(
    check: Check, old: str, new: str, veld: str, says: str
) -> None:
    xml = push_xml(Push())
    assert old in xml
    with pytest.raises(MalformedMessage) as raised:
        check(envelope(xml.replace(old, new)))
    assert raised.value.veld == veld
    assert says in str(raised.value)
    assert "geheim" not in str(raised.value)


def test_several_faults_are_told_at_once(check: Check) -> None:
    with pytest.raises(MalformedMessage) as raised:
        check(indienen(Push(bericht_id="x", soort="y", hulpvraagdatum="z")).body)
    for veld in ("berichtId", "hulpvraag/soort", "hulpvraag/hulpvraagdatum"):
        assert veld in str(raised.value)


def test_a_thousand_faults_give_a_short_text(check: Check) -> None:
    with pytest.raises(MalformedMessage) as raised:
        check(indienen(Push(files=tuple(File(mediatype="x" * 300) for _ in range(1000)))).body)
    assert len(str(raised.value)) < 1000


def test_type_hints_of_the_sender_are_ignored_and_fetch_nothing(check: Check) -> None:
    xsi = 'xmlns:i="http://www.w3.org/2001/XMLSchema-instance"'
    xml = push_xml(Push(files=(File(),)))
    xml = xml.replace("<school>", f'<school {xsi} i:schemaLocation="{NS} http://127.0.0.1:9/x.xsd">')
    xml = xml.replace("<brin>", f'<brin {xsi} i:type="x:string" xmlns:x="http://www.w3.org/2001/XMLSchema">')
    xml = xml.replace(
        "<inhoud>", '<inhoud xmlns:m="http://www.w3.org/2005/05/xmlmime" m:contentType="application/pdf">'
    )
    assert check(envelope(xml)).school.brin == "32DD"


def test_a_status_question_names_one_thing(read: ReadAll, contract: Contract) -> None:
    def question(body: bytes) -> StatusQuestion:
        message = read(body).message
        contract.check(message.payload)
        return to_status_question(message)

    by_id = "6F1C1A3E-7B0E-4A55-9D1E-0A4B7D0C2F11"
    assert question(opvragen(bericht_id=by_id).body).bericht_id == by_id.lower()
    assert question(opvragen(dossiernummer=12).body).dossiernummer == 12
    for body in (
        opvragen().body,
        opvragen(dossiernummer=-1).body,
        opvragen(dossiernummer=0).body,
        opvragen(dossiernummer=1 << 31).body,
        opvragen(bericht_id=by_id, dossiernummer=1).body,
    ):
        with pytest.raises(MalformedMessage):
            question(body)


def test_controleren_takes_the_same_message(check: Check) -> None:
    assert check(indienen(Push(), operation=Operation.CONTROLEREN).body)

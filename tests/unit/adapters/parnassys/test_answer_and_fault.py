from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from adapters.parnassys import errors
from adapters.parnassys.answer import answer_controleren, answer_indienen, answer_opvragen
from adapters.parnassys.contract_check import Contract
from adapters.parnassys.events import Addressing
from adapters.parnassys.fault import Fault, fault
from adapters.parnassys.names import NS, WSA, SoapVersion
from adapters.parnassys.soap import element, envelope
from dossier.errors import (
    BerichtConflict,
    ConfigurationError,
    DeadlinePassed,
    Draining,
    MalformedMessage,
    MessageTooLarge,
    NotAuthenticated,
    PoisonCode,
    PoisonEvent,
    Unavailable,
)
from dossier.identifiers import BerichtId, Dossiernummer
from dossier.reden import Reden, RedenCode
from dossier.status import Gebeurtenis, Moment, Status, Toestand
from dossier.verdict import Accepted, Refused, Soort

BERICHT = BerichtId("6f1c1a3e-7b0e-4a55-9d1e-0a4b7d0c2f11")
AT = datetime(2026, 1, 31, 8, 30, 0, 123456, tzinfo=UTC)
REFERENTIE = "0" * 32


def reden(code: RedenCode, naam: str = "") -> Reden:
    return Reden(
        code=code,
        veld="bijlagen/bijlage[1]/naam",
        bijlage=1,
        bijlage_naam=naam,
        waarde=7,
        grens=5,
        brin="32DD",
    )


def parse(contract: Contract, body: str) -> etree._Element:
    """The answer as XML, after the XSD has passed it."""
    root = etree.fromstring(body)
    contract.check(root)
    return root


def texts(root: etree._Element, name: str) -> list[str]:
    return [found.text or "" for found in root.iter(f"{{{NS}}}{name}")]


@pytest.mark.parametrize("soort", Soort)
def test_an_accepted_dossier_shows_its_number_and_whether_it_is_a_double(
    contract: Contract, soort: Soort
) -> None:
    verdict = Accepted(dossiernummer=Dossiernummer(12), versie=1, soort=soort)
    root = parse(contract, answer_indienen(BERICHT, verdict))
    assert texts(root, "dossiernummer") == ["12"]
    assert texts(root, "berichtId") == [BERICHT]
    assert texts(root, "dubbel") == (["true"] if soort is Soort.DUBBEL else [])
    assert texts(root, "reden") == []


def test_a_refused_dossier_shows_minus_one_and_every_reden(contract: Contract) -> None:
    redenen = tuple(reden(code, naam="a&b<c>.pdf") for code in RedenCode)
    root = parse(contract, answer_indienen(BERICHT, Refused(redenen)))
    assert texts(root, "dossiernummer") == ["-1"]
    assert texts(root, "code") == [code.value for code in RedenCode]
    assert texts(root, "melding") == [each.melding for each in redenen]
    assert texts(root, "oplossing") == [each.oplossing for each in redenen]
    assert texts(root, "wie") == [each.wie.value for each in redenen]
    assert texts(root, "veld") == [each.veld for each in redenen]


def test_a_check_shows_redenen_and_no_number(contract: Contract) -> None:
    root = parse(contract, answer_controleren(BERICHT, (reden(RedenCode.BRIN_ONBEKEND),)))
    assert texts(root, "code") == ["BRIN_ONBEKEND"]
    assert texts(root, "dossiernummer") == []
    assert parse(contract, answer_controleren(BERICHT, ())) is not None


@pytest.mark.parametrize("toestand", Toestand)
def test_a_status_shows_all_there_is(contract: Contract, toestand: Toestand) -> None:
    refused = toestand is Toestand.AFGEWEZEN
    status = Status(
        bericht_id=BERICHT,
        toestand=toestand,
        tijdlijn=tuple(Moment(at=AT, gebeurtenis=each, code="nieuw") for each in Gebeurtenis),
        dossiernummer=None if refused else Dossiernummer(5),
        redenen=(reden(RedenCode.BRIN_ONGELDIG),) if refused else (),
        organisatie="De Regenboog & Co",
        dubbel=True,
    )
    root = parse(contract, answer_opvragen(status))
    assert texts(root, "status") == [toestand.value]
    assert texts(root, "dossiernummer") == ["-1" if refused else "5"]
    assert texts(root, "organisatie") == ["De Regenboog & Co"]
    assert texts(root, "tijdstip") == ["2026-01-31T08:30:00.123Z"] * len(Gebeurtenis)
    assert texts(root, "gebeurtenis") == [each.value for each in Gebeurtenis]


def test_an_unknown_status_says_nothing_more(contract: Contract) -> None:
    root = parse(contract, answer_opvragen(None))
    assert texts(root, "status") == ["onbekend"]
    assert texts(root, "dossiernummer") == []


@given(text=st.text() | st.text(alphabet='<>&"\r\n\t\0\x1b\ud800\ufffe]'))
def test_any_text_becomes_xml_that_reads_back(text: str) -> None:
    read = etree.fromstring(element("a", text)).text or ""
    assert len(read) == len(text)
    for before, after in zip(text, read, strict=True):
        assert after in {before, "\N{REPLACEMENT CHARACTER}"}


def test_an_answer_is_addressed_to_who_asked(version: SoapVersion) -> None:
    asked = Addressing(message_id="urn:1&2", action="x", to="https://wij/<", sender="https://zij/")
    root = etree.fromstring(envelope(version, "<a/>", addressing=asked, action="act", message_id="urn:9"))
    assert [root.findtext(f".//{{{WSA}}}{name}") for name in ("RelatesTo", "Action", "MessageID", "To")] == [
        "urn:1&2",
        "act",
        "urn:9",
        "https://zij/",
    ]
    assert root.findtext(f".//{{{WSA}}}From/{{{WSA}}}Address") == "https://wij/<"


def test_an_answer_has_no_addressing_if_the_question_had_none(version: SoapVersion) -> None:
    body = envelope(version, "<a/>", addressing=Addressing(), action="act", message_id="urn:9")
    assert b"Header" not in body


def test_without_from_the_answer_goes_to_anonymous(version: SoapVersion) -> None:
    asked = Addressing(message_id="urn:1")
    root = etree.fromstring(envelope(version, "<a/>", addressing=asked, action="act", message_id="urn:9"))
    assert root.findtext(f".//{{{WSA}}}To") == f"{WSA}/anonymous"


FAULTS = [
    (NotAuthenticated("x"), "NIET_AANGEMELD", "Client", 401, 401),
    (MalformedMessage("tekst"), "BERICHT_ONGELDIG", "Client", 500, 400),
    (MessageTooLarge("x"), "BERICHT_TE_GROOT", "Client", 413, 413),
    (errors.NotXml("tekst"), "GEEN_GELDIGE_XML", "Client", 400, 400),
    (errors.UnsupportedMediaType("tekst"), "MEDIATYPE_NIET_ONDERSTEUND", "Client", 415, 415),
    (errors.VersionMismatch("tekst"), "SOAP_VERSIE", "VersionMismatch", 500, 500),
    (errors.NotUnderstood("tekst"), "HEADER_ONBEKEND", "MustUnderstand", 500, 500),
    (errors.UnknownOperation("tekst"), "BEWERKING_ONBEKEND", "Client", 500, 400),
    (errors.AddressingFault("t", subcode="ActionMismatch"), "ADRESSERING", "ActionMismatch", 500, 400),
    (BerichtConflict("x"), "BERICHTID_AL_GEBRUIKT", "Client", 500, 400),
    (Unavailable("database"), "NIET_BESCHIKBAAR", "Server", 503, 503),
    (DeadlinePassed("x"), "NIET_OP_TIJD", "Server", 503, 503),
    (Draining("x"), "HERSTART", "Server", 503, 503),
    (ConfigurationError("x"), "ONBEKENDE_STORING", "Server", 500, 500),
    (PoisonEvent(PoisonCode.ONLEESBAAR), "ONBEKENDE_STORING", "Server", 500, 500),
    (KeyError("geheim"), "ONBEKENDE_STORING", "Server", 500, 500),
    (RuntimeError(), "ONBEKENDE_STORING", "Server", 500, 500),
]
SOAP12 = {"Client": "Sender", "Server": "Receiver"}


def make(error: Exception, version: SoapVersion) -> Fault:
    return fault(
        error, version, addressing=Addressing(message_id="urn:1"), referentie=REFERENTIE, message_id="urn:9"
    )


@pytest.mark.parametrize(("error", "code", "soap_code", "status11", "status12"), FAULTS)
def test_each_exception_has_its_fault(
    contract: Contract,
    version: SoapVersion,
    error: Exception,
    code: str,
    soap_code: str,
    status11: int,
    status12: int,
) -> None:
    answer = make(error, version)
    root = etree.fromstring(answer.body)
    storing = root.find(f".//{{{NS}}}storing")
    assert storing is not None
    contract.check(storing)
    assert texts(root, "code") == [code] == [answer.code]
    assert texts(root, "referentie") == [REFERENTIE]
    assert root.findtext(f".//{{{WSA}}}RelatesTo") == "urn:1"
    assert b"geheim" not in answer.body
    if version is SoapVersion.V11:
        assert (root.findtext(".//faultcode") or "").partition(":")[2] == soap_code
        assert root.findtext(".//faultstring") == texts(root, "melding")[0]
        assert answer.status == status11
    else:
        values = [value.text for value in root.iter(f"{{{version.value}}}Value")]
        expected = SOAP12.get(soap_code, soap_code)
        assert values[-1] in {f"soap:{expected}", f"wsa:{expected}"}
        assert root.findtext(f".//{{{version.value}}}Text") == texts(root, "melding")[0]
        assert answer.status == status12


@pytest.mark.parametrize("error", [Unavailable("database"), DeadlinePassed("x"), Draining("x")])
def test_what_will_pass_says_when_to_come_back(error: Exception) -> None:
    assert make(error, SoapVersion.V11).retry_after_seconds == 5
    assert make(KeyError(), SoapVersion.V11).retry_after_seconds is None


def test_every_kind_of_malformed_message_has_an_entry_of_its_own() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    own = [kind for kind in kinds if issubclass(kind, MalformedMessage) and kind is not MalformedMessage]
    assert len(own) == 6
    assert {type(error) for error, *_ in FAULTS} >= set(own)

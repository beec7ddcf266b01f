"""How long a text may be: the XSD says it, at both sides of each boundary, and the Fault names the field."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from adapters.parnassys.contract_check import Contract
from adapters.parnassys.standin.messages import File, Push, push_xml
from dossier.errors import MalformedMessage

LONGEST: dict[str, tuple[str, int]] = {
    "brin": ("school/brin", 1000),
    "vestiging": ("school/vestiging", 1000),
    "school": ("school/naam", 200),
    "plaats": ("school/plaats", 200),
    "leerling_id": ("leerling/leerlingId", 64),
    "voornamen": ("leerling/voornamen", 200),
    "tussenvoegsel": ("leerling/tussenvoegsel", 50),
    "achternaam": ("leerling/achternaam", 1000),
    "geboortedatum": ("leerling/geboortedatum", 1000),
    "groep": ("leerling/groep", 50),
    "hulpvraag_id": ("hulpvraag/hulpvraagId", 64),
    "titel": ("hulpvraag/titel", 200),
    "omschrijving": ("hulpvraag/omschrijving", 50_000),
    "indiener": ("hulpvraag/indiener/naam", 200),
    "functie": ("hulpvraag/indiener/functie", 200),
    "email": ("hulpvraag/indiener/email", 254),
}
OF_A_FILE = {"naam": 10_000, "mediatype": 200, "omschrijving": 2000}


@pytest.mark.parametrize("letter", ["a", "é", "😀"])
@pytest.mark.parametrize(("name", "place"), LONGEST.items(), ids=LONGEST.keys())
def test_a_text_may_be_this_long_and_no_longer(
    contract: Contract, name: str, place: tuple[str, int], letter: str
) -> None:
    veld, longest = place
    check(contract, {name: letter * longest})
    with pytest.raises(MalformedMessage) as refused:
        check(contract, {name: letter * (longest + 1)})

    assert refused.value.veld == veld
    assert str(refused.value) == f"{veld} is te lang: maximaal {longest} tekens."


@pytest.mark.parametrize(("name", "longest"), OF_A_FILE.items(), ids=OF_A_FILE.keys())
def test_a_text_of_a_bijlage_may_be_this_long_and_no_longer(
    contract: Contract, name: str, longest: int
) -> None:
    check(contract, {"files": (File(), File(**{name: "a" * longest}))})  # type: ignore[arg-type]
    with pytest.raises(MalformedMessage) as refused:
        check(contract, {"files": (File(), File(**{name: "a" * (longest + 1)}))})  # type: ignore[arg-type]

    assert refused.value.veld == f"bijlagen/bijlage[2]/{name}"


def test_blanks_around_a_brin_count(contract: Contract) -> None:
    check(contract, {"brin": " " * 996 + "32DD"})
    with pytest.raises(MalformedMessage, match="school/brin is te lang"):
        check(contract, {"brin": " " * 997 + "32DD"})


def test_every_text_of_a_hulpvraag_has_a_longest(contract: Contract) -> None:
    """Only what is counted elsewhere is not limited: the content of a bijlage, and what answers carry."""
    schema = etree.fromstring(contract.xsd())
    xs = {"xs": "http://www.w3.org/2001/XMLSchema"}
    asked = ["School", "Leerling", "Hulpvraag", "Indiener", "Bijlage"]
    unlimited = [
        element.get("name")
        for name in asked
        for element in schema.iterfind(f"xs:complexType[@name='{name}']//xs:element", xs)
        if element.get("type") in {"xs:string", "xs:token", "xs:normalizedString"}
    ]
    assert unlimited == []


def check(contract: Contract, fields: dict[str, Any]) -> None:
    contract.check(etree.fromstring(push_xml(Push(**fields))))

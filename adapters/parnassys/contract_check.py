"""Does the skeleton of a message fit the XSD that the sender was given? If not: which field, and why.

libxml2's own messages quote the value, which is a child's data; so only the path, the kind of error
and what the *schema* asks go into our texts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files

from lxml import etree

from dossier.errors import MalformedMessage

_ERRORS_NAMED = 5  # enough to mend a message by; a hostile one has thousands
_XS_ELEMENT = "{http://www.w3.org/2001/XMLSchema}element"
_STEP = re.compile(r"\*(?:\[([0-9]+)\])?")
_EXPECTED = re.compile(r"Expected is (?:one of )?\( (.*) \)\.")
_MAXIMUM = re.compile(r"allowed maximum length of '([0-9]+)'")
_FORMS = {
    "berichtId": "een UUID, zoals 6f1c1a3e-7b0e-4a55-9d1e-0a4b7d0c2f11",
    "tijdstip": "een datum en tijd met tijdzone, zoals 2026-01-31T09:30:00+01:00",
    "hulpvraagdatum": "een datum, zoals 2026-01-31",
    "toestemmingOuders": "true of false",
    "dossiernummer": "een positief geheel getal",
}


class Contract:
    """The compiled XSD and the texts to serve. Not for use by two threads at once."""

    def __init__(self) -> None:
        folder = files("adapters.parnassys") / "contract"
        self._wsdl = (folder / "parnassys-v1.wsdl").read_text("utf-8")
        self._xsd = (folder / "parnassys-v1.xsd").read_bytes()
        schema = etree.fromstring(self._xsd)
        self._schema = etree.XMLSchema(schema)
        self._names = frozenset(element.get("name", "") for element in schema.iter(_XS_ELEMENT))

    def wsdl(self, address: str) -> bytes:
        """The WSDL for clients that call `address`."""
        escaped = address.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
        return self._wsdl.replace("{{ADDRESS}}", escaped).encode()

    def xsd(self) -> bytes:
        return self._xsd

    def check(self, payload: etree._Element) -> None:
        """Raises MalformedMessage that names every field that is wrong, up to five."""
        if self._schema.validate(payload):
            return
        errors = list(self._schema.error_log)[:_ERRORS_NAMED]  # type: ignore[call-overload]  # the stubs lag
        places = [_locate(payload, error.path or "", self._names) for error in errors]
        sentences = [
            f"{place.veld or 'Het bericht'} {_complaint(place, error.type_name, error.message)}."
            for place, error in zip(places, errors, strict=True)
        ]
        text = " ".join(dict.fromkeys(sentences))  # one field may fail twice
        raise MalformedMessage(text or "Het bericht voldoet niet aan de XSD.", veld=places[0].veld)


@dataclass(frozen=True, slots=True)
class _Place:
    veld: str  # path, as far as it is the contract's: another name may be anything
    name: str  # of the last element of that path
    foreign: bool  # it is about an element below it that the contract does not have


def _locate(payload: etree._Element, path: str, known: frozenset[str]) -> _Place:
    """From libxml2's /*/*[5]/*[2] to hulpvraag/soort."""
    element = payload
    names: list[str] = []
    for step in path.split("/")[2:]:
        match = _STEP.fullmatch(step)
        child = element[int(match[1] or 1) - 1] if match is not None else None
        if child is None or _local(child) not in known:
            return _Place("/".join(names), _local(element), foreign=True)
        element, name = child, _local(child)
        position = sum(1 for _ in element.itersiblings(element.tag, preceding=True)) + 1
        names.append(f"{name}[{position}]" if name == "bijlage" else name)
    return _Place("/".join(names), _local(element), foreign=False)


def _complaint(place: _Place, kind: str, message: str) -> str:
    if place.foreign or kind == "SCHEMAV_ELEMENT_CONTENT":
        return _content_complaint(place, message)
    if kind == "SCHEMAV_CVC_MAXLENGTH_VALID" and (maximum := _MAXIMUM.search(message)):
        return f"is te lang: maximaal {maximum[1]} tekens"
    if kind == "SCHEMAV_CVC_MINLENGTH_VALID":
        return "mag niet leeg zijn"
    if kind == "SCHEMAV_CVC_ENUMERATION_VALID":
        return "heeft een waarde die niet in de XSD staat"
    if kind == "SCHEMAV_CVC_COMPLEX_TYPE_2_3":
        return "bevat tekst waar alleen elementen mogen staan"
    if kind in {"SCHEMAV_CVC_TYPE_3_1_1", "SCHEMAV_CVC_COMPLEX_TYPE_3_2_1"}:
        return "heeft een attribuut dat niet in de XSD staat"
    if place.name in _FORMS:
        return f"heeft niet de juiste vorm: verwacht wordt {_FORMS[place.name]}"
    return "voldoet niet aan de XSD"


def _content_complaint(place: _Place, message: str) -> str:
    match = _EXPECTED.search(message)
    names = [name.rpartition("}")[2].strip() for name in match[1].split(",")] if match else []
    expected = " of ".join(names)
    if "Missing child" in message:
        return f"is niet volledig: {expected} ontbreekt"
    if place.foreign:
        return "bevat een element dat daar niet hoort" + (f": verwacht wordt {expected}" if expected else "")
    return f"staat niet op de juiste plaats: daar wordt {expected or 'niets meer'} verwacht"


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]

"""Does the skeleton of a message fit the XSD that the sender was given? If not: which field, and why.

libxml2's own messages quote the value, which is a child's data; so only the path, the kind of error
and what the *schema* asks go into our texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files

from lxml import etree

from dossier.errors import MalformedMessage

_ERRORS_NAMED = 5  # enough to mend a message by; a hostile one has thousands
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
        self._schema = etree.XMLSchema(etree.fromstring(self._xsd))

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
        findings = list(dict.fromkeys(_findings(payload, errors)))  # one field may fail twice
        if not findings:
            raise MalformedMessage("Het bericht voldoet niet aan de XSD.")
        raise MalformedMessage(" ".join(text for _, text in findings), veld=findings[0][0])


def _findings(payload: etree._Element, errors: list[etree._LogEntry]) -> Iterator[tuple[str, str]]:
    for error in errors:
        veld, name = _locate(payload, error.path or "")
        yield veld, f"{veld or 'Het bericht'} {_complaint(name, error.type_name, error.message)}."


def _locate(payload: etree._Element, path: str) -> tuple[str, str]:
    """From libxml2's /*/*[5]/*[2] to hulpvraag/soort, and the name of the last element.

    Stops at an element that is not the contract's: its name may be anything.
    """
    element, names = payload, []
    for step in path.split("/")[2:]:
        match = _STEP.fullmatch(step)
        if match is None:
            break
        element = element[int(match[1] or 1) - 1]
        name = _local(element)
        position = sum(1 for _ in element.itersiblings(element.tag, preceding=True)) + 1
        names.append(f"{name}[{position}]" if name == "bijlage" else name)
    return "/".join(names), _local(element)


def _complaint(name: str, kind: str, message: str) -> str:
    if kind == "SCHEMAV_ELEMENT_CONTENT":
        return _content_complaint(message)
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
    if name in _FORMS:
        return f"heeft niet de juiste vorm: verwacht wordt {_FORMS[name]}"
    return "voldoet niet aan de XSD"


def _content_complaint(message: str) -> str:
    match = _EXPECTED.search(message)
    expected = [name.rpartition("}")[2].strip() for name in match[1].split(",")] if match else []
    if "Missing child" in message:
        return f"is niet volledig: {' of '.join(expected)} ontbreekt"
    if expected:
        return f"staat hier niet goed: op deze plaats wordt {' of '.join(expected)} verwacht"
    return "bevat een element dat daar niet hoort"


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]

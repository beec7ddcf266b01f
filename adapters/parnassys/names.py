"""The namespaces, elements and addresses of the contract, each named once."""

from __future__ import annotations

from enum import StrEnum

NS = "urn:nld:kindkans:parnassys:v1"
WSA = "http://www.w3.org/2005/08/addressing"
XOP_INCLUDE = "{http://www.w3.org/2004/08/xop/include}Include"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XMIME = "http://www.w3.org/2005/05/xmlmime"

WSA_ANONYMOUS = f"{WSA}/anonymous"
WSA_NONE = f"{WSA}/none"
WSA_FAULT_ACTION = f"{WSA}/fault"
SOAP_FAULT_ACTION = f"{WSA}/soap/fault"


class Operation(StrEnum):
    """What ParnasSys can ask; the value is the element in the Body."""

    INDIENEN = "indienenHulpvraag"
    CONTROLEREN = "controlerenHulpvraag"
    OPVRAGEN = "opvragenStatus"

    @property
    def action(self) -> str:
        """SOAPAction, and wsa:Action, of the question."""
        return f"{NS}:{self.value}"

    @property
    def answer(self) -> str:
        """The element of the answer: the name that .NET asks of a wrapped operation."""
        return f"{self.value}Response"

    @property
    def answer_action(self) -> str:
        return f"{NS}:{self.answer}"


OPERATIONS = {f"{{{NS}}}{operation.value}": operation for operation in Operation}

BIJLAGEN = f"{{{NS}}}bijlagen"
BIJLAGE = f"{{{NS}}}bijlage"
INHOUD = f"{{{NS}}}inhoud"


class SoapVersion(StrEnum):
    """The value is the namespace of the envelope."""

    V11 = "http://schemas.xmlsoap.org/soap/envelope/"
    V12 = "http://www.w3.org/2003/05/soap-envelope"

    @property
    def content_type(self) -> str:
        return "text/xml" if self is SoapVersion.V11 else "application/soap+xml"


ENVELOPES = {f"{{{version.value}}}Envelope": version for version in SoapVersion}

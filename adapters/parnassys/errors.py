"""What can be wrong with a message as SOAP sees it; each has its own Fault in `fault.py`.

    MalformedMessage (dossier.errors)
    ├── NotXml                no well-formed XML 1.0, or a part of XML that SOAP forbids
    ├── UnsupportedMediaType  a Content-Type, charset or encoding that the contract does not have
    ├── VersionMismatch       an envelope of neither SOAP 1.1 nor SOAP 1.2
    ├── NotUnderstood         a header with mustUnderstand that we do not know
    ├── UnknownOperation      the Body, or SOAPAction, asks for something else than the contract has
    └── AddressingFault       WS-Addressing headers that contradict each other or the message
    ClientGone                the sender hung up before the end of its message: nobody to answer

All texts are Dutch, for the supplier or the school, and quote nothing of the message.
"""

from __future__ import annotations

from dossier.errors import MalformedMessage


class NotXml(MalformedMessage):
    """The bytes are no XML document that SOAP allows."""


class UnsupportedMediaType(MalformedMessage):
    """HTTP 415."""


class VersionMismatch(MalformedMessage):
    """The root element is no SOAP envelope of a version we speak."""


class NotUnderstood(MalformedMessage):
    """A header block must be understood, and is not."""


class UnknownOperation(MalformedMessage):
    """No operation of the contract, or SOAPAction names another than the Body."""


class AddressingFault(MalformedMessage):
    """`subcode` is the local name of the fault code in WS-Addressing 1.0 SOAP Binding, section 6.4."""

    def __init__(self, text: str, *, subcode: str) -> None:
        super().__init__(text)
        self.subcode = subcode


class ClientGone(Exception):
    """http.disconnect before the last byte of the body."""

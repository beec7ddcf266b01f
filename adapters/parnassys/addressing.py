"""The SOAP Header: WS-Addressing 2005/08 is understood, anything else that must be is refused.

Answers only ever go back over the connection that asked: a ReplyTo or FaultTo elsewhere is a Fault,
so nobody can make the gateway connect to an address of their choice.
"""

from __future__ import annotations

from collections.abc import Mapping

from adapters.parnassys.errors import AddressingFault, NotUnderstood, UnknownOperation
from adapters.parnassys.events import Addressing
from adapters.parnassys.limits import ReaderLimits
from adapters.parnassys.names import WSA, WSA_ANONYMOUS, WSA_NONE, Operation, SoapVersion
from dossier.errors import MalformedMessage

_ADDRESS = f"{{{WSA}}}Address"
_ENDPOINTS = frozenset({"From", "ReplyTo", "FaultTo"})
_KNOWN = frozenset({"MessageID", "Action", "To", "RelatesTo"}) | _ENDPOINTS
_REPEATABLE = frozenset({"RelatesTo"})  # WS-Addressing 1.0 Core, 3.2
_FOR_US = frozenset(
    {
        "",
        "http://schemas.xmlsoap.org/soap/actor/next",
        "http://www.w3.org/2003/05/soap-envelope/role/next",
        "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver",
    }
)


class HeaderReader:
    """Takes the header blocks as the envelope meets them; `depth` 0 is the block itself."""

    __slots__ = ("_blocks", "_capturing", "_characters", "_known", "_limits", "_texts")

    def __init__(self, limits: ReaderLimits) -> None:
        self._limits = limits
        self._blocks = 0
        self._known = ""  # the addressing header we are in, "" if the block is none
        self._capturing = False
        self._characters = 0
        self._texts: dict[str, list[str]] = {}

    def start(self, tag: str, attrib: Mapping[str, str], depth: int) -> None:
        """Raises NotUnderstood, AddressingFault, MalformedMessage."""
        if depth == 0:
            self._start_block(tag, attrib)
        elif self._known in _ENDPOINTS:
            self._capturing = depth == 1 and tag == _ADDRESS
        elif self._known:
            raise _invalid("Een WS-Addressing-header bevat elementen waar tekst hoort.")

    def data(self, text: str) -> None:
        if not self._capturing:
            return
        self._characters += len(text)
        if self._characters > self._limits.header_text_characters:
            raise _invalid("Een WS-Addressing-header is te lang.")
        self._texts[self._known].append(text)

    def end(self, depth: int) -> None:
        self._capturing = False
        if depth == 0:
            self._known = ""

    def addressing(self) -> Addressing:
        """What the headers said so far; for a Fault too, when the message broke off."""
        return Addressing(
            message_id=self._text("MessageID"),
            action=self._text("Action"),
            to=self._text("To"),
            sender=self._text("From"),
        )

    def check(self, operation: Operation, soap_action: str) -> None:
        """Raises AddressingFault or UnknownOperation unless all that names an action names this one."""
        if soap_action not in {"", operation.action}:
            raise UnknownOperation("SOAPAction hoort niet bij de bewerking in de Body.")
        if not self._texts:
            return
        if self._text("Action") not in {"", operation.action}:
            raise AddressingFault(
                "wsa:Action hoort niet bij de bewerking in de Body.", subcode="ActionMismatch"
            )
        for name in ("ReplyTo", "FaultTo"):
            if self._text(name) not in {"", WSA_ANONYMOUS, WSA_NONE}:
                raise AddressingFault(
                    f"wsa:{name} moet anoniem zijn: het antwoord gaat altijd terug over dezelfde verbinding.",
                    subcode="OnlyAnonymousAddressSupported",
                )

    def _start_block(self, tag: str, attrib: Mapping[str, str]) -> None:
        self._blocks += 1
        if self._blocks > self._limits.header_blocks:
            raise MalformedMessage("De Header bevat te veel blokken.")
        namespace, _, name = tag[1:].partition("}") if tag.startswith("{") else ("", "", tag)
        if namespace == WSA and name in _KNOWN:
            self._start_known(name)
        elif attrib and _must_be_understood(attrib):
            raise NotUnderstood(
                "Een header van het bericht heeft mustUnderstand en is niet bekend. Laat deze header weg."
            )

    def _start_known(self, name: str) -> None:
        if name in self._texts and name not in _REPEATABLE:
            raise _invalid(f"De header wsa:{name} staat meer dan één keer in het bericht.")
        self._known = name
        self._texts[name] = []
        self._characters = 0
        self._capturing = name not in _ENDPOINTS

    def _text(self, name: str) -> str:
        return "".join(self._texts.get(name, ())).strip()


def _must_be_understood(attrib: Mapping[str, str]) -> bool:
    # In either SOAP namespace: that of the other version is a question to be understood as well.
    for version in SoapVersion:
        prefix = f"{{{version.value}}}"
        if attrib.get(prefix + "mustUnderstand", "0").strip() in {"1", "true"}:
            role = attrib.get(prefix + "actor") or attrib.get(prefix + "role") or ""
            return role.strip() in _FOR_US
    return False


def _invalid(text: str) -> AddressingFault:
    return AddressingFault(text, subcode="InvalidAddressingHeader")

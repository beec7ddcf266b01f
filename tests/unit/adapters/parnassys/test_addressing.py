from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from adapters.parnassys.errors import AddressingFault, NotUnderstood
from adapters.parnassys.events import Addressing
from adapters.parnassys.limits import ReaderLimits
from adapters.parnassys.names import WSA, Operation, SoapVersion
from adapters.parnassys.standin.messages import Push, indienen
from dossier.errors import MalformedMessage

ReadAll = Callable[..., Any]
ACTION = Operation.INDIENEN.action
ANONYMOUS = f"{WSA}/anonymous"


def wsa(name: str, text: str) -> str:
    inner = f"<Address>{text}</Address>" if name in {"From", "ReplyTo", "FaultTo"} else text
    return f'<{name} xmlns="{WSA}">{inner}</{name}>'


def read_with(read: ReadAll, header: str, version: SoapVersion = SoapVersion.V11, **kwargs: Any) -> Any:
    raw = indienen(Push(), header=header, version=version)
    return read(raw.body, raw.content_type, raw.soap_action, **kwargs).message


@pytest.mark.parametrize("piece", [None, 1, 50])
def test_the_addressing_headers_are_read(read: ReadAll, version: SoapVersion, piece: int | None) -> None:
    header = "".join(
        [
            wsa("MessageID", "urn:uuid:1"),
            wsa("Action", f" {ACTION} "),
            wsa("To", "https://kindkans.example/?oin=00000001"),
            wsa("From", "https://parnassys.example/?oin=00000002"),
            wsa("ReplyTo", ANONYMOUS),
            wsa("FaultTo", f"{WSA}/none"),
            wsa("RelatesTo", "urn:uuid:2"),
            wsa("RelatesTo", "urn:uuid:3"),
        ]
    )
    assert read_with(read, header, version, piece=piece).addressing == Addressing(
        message_id="urn:uuid:1",
        action=ACTION,
        to="https://kindkans.example/?oin=00000001",
        sender="https://parnassys.example/?oin=00000002",
    )


def test_an_endpoint_may_carry_more_than_its_address(read: ReadAll) -> None:
    header = (
        f'<a:From xmlns:a="{WSA}"><a:Address>urn:x</a:Address><a:ReferenceParameters>'
        f"<a:Address>urn:y</a:Address></a:ReferenceParameters></a:From>"
    )
    assert read_with(read, header).addressing.sender == "urn:x"


@pytest.mark.parametrize("name", ["MessageID", "Action", "To", "From", "ReplyTo", "FaultTo"])
def test_a_header_that_comes_twice_is_refused(read: ReadAll, name: str) -> None:
    text = ACTION if name == "Action" else ANONYMOUS
    with pytest.raises(AddressingFault) as raised:
        read_with(read, wsa(name, text) * 2)
    assert raised.value.subcode == "InvalidAddressingHeader"


@pytest.mark.parametrize("name", ["ReplyTo", "FaultTo"])
@pytest.mark.parametrize(
    "address", ["http://169.254.169.254/", "mailto:a@b.example", "urn:x", f"{ANONYMOUS}x"]
)
def test_an_answer_elsewhere_is_refused(read: ReadAll, name: str, address: str) -> None:
    with pytest.raises(AddressingFault) as raised:
        read_with(read, wsa(name, address))
    assert raised.value.subcode == "OnlyAnonymousAddressSupported"
    assert address not in str(raised.value)


def test_an_action_of_another_operation_is_refused(read: ReadAll) -> None:
    with pytest.raises(AddressingFault):
        read_with(read, wsa("Action", Operation.OPVRAGEN.action))
    with pytest.raises(MalformedMessage):
        read(indienen(Push()).body, soap_action=Operation.CONTROLEREN.action)


@pytest.mark.parametrize("soap_action", ["", '""', ACTION, f'"{ACTION}"', f' "{ACTION}" '])
def test_a_fitting_or_empty_soap_action_is_fine(read: ReadAll, soap_action: str) -> None:
    assert read(indienen(Push()).body, soap_action=soap_action).message


def test_the_action_parameter_of_soap_12_counts_too(read: ReadAll) -> None:
    raw = indienen(Push(), version=SoapVersion.V12)
    assert read(raw.body, f'{raw.content_type}; action="{ACTION}"').message
    with pytest.raises(MalformedMessage):
        read(raw.body, f'{raw.content_type}; action="urn:anders"')


def unknown(attributes: str, version: SoapVersion) -> str:
    return f'<x:Onbekend xmlns:x="urn:x" xmlns:e="{version.value}" {attributes}><x:y>z</x:y></x:Onbekend>'


@pytest.mark.parametrize("value", ["1", "true", " 1 "])
def test_an_unknown_header_that_must_be_understood_is_refused(
    read: ReadAll, version: SoapVersion, value: str
) -> None:
    with pytest.raises(NotUnderstood):
        read_with(read, unknown(f'e:mustUnderstand="{value}"', version), version)
    role = f"{version.value}/role/next" if version is SoapVersion.V12 else ""
    if role:
        with pytest.raises(NotUnderstood):
            read_with(read, unknown(f'e:mustUnderstand="1" e:role="{role}"', version), version)


def test_security_headers_are_not_waved_through(read: ReadAll) -> None:
    security = (
        '<w:Security xmlns:w="http://docs.oasis-open.org/wss/2004/01/'
        'oasis-200401-wss-wssecurity-secext-1.0.xsd" s:mustUnderstand="1"/>'
    )
    with pytest.raises(NotUnderstood):
        read_with(read, security)


@pytest.mark.parametrize(
    "attributes",
    ["", 'e:mustUnderstand="0"', 'mustUnderstand="1"', 'e:mustUnderstand="1" e:actor="urn:ander"'],
)
def test_any_other_unknown_header_is_ignored(read: ReadAll, attributes: str) -> None:
    assert read_with(read, unknown(attributes, SoapVersion.V11)).addressing == Addressing()


def test_a_known_header_may_be_marked_must_understand(read: ReadAll) -> None:
    header = wsa("Action", ACTION).replace("<Action", '<Action s:mustUnderstand="1"', 1)
    assert read_with(read, header).addressing.action == ACTION


@pytest.mark.parametrize(
    "header",
    [
        wsa("MessageID", "x" * 3000),
        wsa("MessageID", "<a>x</a>"),
        "<a/>" * 33,
        wsa("From", "x" * 3000),
    ],
)
def test_headers_are_capped(read: ReadAll, header: str) -> None:
    with pytest.raises(MalformedMessage):
        read_with(read, header, limits=ReaderLimits())

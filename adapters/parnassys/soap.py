"""The envelope around every answer and Fault, as text: escaped right, addressed to who asked."""

from __future__ import annotations

import re

from adapters.parnassys.events import Addressing
from adapters.parnassys.names import WSA, WSA_ANONYMOUS, SoapVersion

_SPECIAL = re.compile('[&<>"\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]')
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"}


def escape(text: str) -> str:
    """`text` for use in XML; a character that XML 1.0 cannot carry becomes U+FFFD."""
    return _SPECIAL.sub(lambda match: _ESCAPES.get(match[0], "\N{REPLACEMENT CHARACTER}"), text)


def element(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"


def envelope(
    version: SoapVersion, body: str, *, addressing: Addressing, action: str, message_id: str
) -> bytes:
    """`body` in an envelope. With addressing headers only if the question had them."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<soap:Envelope xmlns:soap="{version.value}">'
        f"{_header(addressing, action, message_id)}<soap:Body>{body}</soap:Body></soap:Envelope>"
    ).encode()


def _header(addressing: Addressing, action: str, message_id: str) -> str:
    if addressing == _NOT_ADDRESSED:
        return ""
    relates_to = element("wsa:RelatesTo", addressing.message_id) if addressing.message_id else ""
    sender = f"<wsa:From>{element('wsa:Address', addressing.to)}</wsa:From>" if addressing.to else ""
    return (
        f'<soap:Header xmlns:wsa="{WSA}">'
        f"{element('wsa:Action', action)}"
        f"{element('wsa:MessageID', message_id)}"
        f"{relates_to}"
        f"{element('wsa:To', addressing.sender or WSA_ANONYMOUS)}"
        f"{sender}</soap:Header>"
    )


_NOT_ADDRESSED = Addressing()

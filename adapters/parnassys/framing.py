"""What the HTTP headers say of the body: which SOAP, which charset, one document or MTOM.

text/xml                                          SOAP 1.1 (WS-I Basic Profile 1.1)
application/soap+xml; action=...                  SOAP 1.2
multipart/related; type="application/xop+xml"     MTOM, of the SOAP version that start-info names
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from python_multipart.multipart import parse_options_header

from adapters.parnassys.encoding import check_charset
from adapters.parnassys.errors import UnsupportedMediaType
from adapters.parnassys.names import SoapVersion

_VERSIONS = {version.content_type: version for version in SoapVersion}
_BOUNDARY_CHARACTERS = 70  # RFC 2046, 5.1.1
XOP = "application/xop+xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Framing:
    version: SoapVersion | None  # None: the envelope will tell
    charset: str = ""  # lower case; "" if not given
    action: str = ""  # SOAPAction, without quotes
    boundary: bytes = b""  # empty: not MTOM
    start: str = ""  # Content-ID of the root part, without brackets; "": the first part is

    @property
    def mtom(self) -> bool:
        return bool(self.boundary)


@lru_cache(maxsize=256)
def parse_framing(content_type: str, soap_action: str) -> Framing:
    """Raises UnsupportedMediaType. `soap_action` is the header of that name, "" if absent."""
    media_type, parameters = media(content_type)
    action = soap_action.strip().strip('"')
    version = _VERSIONS.get(media_type)
    if version is not None:
        return Framing(
            version=version,
            charset=check_charset(parameters.get("charset", "")),
            action=action or parameters.get("action", ""),
        )
    if media_type == "multipart/related" and parameters.get("type", "").lower() == XOP:
        return _mtom(parameters, action)
    raise UnsupportedMediaType(
        "De Content-Type wordt niet ondersteund. Verstuur text/xml (SOAP 1.1), "
        "application/soap+xml (SOAP 1.2) of multipart/related met application/xop+xml (MTOM)."
    )


def media(value: str) -> tuple[str, dict[str, str]]:
    """A media type in lower case, and its parameters."""
    media_type, options = parse_options_header(value)
    parameters = {name.decode("latin-1").lower(): text.decode("latin-1") for name, text in options.items()}
    return media_type.decode("latin-1").strip().lower(), parameters


def content_id(value: str) -> str:
    """A Content-ID without its angle brackets."""
    return value.strip().removeprefix("<").removesuffix(">")


def _mtom(parameters: dict[str, str], action: str) -> Framing:
    boundary = parameters.get("boundary", "")
    if not 0 < len(boundary) <= _BOUNDARY_CHARACTERS:
        raise UnsupportedMediaType("De boundary van het multipart-bericht ontbreekt of is te lang.")
    inner, inner_parameters = media(parameters.get("start-info", ""))
    if inner and inner not in _VERSIONS:
        raise UnsupportedMediaType("De start-info van het multipart-bericht wordt niet ondersteund.")
    return Framing(
        version=_VERSIONS.get(inner),
        action=action or inner_parameters.get("action", "") or parameters.get("action", ""),
        boundary=boundary.encode("latin-1"),
        start=content_id(parameters.get("start", "")),
    )

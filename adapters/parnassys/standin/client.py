"""ParnasSys as a client of the gateway: zeep, on the WSDL as it is served, over real HTTP.

Blocking; call it from a thread where that matters. An answer comes back as zeep makes it, a Fault as
`zeep.exceptions.Fault`, whose detail `storing()` reads.
"""

from __future__ import annotations

import copy
from typing import Any

import pybase64
import requests
import zeep
import zeep.exceptions
import zeep.wsa
from lxml import etree
from requests.auth import HTTPBasicAuth
from zeep.transports import Transport

from adapters.parnassys.names import INHOUD, NS, XOP_INCLUDE, SoapVersion
from adapters.parnassys.standin import messages
from adapters.parnassys.standin.messages import File, Push

_PORTS = {SoapVersion.V11: "Soap11", SoapVersion.V12: "Soap12"}


class ParnasSys:
    """One ParnasSys omgeving that pushes hulpvragen."""

    def __init__(
        self,
        wsdl_url: str,
        omgeving: str,
        secret: str,
        *,
        mtom: bool = False,
        addressing: bool = False,
        version: SoapVersion = SoapVersion.V11,
        timeout_seconds: float = 60.0,
        transport: Transport | None = None,
    ) -> None:
        self.session = requests.Session()
        self.session.auth = HTTPBasicAuth(omgeving.encode(), secret.encode())
        if transport is None:
            kind = MtomTransport if mtom else Transport
            transport = kind(  # type: ignore[no-untyped-call]
                session=self.session, timeout=timeout_seconds, operation_timeout=timeout_seconds
            )
        plugins = [zeep.wsa.WsAddressingPlugin()] if addressing else []
        self.client = zeep.Client(  # type: ignore[no-untyped-call]
            wsdl_url,
            port_name=_PORTS[version],
            transport=transport,
            plugins=plugins,
            settings=zeep.Settings(xml_huge_tree=True),
        )

    def close(self) -> None:
        self.session.close()

    def indienen(self, push: Push) -> Any:
        """The answer: berichtId, dossiernummer (-1 if refused), dubbel, redenen.reden[]."""
        return self.client.service.indienenHulpvraag(**arguments(push))

    def controleren(self, push: Push) -> Any:
        """The answer: berichtId, redenen.reden[]."""
        return self.client.service.controlerenHulpvraag(**arguments(push))

    def opvragen_status(self, *, bericht_id: str | None = None, dossiernummer: int | None = None) -> Any:
        """The answer: status, dossiernummer, organisatie, redenen.reden[], tijdlijn.moment[]."""
        if bericht_id is not None:
            return self.client.service.opvragenStatus(berichtId=bericht_id)
        return self.client.service.opvragenStatus(dossiernummer=dossiernummer)


def redenen(answer: Any) -> list[Any]:
    """The redenen of an answer, also when there are none."""
    if isinstance(answer.redenen, list):
        return answer.redenen
    return (answer.redenen.reden if answer.redenen is not None else None) or []


def storing(fault: zeep.exceptions.Fault) -> dict[str, str]:
    """What a Fault's detail says: code, melding, referentie."""
    detail = fault.detail
    found = detail.find(f".//{{{NS}}}storing") if detail is not None else None
    if found is None:
        return {}
    return {str(etree.QName(child).localname): child.text or "" for child in found}


def arguments(push: Push) -> dict[str, Any]:
    """The message as zeep wants it."""
    return {
        "berichtId": push.bericht_id,
        "tijdstip": push.tijdstip,
        "school": {
            "brin": push.brin,
            "vestiging": push.vestiging,
            "naam": push.school,
            "plaats": push.plaats,
        },
        "leerling": {
            "leerlingId": push.leerling_id,
            "voornamen": push.voornamen,
            "tussenvoegsel": push.tussenvoegsel,
            "achternaam": push.achternaam,
            "geboortedatum": push.geboortedatum,
            "geslacht": push.geslacht,
            "groep": push.groep,
        },
        "hulpvraag": {
            "hulpvraagId": push.hulpvraag_id,
            "soort": push.soort,
            "titel": push.titel,
            "omschrijving": push.omschrijving,
            "hulpvraagdatum": push.hulpvraagdatum,
            "indiener": {"naam": push.indiener, "functie": push.functie, "email": push.email},
            "toestemmingOuders": push.toestemming_ouders == "true",
        },
        "bijlagen": {"bijlage": [_bijlage(file) for file in push.files]} if push.files else None,
    }


class MtomTransport(Transport):
    """What zeep cannot do itself: sends each `inhoud` as a part of its own, in an XOP package."""

    def post_xml(self, address: str, envelope: etree._Element, headers: dict[str, str]) -> requests.Response:
        envelope = copy.deepcopy(envelope)
        parts = _take_out_content(envelope)
        version = SoapVersion(etree.QName(envelope).namespace or "")
        body = messages.multipart(
            etree.tostring(envelope, encoding="UTF-8", xml_declaration=True),
            parts,
            start_info=version.content_type,
        )
        headers = headers | {"Content-Type": messages.multipart_content_type(version)}
        response: requests.Response = self.post(address, body, headers)  # type: ignore[no-untyped-call]
        return response


def _take_out_content(envelope: etree._Element) -> list[tuple[str, bytes]]:
    """Replaces the base64 of every `inhoud` by a reference; gives the parts they refer to."""
    parts = []
    for number, inhoud in enumerate(envelope.iter(INHOUD), start=1):
        if not inhoud.text:
            continue
        content_id = f"bijlage{number}@parnassys"
        parts.append((content_id, pybase64.b64decode(inhoud.text)))
        inhoud.text = None
        etree.SubElement(inhoud, XOP_INCLUDE, href=f"cid:{content_id.replace('@', '%40')}")
    return parts


def _bijlage(file: File) -> dict[str, Any]:
    return {
        "naam": file.naam,
        "mediatype": file.mediatype,
        "omschrijving": file.omschrijving,
        "inhoud": file.content,
    }

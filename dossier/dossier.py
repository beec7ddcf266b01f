"""What a school pushes: a hulpvraag about a leerling, with bijlagen, as read from the message.

Texts are as the sender wrote them (NFC is a matter of the validators); absent texts are "".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dossier.identifiers import BerichtId, HulpvraagId


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    brin: str  # unchecked: BRIN_ONGELDIG is a reden, not a malformed message
    vestiging: str = ""  # vestigingscode or its last two characters; "" if the sender names none
    naam: str = ""
    plaats: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leerling:
    leerling_id: str  # of ParnasSys
    voornamen: str = ""
    tussenvoegsel: str = ""
    achternaam: str = ""
    geboortedatum: str = ""  # unchecked: LEERLING_ONVOLLEDIG is a reden
    geslacht: str = ""
    groep: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Indiener:
    naam: str
    functie: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hulpvraag:
    hulpvraag_id: HulpvraagId
    soort: str
    titel: str
    omschrijving: str
    hulpvraagdatum: str  # YYYY-MM-DD, checked by the contract
    indiener: Indiener
    toestemming_ouders: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bijlage:
    positie: int  # 1-based, order of the message
    naam: str
    mediatype: str = ""  # what the sender says it is
    omschrijving: str = ""
    size_bytes: int = 0  # decoded; 0 if there is no file. Counted to its end even if too large
    sha256: str = ""  # hex, of the decoded bytes; "" if there is no file or it was too large
    content_type: str = ""  # sniffed from the content, "" if there is none
    object_id: str = ""  # where storage has it; "" if it has not


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    bericht_id: BerichtId
    tijdstip: datetime  # aware; the sender's clock, so never used to order anything
    school: School
    leerling: Leerling
    hulpvraag: Hulpvraag
    bijlagen: tuple[Bijlage, ...] = ()

    def content_bytes(self) -> bytes:
        """All that makes two pushes the same, in one canonical form (JSON, sorted keys).

        Not the berichtId and tijdstip, which differ between two tries of one hulpvraag, and not
        where storage put the bytes. Personal data: only ever sealed, or hashed with a key.
        """
        return json.dumps(
            {
                "school": _fields(self.school),
                "leerling": _fields(self.leerling),
                "hulpvraag": _fields(self.hulpvraag) | {"indiener": _fields(self.hulpvraag.indiener)},
                "bijlagen": [
                    {
                        "positie": b.positie,
                        "naam": b.naam,
                        "mediatype": b.mediatype,
                        "omschrijving": b.omschrijving,
                        "grootte": b.size_bytes,
                        "sha256": b.sha256,
                    }
                    for b in self.bijlagen
                ],
            },
            ensure_ascii=False,
            sort_keys=True,
            separators=(",", ":"),
        ).encode()


def _fields(part: School | Leerling | Hulpvraag | Indiener) -> dict[str, Any]:
    # Not dataclasses.asdict, which copies deeply: measured at 5 % of a whole push.
    return {name: getattr(part, name) for name in part.__slots__}

"""An event of each kind, as it is really written. All of it is invented."""

from __future__ import annotations

from datetime import UTC, datetime

from dossier.correction import Correction, Place
from dossier.delivery import DeliveredBijlage, Delivery, Herkomst, Outcome, Receipt, Sealed
from dossier.identifiers import (
    BerichtId,
    Dossiernummer,
    HulpvraagId,
    InzendingId,
    KoppelingId,
    OmgevingId,
    OrganisatieId,
    SwvId,
)

_ID = InzendingId("01a20bb58e967dce965cf18fdf52307b")
_AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
_NUMBER = Dossiernummer(15)
_HASH = "5f" * 32

DELIVERY = Delivery(
    event_id=_ID,
    occurred_at=_AT,
    dossiernummer=_NUMBER,
    versie=1,
    swv_id=SwvId("swv-1"),
    organisatie_id=OrganisatieId("gong"),
    brin="17GU",
    inhoud_hash=_HASH,
    verzegeld=Sealed(key_id="9c1e44d0", nonce=b"123456789012", ciphertext=b"(sealed)"),
    bijlagen=(DeliveredBijlage(positie=1, size_bytes=610, sha256="ab" * 32, object_id=f"{_ID}/1"),),
    herkomst=Herkomst(
        omgeving_id=OmgevingId("parnassys-gong"),
        bericht_id=BerichtId("7a1cbb0e-6f2f-4f0c-9f0e-3c5b7c1f8a11"),
        hulpvraag_id=HulpvraagId("H-1"),
        koppeling_id=KoppelingId("k-gong"),
        route_rule="BRIN",
    ),
)
CORRECTION = Correction(
    event_id=InzendingId("01a20bb7c1f27b5e8f0a6d3c9e4b1a22"),
    occurred_at=datetime(2026, 11, 24, 10, 5, tzinfo=UTC),
    dossiernummer=_NUMBER,
    versie=2,
    van=Place(swv_id=SwvId("swv-1"), organisatie_id=OrganisatieId("gong")),
    naar=Place(swv_id=SwvId("swv-2"), organisatie_id=OrganisatieId("flint")),
)
RECEIPT = Receipt(
    event_id=_ID,
    occurred_at=_AT,
    dossiernummer=_NUMBER,
    versie=1,
    inhoud_hash=_HASH,
    outcome=Outcome.ONTVANGEN,
)

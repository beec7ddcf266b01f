"""What the events look like, for the document only: who reads and writes them is `dossier`.

A model requires what that reader requires, and lets be what it lets be; tests hold the two together.
Where CloudEvents asks more than our reader does, so does the model.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, RootModel

from dossier.cloud_events import SCHEMA_VERSION
from dossier.correction import CORRECTION_TYPE
from dossier.delivery import DELIVERY_TYPE, RECEIPT_TYPE, Outcome
from dossier.errors import PoisonCode

_LARGEST = 2**63 - 1
_BASE64 = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
_MOMENT = (
    r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(\.[0-9]{1,6})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)

POISON_WORDS = {
    PoisonCode.ONLEESBAAR: "it is no event, or misses something",
    PoisonCode.ONBEKENDE_VERSIE: "another type, or another schemaversie",
    PoisonCode.ZEGEL_ONGELDIG: "the seal does not open with the key that it names",
    PoisonCode.BIJLAGE_ONTBREEKT: "the gateway's storage does not have a bijlage, each time",
    PoisonCode.BIJLAGE_BESCHADIGD: "a bijlage is not what the event says of it",
    PoisonCode.INHOUD_WIJKT_AF: "the content has another hash, or belongs to another hulpvraag",
    PoisonCode.DOSSIER_ONBEKEND: "a move of a dossier that the store does not have",
    PoisonCode.VERWERKING_MISLUKT: "handling it failed each time",
    PoisonCode.VERWERKING_TE_LANG: "it took longer than it may, each time",
    PoisonCode.VERWERKING_AFGEBROKEN: "the store's process ended each time that it had it in hand",
}

Text = Annotated[str, Field(min_length=1)]
Number = Annotated[int, Field(ge=1, le=_LARGEST)]
Base64 = Annotated[str, Field(json_schema_extra={"contentEncoding": "base64", "pattern": _BASE64})]


def _absent() -> Any:
    """The default of what may be left out, and is never null: a factory leaves no default in the schema."""
    return None


class Verzegeld(BaseModel):
    """The dossier, sealed with AES-256-GCM; its context is the event's id."""

    sleutel: Text = Field(description="Id of the key.")
    nonce: Base64
    inhoud: Base64 = Field(description="Ciphertext and tag.")


class Bijlage(BaseModel):
    """A reference into the gateway's storage, never the bytes."""

    positie: Number = Field(description="From 1, in the order of the message.")
    grootte: Number = Field(description="In bytes, of the file itself.")
    sha256: Text = Field(description="In hex, of the file itself.")
    referentie: Text = Field(description="Where the gateway's storage has it.")


class Herkomst(BaseModel):
    """Whose push this is and how it was routed: ids only."""

    omgeving: Text = Field(description="The ParnasSys omgeving that pushed it.")
    bericht_id: Text = Field(alias="berichtId", description="Of the push, chosen by its sender.")
    hulpvraag_id: Text = Field(alias="hulpvraagId", description="The hulpvraag within that omgeving.")
    koppeling: Text = Field(description="The koppeling by which it was routed.")
    regel: Text = Field(description="The rule by which it was routed.")


class Plaats(BaseModel):
    """Where a dossier is."""

    swv: Text
    organisatie: Text


class _Data(BaseModel):
    schemaversie: Literal[SCHEMA_VERSION] = Field(description="Another one is refused.")  # type: ignore[valid-type]
    dossiernummer: Number
    versie: Number = Field(description="Of the dossier, from 1; the highest counts.")


class IngediendData(_Data):
    swv: Text = Field(description="The samenwerkingsverband to which it was routed.")
    organisatie: Text = Field(description="The organisatie to which it was routed.")
    brin: Text = Field(description="Of the school that pushed it.")
    inhoud_hash: Text = Field(
        alias="inhoudHash",
        description="A keyed hash (HMAC-SHA256) of what is under the seal: the canonical JSON of school, "
        "leerling, hulpvraag and bijlagen. The store computes it anew and sends it back.",
    )
    verzegeld: Verzegeld
    bijlagen: list[Bijlage]
    herkomst: Herkomst = Field(
        default_factory=_absent,
        description="Absent in events of before it. The store keeps it: it refuses a version of another "
        "hulpvraag than the dossier's, and a gateway that was [restored to an earlier moment]"
        "(../how-to/backup-and-restore.md) reads its own pushes back.",
    )


class VerplaatstData(_Data):
    van: Plaats = Field(description="Where the dossier was.")
    naar: Plaats = Field(description="Where it is from this versie on.")


class OntvangenData(_Data):
    gebeurtenis: Text = Field(description="The id of the event that this answers.")
    inhoud_hash: str = Field(
        alias="inhoudHash", description="Of what the store holds; empty if dead, or of a move."
    )
    uitkomst: Outcome = Field(
        description="`ontvangen`: in the store, durable. `dood`: the store can never process it."
    )
    code: PoisonCode | None = Field(
        default_factory=_absent,
        description="With `dood`: why; else null or absent.",
    )


class _Event(BaseModel):
    specversion: Literal["1.0"]
    id: Text = Field(description="The same at every repeat: an inbox goes by it.")
    source: Text = Field(description="Who wrote it, a URN of the NL GOV profile.")
    subject: str = Field(default_factory=_absent, description="The dossiernummer.")
    time: str = Field(
        description="When it happened.", json_schema_extra={"format": "date-time", "pattern": _MOMENT}
    )
    datacontenttype: str = Field(default_factory=_absent, description="`application/json`.")
    traceparent: str = Field(
        default_factory=_absent,
        description="Of the trace that it is part of (W3C Trace Context), if there is one.",
        json_schema_extra={"pattern": "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"},
    )


class HulpvraagIngediend(_Event):
    """One version of one dossier on its way to the store.

    No word about a child stands outside `verzegeld` (AES-256-GCM; key by id, context is the event id).
    Bijlagen travel as references into the gateway's storage, never as bytes.
    """

    type: Literal[DELIVERY_TYPE]  # type: ignore[valid-type]
    data: IngediendData


class HulpvraagVerplaatst(_Event):
    """The helpdesk moved a dossier to another organisatie ([FAQ 2](../adr/0018-moving-a-dossier.md)).

    On the same subject as what was ingediend, in its place among the versions: it takes the next `versie`,
    which has no content. No personal data: ids only.

    The store puts the dossier at `naar`, unless it has applied a later move of it; the current version stays
    the last with content. Of a dossier that it does not have: `dood`, DOSSIER_ONBEKEND. The receipt has
    `inhoudHash` `""`.
    """

    type: Literal[CORRECTION_TYPE]  # type: ignore[valid-type]
    data: VerplaatstData


class HulpvraagOntvangen(_Event):
    """What became of one event in the store.

    Only `ontvangen` with an equal hash makes a dossier `bezorgd`.
    """

    type: Literal[RECEIPT_TYPE]  # type: ignore[valid-type]
    data: OntvangenData


class DodeBrief(RootModel[Any]):
    """What could not be processed, byte for byte as it came: one of the events, if it can be read.

    `Kindkans-Code` says why, or RabbitMQ's `x-death` if it gave up itself.
    """


class DeadLetterHeaders(BaseModel):
    """Of what the gateway or the store buried; absent if RabbitMQ gave up itself."""

    code: Text = Field(
        alias="Kindkans-Code",
        description="Why: a code as in a receipt, or ONBEKENDE_GEBEURTENIS (a receipt of no event of ours).",
    )
    subject: Text = Field(alias="Kindkans-Subject", description="The queue on which it came.")
    deliveries: str = Field(
        alias="Kindkans-Deliveries",
        description="How many times it was handed out.",
        json_schema_extra={"pattern": "^[0-9]+$"},
    )

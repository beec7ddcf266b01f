"""The identifiers, each a type of its own, so that one is never taken for another."""

from __future__ import annotations

import os
import time
from typing import NewType

Dossiernummer = NewType("Dossiernummer", int)
"""Positive; unique for ever. -1 is not one: that exists only in the answer to ParnasSys."""

BerichtId = NewType("BerichtId", str)
"""UUID of one message, lower case with hyphens; chosen by the sender, unique per omgeving."""

InzendingId = NewType("InzendingId", str)
"""32 hex digits, ours, one per received message. Also the referentie a school quotes to the
helpdesk, the id of the event, the folder of its bijlagen and what its seal is bound to."""

HulpvraagId = NewType("HulpvraagId", str)
"""The hulpvraag within a ParnasSys omgeving; the sender's."""

OmgevingId = NewType("OmgevingId", str)
SwvId = NewType("SwvId", str)
OrganisatieId = NewType("OrganisatieId", str)
KoppelingId = NewType("KoppelingId", str)


def new_inzending_id() -> InzendingId:
    """A new id, ordered by time as UUIDv7 (RFC 9562): 48 bits of milliseconds, then random."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10))
    value = (milliseconds << 80) | random
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return InzendingId(f"{value:032x}")

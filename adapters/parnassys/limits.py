"""How much of a message the reader takes before it says that this is no message for us."""

from __future__ import annotations

from dataclasses import dataclass, fields

KIBIBYTE = 1024
MEBIBYTE = 1024 * KIBIBYTE


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderLimits:
    """Every limit is inclusive. Beyond one is a Fault, but for `bijlage_bytes`, which is a reden."""

    bijlage_bytes: int = 5 * MEBIBYTE  # beyond it a bijlage is counted and no longer handed on
    skeleton_bytes: int = 1 * MEBIBYTE  # of XML that is not the content of a bijlage
    depth: int = 32  # the contract needs 6
    attributes: int = 64  # of one element
    elements: int = 20_000  # of the whole message
    header_blocks: int = 32
    header_text_characters: int = 2 * KIBIBYTE  # of one addressing header
    stalled_bytes: int = 256 * KIBIBYTE  # that the parser swallows without telling us anything
    # libxml2 keeps a CDATA section whole: enough for one bijlage of 5 MiB written as CDATA.
    stalled_inhoud_bytes: int = 8 * MEBIBYTE
    # Beyond one per 16 characters, which is more than a &#xD; at each line end of base64 costs.
    inhoud_pieces: int = 20_000  # character references, CDATA sections and comments in bijlagen
    parts: int = 1_001  # of a multipart message, the root included
    part_headers: int = 16
    part_header_bytes: int = 4 * KIBIBYTE
    around_parts_bytes: int = 64 * KIBIBYTE  # before the first part and after the last

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) < 1:
                raise ValueError(f"{field.name} must be at least 1")

"""Which inzendingen a search is about. Everything given must hold; what is None is not asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from database.search_text import Query
from dossier.identifiers import OmgevingId, SwvId
from dossier.reden import RedenCode


class Stand(StrEnum):
    """How an inzending stands, in one word: what was decided, and how far its event is."""

    AFGEWEZEN = "afgewezen"
    DUBBEL = "dubbel"
    WACHTEND = "wachtend"
    GEPUBLICEERD = "gepubliceerd"
    BEZORGD = "bezorgd"
    VASTGELOPEN = "vastgelopen"


_ALL = Query()


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    query: Query = _ALL
    stand: Stand | None = None
    reden: RedenCode | None = None
    swv_id: SwvId | None = None
    omgeving_id: OmgevingId | None = None
    from_: datetime | None = None  # aware; received then or later
    to: datetime | None = None  # aware; received before then
    # Of whom only sees one SWV: the rows of every other, and of none, do not exist. None: sees all.
    visible_to: SwvId | None = None

    def __post_init__(self) -> None:
        for moment in (self.from_, self.to):
            if moment is not None and moment.tzinfo is None:
                raise ValueError("a period is in aware datetimes")


EVERYTHING = Filter()

"""Every fault there is: what `make faults` runs, again and again."""

from __future__ import annotations

from faults.catalogue.backlog import BACKLOG
from faults.catalogue.case import FaultCase
from faults.catalogue.kills import KILLS
from faults.catalogue.mistakes import MISTAKES
from faults.catalogue.network import NETWORK
from faults.catalogue.postgres import POSTGRES
from faults.catalogue.side_by_side import SIDE_BY_SIDE

EVERYTHING: tuple[FaultCase, ...] = (*KILLS, *POSTGRES, *NETWORK, *BACKLOG, *MISTAKES, *SIDE_BY_SIDE)

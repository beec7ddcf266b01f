"""Every fault there is: what `make faults` runs, again and again."""

from __future__ import annotations

from faults.catalogue.case import FaultCase
from faults.catalogue.kills import KILLS

EVERYTHING: tuple[FaultCase, ...] = (*KILLS,)

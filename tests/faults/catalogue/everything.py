"""Every fault there is: what `make faults` runs, again and again."""

from __future__ import annotations

from faults.catalogue.backlog import BACKLOG
from faults.catalogue.broker import BROKER
from faults.catalogue.case import FaultCase
from faults.catalogue.clients import CLIENTS
from faults.catalogue.clocks import CLOCKS
from faults.catalogue.disk import DISKS
from faults.catalogue.kills import KILLS
from faults.catalogue.mistakes import MISTAKES
from faults.catalogue.network import NETWORK
from faults.catalogue.poison import POISONS
from faults.catalogue.postgres import POSTGRES
from faults.catalogue.rabbitmq import RABBITMQ
from faults.catalogue.s3 import S3
from faults.catalogue.settings import SETTINGS
from faults.catalogue.side_by_side import SIDE_BY_SIDE
from faults.catalogue.upgrade import UPGRADES
from faults.catalogue.workers import WORKERS, WORKERS_ON_POSTGRES

EMBEDDED: tuple[FaultCase, ...] = (
    *KILLS,
    *BROKER,
    *POISONS,
    *CLIENTS,
    *CLOCKS,
    *SETTINGS,
    *UPGRADES,
    *DISKS,
    *WORKERS,
)
EVERYTHING: tuple[FaultCase, ...] = (
    *EMBEDDED,
    *BACKLOG,
    *MISTAKES,
    *NETWORK,
    *POSTGRES,
    *SIDE_BY_SIDE,
    *WORKERS_ON_POSTGRES,
    *RABBITMQ,
    *S3,
)

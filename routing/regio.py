"""The three regions of school holidays, and which one a school is in.

Source: Regeling vaststelling schoolvakanties 2016-2019 (BWBR0037100), article 3. That of 2022-2025 left the
regions as they were and only renewed the names of gemeenten that had merged; so do we. Its article 7 lets a
school choose another region. What is in doubt has no region: see the places that `regio_of` knows None for.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType


class Regio(StrEnum):
    NOORD = "Noord"
    MIDDEN = "Midden"
    ZUID = "Zuid"


Regios = frozenset[Regio]
EVERY_REGIO: Regios = frozenset(Regio)
"""Of a school of which the region is not known, or not for sure."""

_PROVINCIES = {
    "groningen": Regio.NOORD, "friesland": Regio.NOORD, "drenthe": Regio.NOORD, "overijssel": Regio.NOORD,
    "flevoland": Regio.NOORD, "noord-holland": Regio.NOORD, "utrecht": Regio.MIDDEN,
    "zuid-holland": Regio.MIDDEN, "noord-brabant": Regio.ZUID, "limburg": Regio.ZUID, "zeeland": Regio.ZUID,
}  # fmt: skip
# Gelderland has all three. Between brackets what has merged into it since 2016.
_GELDERLAND = {
    Regio.NOORD: "hattem",
    Regio.MIDDEN: "aalten, apeldoorn, barneveld, berkelland, bronckhorst, brummen, buren, culemborg,"
    "doetinchem, ede, elburg, epe, ermelo, harderwijk, heerde, lochem, montferland, neder-betuwe, nijkerk,"
    "nunspeet, oldebroek, oost gelre, oude ijsselstreek, putten, scherpenzeel, tiel, voorst, wageningen,"
    "west betuwe,"  # (Geldermalsen, Lingewaal, Neerijnen)
    "winterswijk, zutphen",
    Regio.ZUID: "arnhem, beuningen, doesburg, druten, duiven, heumen, lingewaard, maasdriel, nijmegen,"
    "overbetuwe, renkum, rheden, rozendaal, westervoort, west maas en waal, wijchen, zaltbommel,"
    "berg en dal,"  # (Groesbeek, Millingen aan de Rijn, Ubbergen)
    "zevenaar",  # (Rijnwaarden)
}
_GEMEENTEN: dict[tuple[str, str], Regio | None] = {
    # Five weeks of summer, which begin when those of the first region do (article 7).
    ("friesland", "vlieland"): None,
    ("friesland", "terschelling"): None,
    ("friesland", "ameland"): None,
    ("friesland", "schiermonnikoog"): None,
    # Of Werkendam, Woudrichem and Aalburg: which kernen are in Midden, sources say in two ways.
    ("noord-brabant", "altena"): None,
    ("flevoland", "zeewolde"): Regio.MIDDEN,
    ("utrecht", "eemnes"): Regio.NOORD,
    **{
        ("gelderland", name.strip()): regio
        for regio, names in _GELDERLAND.items()
        for name in names.split(",")
    },
}
_PLAATSEN: dict[tuple[str, str], Regio] = {
    (gemeente, plaats.strip()): regio
    for gemeente, regio, plaatsen in (
        ("de ronde venen", Regio.NOORD, "abcoude, baambrugge"),  # the former Abcoude
        ("montferland", Regio.ZUID, "didam, loil, nieuw-dijk"),  # the former Didam
        ("neder-betuwe", Regio.ZUID, "dodewaard"),
        ("altena", Regio.MIDDEN, "werkendam, sleeuwijk, nieuwendijk, woudrichem"),
        ("altena", Regio.ZUID, "hank, dussen"),
    )
    for plaats in plaatsen.split(",")
}


def regio_of(provincie: str, gemeente: str, plaats: str) -> Regio | None:
    """As the national list spells them; case does not count. None: not known, or not for sure."""
    p, g, where = provincie.casefold().strip(), gemeente.casefold().strip(), plaats.casefold().strip()
    if regio := _PLAATSEN.get((g, where)):
        return regio
    return _GEMEENTEN.get((p, g), _PROVINCIES.get(p))


@dataclass(frozen=True, slots=True, kw_only=True)
class RegioTable:
    """Which regions the schools of the national list are in, and those of a place."""

    by_brin: Mapping[str, Regios]
    by_plaats: Mapping[str, Regios]  # case does not count

    def of_school(self, brin: str, plaatsen: Iterable[str] = ()) -> Regios:
        """All regions in which it has a vestiging; for one that the list has not, those of its places.

        Never empty: of what is not known it is every region.
        """
        if found := self.by_brin.get(brin):
            return found
        of_plaatsen = [self.by_plaats.get(plaats.casefold().strip(), EVERY_REGIO) for plaats in plaatsen]
        return frozenset[Regio]().union(*of_plaatsen) or EVERY_REGIO


def read_regios(content: bytes) -> RegioTable:
    """From the national list as we ship it, which names gemeente and provincie of each vestiging."""
    brins: dict[str, set[Regio]] = {}
    plaatsen: dict[str, set[Regio]] = {}
    for row in csv.DictReader(io.StringIO(content.decode()), delimiter=";"):
        regio = regio_of(row["PROVINCIE"], row["GEMEENTENAAM"], row["PLAATSNAAM"])
        found = EVERY_REGIO if regio is None else {regio}
        brins.setdefault(row["BRIN"], set()).update(found)
        plaatsen.setdefault(row["PLAATSNAAM"].casefold().strip(), set()).update(found)
    return RegioTable(
        by_brin=MappingProxyType({brin: frozenset(regios) for brin, regios in brins.items()}),
        by_plaats=MappingProxyType({plaats: frozenset(regios) for plaats, regios in plaatsen.items()}),
    )


@cache
def shipped_regios() -> RegioTable:
    """Of the national list in `routing/data`. What a helpdesk added or imported since, goes by its place."""
    lists = (f for f in (files("routing") / "data").iterdir() if f.name.startswith("duo-vestigingen-"))
    return read_regios(next(lists).read_bytes())

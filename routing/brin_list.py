"""The national BRIN list as a file: DUO's own, or the reduced one that we ship.

Either shape: header names old and new, UTF-8 (with or without BOM) or windows-1252, `;` or `,`.
A bad row is reported by its line and never stops the others.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from dossier.brin import Brin, Vestiging
from dossier.errors import ConfigurationError

_COLUMNS = {
    "brin": ("BRIN", "INSTELLINGSCODE", "BRIN NUMMER", "BRINNUMMER"),
    "vestiging": ("VESTIGINGSCODE", "VESTIGINGSNUMMER"),
    "naam": ("NAAM", "VESTIGINGSNAAM", "INSTELLINGSNAAM"),
    "plaats": ("PLAATSNAAM", "PLAATS"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSchool:
    """One location in the list."""

    brin: Brin
    vestiging: Vestiging
    naam: str
    plaats: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BrinList:
    schools: tuple[ListedSchool, ...]
    rejected_lines: tuple[int, ...]  # 1-based line numbers in the file, header is 1


def read_brin_list(content: bytes) -> BrinList:
    """Raises ConfigurationError when the file has no column for one of BRIN, vestiging, naam, plaats."""
    lines = io.StringIO(_decode(content), newline=None)
    header = next(lines, "")
    delimiter = ";" if header.count(";") >= header.count(",") else ","
    columns = _find_columns(_cells(header, delimiter))
    schools: dict[Vestiging, ListedSchool] = {}
    rejected: list[int] = []
    for number, line in enumerate(lines, start=2):
        row = _cells(line, delimiter)
        if not any(cell.strip() for cell in row):
            continue
        school = _read_row(row, columns)
        if school is None:
            rejected.append(number)
        else:
            schools[school.vestiging] = school
    return BrinList(schools=tuple(schools.values()), rejected_lines=tuple(rejected))


def _cells(line: str, delimiter: str) -> list[str]:
    # Line by line: given the whole file, the reader takes all that follows a quote nobody closed.
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return [line]  # a field longer than any name: no row of ours


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _find_columns(header: Iterable[str]) -> dict[str, int]:
    names = [name.strip().strip('"').upper() for name in header]
    found: dict[str, int] = {}
    for column, accepted in _COLUMNS.items():
        index = next((names.index(name) for name in accepted if name in names), None)
        if index is None:
            raise ConfigurationError(
                f"the BRIN list has no column for {column}; one of these is needed: {', '.join(accepted)}"
            )
        found[column] = index
    return found


def _read_row(row: list[str], columns: dict[str, int]) -> ListedSchool | None:
    if len(row) <= max(columns.values()):
        return None
    brin = Brin.parse(row[columns["brin"]])
    vestiging = Vestiging.parse(row[columns["vestiging"]], brin) if brin else None
    naam = row[columns["naam"]].strip()
    if brin is None or vestiging is None or not naam:
        return None
    return ListedSchool(brin=brin, vestiging=vestiging, naam=naam, plaats=row[columns["plaats"]].strip())

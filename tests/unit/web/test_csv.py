"""A list as a file for a spreadsheet: what a school typed never runs there."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

import pytest
from starlette.responses import StreamingResponse

from web.csv_answer import csv_response, safe_cell


async def sent(header: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    response = csv_response("lijst.csv", header, rows)
    assert isinstance(response, StreamingResponse)
    return b"".join([bytes(chunk) async for chunk in response.body_iterator])  # type: ignore[arg-type]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_what_a_spreadsheet_would_run_begins_with_an_apostrophe(start: str) -> None:
    assert safe_cell(f"{start}1+1") == f"'{start}1+1"


def test_other_cells_stay_as_they_are() -> None:
    assert [safe_cell(value) for value in ("De Es", 12, None, "", "a=b")] == ["De Es", "12", "", "", "a=b"]


async def test_a_list_is_what_a_dutch_spreadsheet_opens() -> None:
    body = await sent(("School", "Aantal"), [('Één; de "Es"', 2), ("=1+1", None)])
    assert body.startswith(b"\xef\xbb\xbf")
    assert body.count(b"\r\n") == 3
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows == [["School", "Aantal"], ['Één; de "Es"', "2"], ["'=1+1", ""]]


async def test_a_long_list_comes_in_parts_and_whole() -> None:
    body = await sent(("n",), [(n,) for n in range(1_234)])
    assert body.decode("utf-8-sig").split("\r\n") == ["n", *map(str, range(1_234)), ""]


async def test_an_error_halfway_breaks_it_off() -> None:
    def rows() -> Iterator[Sequence[object]]:
        yield ("een",)
        raise RuntimeError

    response = csv_response("lijst.csv", ("n",), rows())
    assert isinstance(response, StreamingResponse)
    with pytest.raises(RuntimeError):
        [chunk async for chunk in response.body_iterator]

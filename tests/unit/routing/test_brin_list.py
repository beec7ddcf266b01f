"""The national BRIN list: every shape in which it comes, and rows that are no school."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import routing
from dossier.brin import Brin, Vestiging
from dossier.errors import ConfigurationError
from routing.brin_list import ListedSchool, read_brin_list

SHIPPED = next((Path(routing.__file__).parent / "data").glob("duo-vestigingen-*.csv"))
ES = ListedSchool(brin=Brin("32DD"), vestiging=Vestiging("32DD00"), naam="Zoë’s Es", plaats="Hasselt")
BEEK = ListedSchool(brin=Brin("32DD"), vestiging=Vestiging("32DD01"), naam="De Beek", plaats="'s-Hage")

SHAPES = {
    "ours": "BRIN;VESTIGINGSCODE;NAAM;SOORT;PLAATSNAAM\r\n32DD;32DD00;Zoë’s Es;BO;Hasselt\r\n"
    "32DD;32DD01;De Beek;BO;'s-Hage\r\n",
    "duo, old names": "VESTIGINGSNUMMER;BRIN NUMMER;VESTIGINGSNAAM;PLAATSNAAM\n"
    "32DD00;32DD;Zoë’s Es;Hasselt\n32DD01;32DD;De Beek;'s-Hage\n",
    "duo, new names": "PROVINCIE,INSTELLINGSCODE,VESTIGINGSCODE,VESTIGINGSNAAM,STRAATNAAM,PLAATSNAAM\n"
    'Drenthe,32DD,32DD00,Zoë’s Es,"Laan, lang",Hasselt\nDrenthe,32DD,32DD01,De Beek,Weg,\'s-Hage\n',
    "quoted": '"BRIN","VESTIGINGSCODE","NAAM","PLAATS"\n"32DD","32DD00","Zoë’s Es","Hasselt"\n'
    '"32DD","32DD01","De Beek","\'s-Hage"\n',
    "in lower case, with blanks": " brin ;vestigingscode; naam;plaatsnaam\n32dd ; 32dd00;Zoë’s Es ; Hasselt\n"
    "32Dd;32dD01;De Beek;'s-Hage\n",
    "tails only": "BRIN;VESTIGINGSCODE;NAAM;PLAATS\n32DD;00;Zoë’s Es;Hasselt\n32DD;01;De Beek;'s-Hage\n",
    "no newline at the end": "BRIN;VESTIGINGSCODE;NAAM;PLAATS\n32DD;00;Zoë’s Es;Hasselt\n"
    "32DD;01;De Beek;'s-Hage",
    "empty rows between": "BRIN;VESTIGINGSCODE;NAAM;PLAATS\n\n32DD;00;Zoë’s Es;Hasselt\n;;;\n  \n"
    "32DD;01;De Beek;'s-Hage\n\n",
    "old Mac": "BRIN;VESTIGINGSCODE;NAAM;PLAATS\r32DD;00;Zoë’s Es;Hasselt\r32DD;01;De Beek;'s-Hage\r",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES.keys())
def test_the_list_is_read_in_every_shape(text: str, encoding: str) -> None:
    read = read_brin_list(text.encode(encoding))

    assert (read.schools, read.rejected_lines) == ((ES, BEEK), ())


ROW = "32DD;32DD00;Zoë’s Es;Hasselt"
BAD_ROWS = {
    "no brin": ";32DD00;De Es;Hasselt",
    "a wrong brin": "3DD2;32DD00;De Es;Hasselt",
    "the vestiging of another": "32DD;99ZZ00;De Es;Hasselt",
    "no vestiging": "32DD;;De Es;Hasselt",
    "no name": "32DD;32DD00; ;Hasselt",
    "too few columns": "32DD;32DD00;De Es",
    "another delimiter": "32DD,32DD00,De Es,Hasselt",
    "a quote that nobody closes": '32DD;32DD00;"De Es;Hasselt',
    "a field without end": f'32DD;32DD00;"{"x" * 200_000};Hasselt',
}


@pytest.mark.parametrize("bad", BAD_ROWS.values(), ids=BAD_ROWS.keys())
def test_a_bad_row_is_told_by_its_line_and_stops_no_other(bad: str) -> None:
    text = f"BRIN;VESTIGINGSCODE;NAAM;PLAATS\n{bad}\n{ROW}\n\n{bad}\n32DD;32DD01;De Beek;'s-Hage\n{bad}\n"
    read = read_brin_list(text.encode())

    assert (read.schools, read.rejected_lines) == ((ES, BEEK), (2, 5, 7))


def test_a_vestiging_that_comes_twice_is_as_the_last_row_says() -> None:
    text = f"BRIN;VESTIGINGSCODE;NAAM;PLAATS\n32DD;32DD00;Oud;Oud\n{ROW}\n"

    assert read_brin_list(text.encode()).schools == (ES,)


@pytest.mark.parametrize("column", ["BRIN", "VESTIGINGSCODE", "NAAM", "PLAATS"])
def test_a_file_without_a_needed_column_is_refused_with_the_names_it_may_have(column: str) -> None:
    header = ";".join(c for c in ("BRIN", "VESTIGINGSCODE", "NAAM", "PLAATS", "SOORT") if c != column)

    with pytest.raises(ConfigurationError, match=column):
        read_brin_list(f"{header}\n".encode())


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfeB\0R\0I\0N\0", b"PK\x03\x04\x00\x00", b"<html>"])
def test_what_is_no_list_at_all_is_refused(content: bytes) -> None:
    with pytest.raises(ConfigurationError, match="has no column for brin"):
        read_brin_list(content)


@given(content=st.binary(max_size=200))
def test_any_bytes_below_a_good_header_are_schools_or_rejected_lines(content: bytes) -> None:
    read = read_brin_list(b"BRIN;VESTIGINGSCODE;NAAM;PLAATS\n" + content)

    assert all(2 <= line <= 202 for line in read.rejected_lines)
    assert all(school.vestiging.brin == school.brin for school in read.schools)


def test_the_list_that_we_ship_is_whole() -> None:
    read = read_brin_list(SHIPPED.read_bytes())

    assert len(read.schools) == 8_622
    assert read.rejected_lines == ()
    assert all(school.naam and school.plaats for school in read.schools)

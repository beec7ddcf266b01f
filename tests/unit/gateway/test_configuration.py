"""The YAML file: what it says is what comes of it, in one run, whatever was before and in whatever order."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from database.engine import open_engine, reading, writing
from database.koppelingen import list_koppelingen, list_omgevingen
from database.listed_schools import list_schools
from database.migrate import History
from database.organisaties import list_organisaties, list_swvs
from database.secret_hashes import hash_secret
from dossier.errors import ConfigurationError
from gateway import configuration

HASH = hash_secret("geheim")
Apply = Callable[[Mapping[str, Any] | str], list[str]]


def apply_to(engine: Engine, path: Path, content: Mapping[str, Any] | str) -> list[str]:
    """The lines of the diff; afterwards the same file has nothing to change."""
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(dict(content)))
    wanted = configuration.read_file(path)
    with writing(engine) as connection:
        changes = configuration.diff(connection, wanted, path.parent)
        for change in changes:
            change.apply(connection, "test")
    with reading(engine) as connection:
        assert configuration.diff(connection, wanted, path.parent) == []
    return [change.description for change in changes]


@pytest.fixture
def apply(engine: Engine, tmp_path: Path) -> Apply:
    return lambda content: apply_to(engine, tmp_path / "file.yaml", content)


SWV = {"id": "s1", "naam": "Een"}
BASE: dict[str, Any] = {
    "swvs": [SWV | {"organisaties": [{"id": "o1", "naam": "Gong", "brin": "17GU"}]}],
    "omgevingen": [{"id": "omg", "naam": "Gong"}],
    "koppelingen": [
        {"id": "km1", "omgeving": "omg", "swv": "s1", "status": "actief", "brins": ["17GU"]},
        {"id": "km2", "omgeving": "omg", "swv": "s1", "status": "actief", "brins": ["30AK", "18AF"]},
    ],
}


def koppelingen(**brins: list[str]) -> dict[str, Any]:
    return {
        "koppelingen": [
            {"id": key, "omgeving": "omg", "swv": "s1", "status": "actief", "brins": codes}
            for key, codes in brins.items()
        ]
    }


def test_a_new_file_is_applied_whole_and_a_second_time_changes_nothing(apply: Apply) -> None:
    lines = apply(BASE)

    assert "+ organisatie o1: SWV s1; naam Gong; BRIN 17GU" in lines
    assert "+ omgeving omg: naam Gong; a new secret" in lines
    assert "+ koppeling km2: omgeving omg; SWV s1; status actief; BRIN 18AF, 30AK" in lines


def test_every_change_shows_what_was_and_what_comes(apply: Apply) -> None:
    apply(BASE | {"brins": [{"brin": "98ZZ", "naam": "Polder", "plaats": "Zwolle"}]})
    lines = apply(
        {
            "brins": [{"brin": "98ZZ", "naam": "Polder", "plaats": "Kampen"}],
            "swvs": [
                SWV | {"naam": "Eén"},
                {"id": "s2", "naam": "Twee", "organisaties": [
                    {"id": "o1", "naam": "De Gong", "brin": "17GU", "vestiging": "01"}]},
            ],
            "omgevingen": [{"id": "omg", "naam": "De Gong", "secret_hash": HASH}],
            "koppelingen": [
                {"id": "km1", "omgeving": "omg", "swv": "s2", "status": "inactief", "brins": ["17GU", "17EQ"]}
            ],
        }
    )  # fmt: skip

    assert lines == [
        "~ BRIN 98ZZ00: plaats Zwolle -> Kampen",
        "~ SWV s1: naam Een -> Eén",
        "+ SWV s2: naam Twee",
        "~ organisatie o1: SWV s1 -> s2; naam Gong -> De Gong; BRIN 17GU -> 17GU01",
        "~ omgeving omg: naam Gong -> De Gong; secret another one -> of this file",
        "~ koppeling km1: SWV s1 -> s2; status actief -> inactief; BRIN 17GU -> 17EQ, 17GU",
    ]
    assert HASH not in "".join(lines)


MOVES = {
    "to the first": {"km1": ["17GU", "30AK"], "km2": ["18AF"]},
    "to the second": {"km1": [], "km2": ["30AK", "18AF", "17GU"]},
    "exchanged": {"km1": ["30AK", "18AF"], "km2": ["17GU"]},
    "in a ring, through a new one": {"km1": ["30AK"], "km2": ["17EQ"], "km3": ["17GU", "18AF"]},
}


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES.keys())
def test_brins_move_between_koppelingen_in_any_order_of_the_file(
    apply: Apply, engine: Engine, move: dict[str, list[str]]
) -> None:
    for order in permutations(move):
        apply(BASE)
        apply(koppelingen(**{key: move[key] for key in order}))

        with reading(engine) as connection:
            held = {k.koppeling_id: {str(b) for b in k.brins} for k in list_koppelingen(connection)}
        assert held == {key: set(codes) for key, codes in move.items()}
        if "km3" in move:
            apply(koppelingen(km3=[], km2=["18AF", "30AK"], km1=["17GU"]))
            break


def test_a_brin_that_stays_elsewhere_is_refused_and_nothing_is_changed(apply: Apply, engine: Engine) -> None:
    apply(BASE)
    with pytest.raises(ConfigurationError, match="would have BRIN 30AK in koppeling km1 and in km2"):
        apply(koppelingen(km1=["17GU", "30AK"]))
    with reading(engine) as connection:
        assert len(list_koppelingen(connection)) == 2


def test_what_the_file_says_of_a_brin_goes_before_its_list(apply: Apply, engine: Engine) -> None:
    apply({"brin_list": "shipped"})
    with reading(engine) as connection:
        [first] = [s for s in list_schools(connection) if s.vestiging.code == "17GU00"]
    for naam in (first.naam, "Anders"):
        own = [{"brin": "17GU", "naam": naam, "plaats": first.plaats}]
        apply({"brin_list": "shipped", "brins": own})
        with reading(engine) as connection:
            found = [s.naam for s in list_schools(connection) if s.vestiging.code == "17GU00"]
        assert found == [naam]


WRONG: dict[str, tuple[str, str]] = {
    "an SWV twice": ("swvs: [{id: s9, naam: X}, {id: ' s9', naam: Y}]", "SWV s9 stands twice"),
    "an organisatie twice": (
        "swvs: [{id: s1, naam: X, organisaties: [{id: o, naam: A}]},"
        " {id: s2, naam: Y, organisaties: [{id: o, naam: A}]}]",
        "organisatie o stands twice",
    ),
    "an omgeving twice": ("omgevingen: [{id: g, naam: X}, {id: g, naam: X}]", "omgeving g stands twice"),
    "a koppeling twice": (
        "omgevingen: [{id: g, naam: X}]\nkoppelingen: [{id: k, omgeving: g, swv: s, brins: [17GU]},"
        " {id: k, omgeving: g, swv: s, brins: [17EQ]}]",
        "koppeling k stands twice",
    ),
    "a BRIN twice": (
        "brins: [{brin: 98ZZ, naam: X, plaats: Y}, {brin: 98zz, naam: Z, plaats: Y}]",
        "BRIN 98ZZ00 stands twice",
    ),
    "a BRIN in two koppelingen": (
        "koppelingen: [{id: k, omgeving: g, swv: s, brins: [17GU]},"
        " {id: l, omgeving: g, swv: s, brins: [' 17gu']}]",
        "omgeving g has BRIN 17GU in two koppelingen",
    ),
    "a key twice": ("swvs: []\nswvs: []", "line 2: a key stands twice"),
    "a key twice, deep": ("swvs: [{id: s1, id: s2, naam: X}]", "line 1: a key stands twice"),
    "no argon2id": (
        "omgevingen: [{id: g, naam: X, secret_hash: $argon2id$garbage}]",
        "omgevingen[0]: secret_hash is no argon2id hash",
    ),
    "a vestiging without a BRIN": (
        "swvs: [{id: s1, naam: X, organisaties: [{id: o, naam: A, vestiging: '01'}]}]",
        "swvs[0].organisaties[0]: vestiging 01 is of no BRIN",
    ),
    "a list": ("- x", "the file must be a mapping with the keys brin_list, brins, swvs, omgevingen"),
    "an empty list": ("[]", "the file must be a mapping"),
    "a text": ("zomaar", "the file must be a mapping"),
    "a number for a text": ("swvs: [{id: 1, naam: X}]", "swvs[0].id must be text; put it in quotes"),
    "no name": ("swvs: [{id: s1}]", "swvs[0].naam is missing"),
    "an empty name": ("swvs: [{id: s1, naam: ''}]", "swvs[0].naam must not be empty"),
    "an unknown key": ("swv: []", "swv is no key that we know"),
    "no list": ("swvs: {}", "swvs must be a list"),
    "no mapping": ("swvs: [s1]", "swvs[0] must be a mapping"),
    "no YAML": ("swvs: [", "line 1"),
    "no such date": ("swvs: 2024-13-45", "this is no YAML"),
    "a status that is none": (
        "koppelingen: [{id: k, omgeving: g, swv: s, brins: [], status: aan}]",
        "koppelingen[0].status: Input should be 'aangevraagd', 'actief' or 'inactief'",
    ),
    "no omgeving": ("koppelingen: [{id: k, omgeving: g, swv: s1, brins: []}]", "name it under omgevingen"),
    "no SWV": (
        "omgevingen: [{id: g, naam: X}]\nkoppelingen: [{id: k, omgeving: g, swv: s1, brins: []}]",
        "name it under swvs",
    ),
    "no such list": ("brin_list: nergens.csv", "cannot be read"),
}


@pytest.mark.parametrize(("content", "told"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_named_with_its_place_and_nothing_is_changed(
    apply: Apply, engine: Engine, content: str, told: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        apply(content)

    assert told in str(refused.value)
    assert "Model" not in str(refused.value)
    assert "garbage" not in str(refused.value)
    with reading(engine) as connection:
        assert list_swvs(connection) == list_omgevingen(connection) == []


def test_all_that_is_wrong_is_told_at_once(apply: Apply) -> None:
    with pytest.raises(ConfigurationError) as refused:
        apply("brins: [{brin: X, naam: A, plaats: B}, {brin: 98ZZ, vestiging: '9', naam: A, plaats: B}]")
    assert "brins[0]" in str(refused.value)
    assert "brins[1]" in str(refused.value)


def test_a_koppeling_keeps_its_omgeving(apply: Apply) -> None:
    apply(BASE)
    with pytest.raises(ConfigurationError, match="km1 belongs to omgeving omg"):
        apply(
            {
                "omgevingen": [{"id": "g2", "naam": "X"}],
                "koppelingen": [{"id": "km1", "omgeving": "g2", "swv": "s1", "brins": []}],
            }
        )


# Any two files, one after the other ------------------------------------------------------------

BRINS = ("17GU", "30AK", "18AF", "17EQ")


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, Any]:
    """A valid file that names everything there can be, in any order."""
    organisaties: dict[str, list[dict[str, Any]]] = {"s1": [], "s2": []}
    for key in ("o1", "o2"):
        place: dict[str, Any] = {"id": key, "naam": draw(st.sampled_from(["A", "B"]))}
        brin = draw(st.sampled_from([None, *BRINS]))
        if brin is not None:
            place["brin"] = brin
            if draw(st.booleans()):
                place["vestiging"] = "01"
        organisaties[draw(st.sampled_from(["s1", "s2"]))].append(place)
    of: dict[tuple[str, str], list[str]] = {}
    links = {"k1": "g1", "k2": "g1", "k3": "g1", "k4": "g2"}
    for omgeving in ("g1", "g2"):
        mine = [key for key, value in links.items() if value == omgeving]
        for brin in BRINS:
            chosen = draw(st.sampled_from([None, *mine]))
            if chosen is not None:
                of.setdefault((omgeving, chosen), []).append(brin)
    file = {
        "swvs": [
            {"id": key, "naam": draw(st.sampled_from(["X", "Y"])), "organisaties": list_}
            for key, list_ in organisaties.items()
        ],
        "omgevingen": [{"id": g, "naam": draw(st.sampled_from(["P", "Q"]))} for g in ("g1", "g2")],
        "koppelingen": [
            {
                "id": key,
                "omgeving": omgeving,
                "swv": draw(st.sampled_from(["s1", "s2"])),
                "status": draw(st.sampled_from(["actief", "inactief", "aangevraagd"])),
                "brins": of.get((omgeving, key), []),
            }
            for key, omgeving in links.items()
        ],
    }
    return {key: draw(st.permutations(value)) for key, value in file.items()}


@pytest.fixture
def fresh(migrated_files: dict[History, Path]) -> Iterator[Callable[[], tuple[Engine, Path]]]:
    """An empty database and a folder for each example; SQLite, for there are hundreds."""
    folder = Path(tempfile.mkdtemp(prefix="kindkans-configuration-"))
    engines: list[Engine] = []

    def make() -> tuple[Engine, Path]:
        own = folder / str(len(engines))
        own.mkdir()
        file = shutil.copy(migrated_files[History.GATEWAY], own / "gateway.db")
        engines.append(open_engine(f"sqlite:///{file}"))
        return engines[-1], own / "file.yaml"

    yield make
    for engine in engines:
        engine.dispose()
    shutil.rmtree(folder)


def state(engine: Engine) -> object:
    with reading(engine) as connection:
        omgevingen = [(o.omgeving_id, o.naam) for o in list_omgevingen(connection)]
        return (
            list_swvs(connection), list(list_organisaties(connection)), omgevingen,
            list_koppelingen(connection),
        )  # fmt: skip


def test_whatever_was_before_the_file_that_names_all_decides_and_at_once(
    fresh: Callable[[], tuple[Engine, Path]],
) -> None:
    @settings(max_examples=40)
    @given(worlds(), worlds())
    def holds(before: dict[str, Any], after: dict[str, Any]) -> None:
        (one, path), (other, other_path) = fresh(), fresh()
        apply_to(one, path, before)
        apply_to(one, path, after)
        apply_to(other, other_path, {key: value[::-1] for key, value in after.items()})
        assert state(one) == state(other)

    holds()

"""omgeving -> koppeling -> SWV -> organisatie: every row of the table in domain.md, and all at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.brin import Brin, Vestiging
from dossier.dossier import School
from dossier.identifiers import OmgevingId
from dossier.reden import Reden
from dossier.verdict import Route, RouteRule
from routing.route import route, swv_of
from routing.tables import Koppeling, KoppelingStatus, Organisatie, Tables

ACTIEF, INACTIEF, AANGEVRAAGD = (
    KoppelingStatus.ACTIEF,
    KoppelingStatus.INACTIEF,
    KoppelingStatus.AANGEVRAAGD,
)
MakeTables = Callable[..., Tables]


@pytest.fixture
def world(tables: MakeTables) -> Tables:
    return tables(
        listed=["11AA", "22BB", "33CC", "44DD", "55EE", "66FF", "77GG"],
        organisaties=[
            ("een", "swv-a", "11AA"),
            ("twee", "swv-a", "22BB"),
            ("twee-oud", "swv-a", "22BB"),
            ("drie-00", "swv-a", "33CC00"),
            ("drie-01", "swv-a", "33CC01"),
            ("vier", "swv-a", "44DD"),
            ("vier-02", "swv-a", "44DD02"),
            ("vijf-00", "swv-a", "55EE00"),
            ("vijf-00-oud", "swv-a", "55EE00"),
            ("zonder", "swv-a", None),
            ("een-elders", "swv-b", "11AA"),
            ("zes-elders", "swv-b", "66FF"),
            ("nieuw", "swv-a", "99ZZ"),  # set, and not in the list
        ],
        koppelingen=[
            (
                "k-a",
                "a",
                "swv-a",
                ACTIEF,
                ("11AA", "22BB", "33CC", "44DD", "55EE", "66FF", "99ZZ", "77GG", "88HH"),
            ),
            ("k-uit", "uit", "swv-a", INACTIEF, ("11AA", "22BB", "66FF", "99ZZ")),
            ("k-wacht", "wacht", "swv-a", AANGEVRAAGD, ("11AA",)),
            ("k-b", "b", "swv-b", ACTIEF, ("11AA",)),
            ("k-leeg", "leeg", "swv-a", ACTIEF, ()),
            ("k-twee-1", "twee-swv", "swv-a", INACTIEF, ("11AA",)),
            ("k-twee-2", "twee-swv", "swv-b", ACTIEF, ("66FF",)),
        ],
    )


ROUTES = [
    ("a", "11AA", "", "een", RouteRule.BRIN, "k-a"),
    ("a", " 11aa ", "", "een", RouteRule.BRIN, "k-a"),
    ("a", "11AA", "07", "een", RouteRule.BRIN, "k-a"),  # a vestiging that nobody set: the BRIN decides
    ("a", "33CC", "00", "drie-00", RouteRule.VESTIGING, "k-a"),
    ("a", "33CC", "33cc01", "drie-01", RouteRule.VESTIGING, "k-a"),
    ("a", "44DD", "", "vier", RouteRule.BRIN, "k-a"),
    ("a", "44DD", "02", "vier-02", RouteRule.VESTIGING, "k-a"),  # the exact one goes before the general
    ("a", "44DD", "03", "vier", RouteRule.BRIN, "k-a"),
    ("b", "11AA", "", "een-elders", RouteRule.BRIN, "k-b"),
    ("twee-swv", "66FF", "", "zes-elders", RouteRule.BRIN, "k-twee-2"),
    ("a", "11AA", "  ", "een", RouteRule.BRIN, "k-a"),
]


@pytest.mark.parametrize(("omgeving", "brin", "vestiging", "organisatie", "rule", "koppeling"), ROUTES)
def test_a_push_goes_to_the_one_organisatie_that_is_set(
    world: Tables,
    omgeving: str,
    brin: str,
    vestiging: str,
    organisatie: str,
    rule: RouteRule,
    koppeling: str,
) -> None:
    found = route(OmgevingId(omgeving), School(brin=brin, vestiging=vestiging), world)

    assert isinstance(found, Route)
    assert (found.organisatie_id, found.rule, found.koppeling_id) == (organisatie, rule, koppeling)
    assert found.brin == Brin.parse(brin)
    assert found.vestiging == (Vestiging.parse(vestiging, found.brin) if vestiging.strip() else None)


B, V = "school/brin", "school/vestiging"
REDENEN = [
    # (omgeving, brin, vestiging, [(code, veld, brin in the text)])
    ("a", "", "", [("BRIN_ONGELDIG", B, "")]),
    ("a", "1AAA", "", [("BRIN_ONGELDIG", B, "")]),
    ("uit", "1AAA", "", [("BRIN_ONGELDIG", B, "")]),
    ("niemand", "1AAA", "", [("BRIN_ONGELDIG", B, ""), ("KOPPELING_ONTBREEKT", B, "")]),
    ("a", "11AA", "x", [("BRIN_ONGELDIG", V, "")]),
    ("a", "11AA", "22BB00", [("BRIN_ONGELDIG", V, "")]),
    ("niemand", "11AA", "x", [("BRIN_ONGELDIG", V, ""), ("KOPPELING_ONTBREEKT", B, "")]),
    ("a", "99ZZ", "", [("BRIN_ONBEKEND", B, "99ZZ")]),  # also where it is set already
    ("a", "88HH", "", [("BRIN_ONBEKEND", B, "88HH")]),  # that it is not set either follows
    ("uit", "99ZZ", "", [("BRIN_ONBEKEND", B, "99ZZ"), ("KOPPELING_INACTIEF", B, "99ZZ")]),
    ("b", "99ZZ", "", [("BRIN_ONBEKEND", B, "99ZZ"), ("KOPPELING_ONJUIST", B, "99ZZ")]),
    ("niemand", "99ZZ", "", [("BRIN_ONBEKEND", B, "99ZZ"), ("KOPPELING_ONTBREEKT", B, "")]),
    ("a", "77GG", "", [("BRIN_NIET_INGESTELD", B, "77GG")]),
    ("a", "77GG", "04", [("BRIN_NIET_INGESTELD", B, "77GG04")]),
    ("a", "66FF", "", [("BRIN_NIET_INGESTELD", B, "66FF")]),  # set, but in another SWV
    ("a", "33CC", "", [("BRIN_NIET_INGESTELD", B, "33CC")]),  # set per vestiging, and none is named
    ("a", "33CC", "02", [("BRIN_NIET_INGESTELD", B, "33CC02")]),
    ("uit", "66FF", "", [("BRIN_NIET_INGESTELD", B, "66FF"), ("KOPPELING_INACTIEF", B, "66FF")]),
    ("niemand", "77GG", "", [("BRIN_NIET_INGESTELD", B, "77GG"), ("KOPPELING_ONTBREEKT", B, "")]),
    ("a", "22BB", "", [("BRIN_DUBBEL_INGESTELD", B, "22BB")]),
    ("a", "22BB", "01", [("BRIN_DUBBEL_INGESTELD", B, "22BB01")]),
    ("a", "55EE", "00", [("BRIN_DUBBEL_INGESTELD", B, "55EE00")]),  # dubbel per vestiging
    ("uit", "22BB", "", [("BRIN_DUBBEL_INGESTELD", B, "22BB"), ("KOPPELING_INACTIEF", B, "22BB")]),
    ("niemand", "11AA", "", [("KOPPELING_ONTBREEKT", B, "")]),
    ("", "11AA", "", [("KOPPELING_ONTBREEKT", B, "")]),
    ("uit", "11AA", "", [("KOPPELING_INACTIEF", B, "11AA")]),
    ("wacht", "11AA", "", [("KOPPELING_INACTIEF", B, "11AA")]),
    ("twee-swv", "11AA", "", [("KOPPELING_INACTIEF", B, "11AA")]),
    ("b", "22BB", "", [("KOPPELING_ONJUIST", B, "22BB")]),  # for somebody else's BRIN
    ("b", "66FF", "", [("KOPPELING_ONJUIST", B, "66FF")]),  # also one that is set in its own SWV
    ("b", "77GG", "", [("KOPPELING_ONJUIST", B, "77GG")]),
    ("leeg", "11AA", "", [("KOPPELING_ONJUIST", B, "11AA")]),
]


@pytest.mark.parametrize(("omgeving", "brin", "vestiging", "expected"), REDENEN)
def test_a_push_that_goes_nowhere_gets_every_reden(
    world: Tables, omgeving: str, brin: str, vestiging: str, expected: list[tuple[str, str, str]]
) -> None:
    redenen = route(OmgevingId(omgeving), School(brin=brin, vestiging=vestiging), world)

    assert isinstance(redenen, tuple)
    assert [(r.code.value, r.veld, r.brin) for r in redenen] == expected


def test_somebody_elses_push_learns_nothing_of_where_that_brin_is_set(world: Tables) -> None:
    set_once, set_twice, set_nowhere = (
        route(OmgevingId("b"), School(brin=brin), world) for brin in ("44DD", "22BB", "77GG")
    )

    codes = [[r.code for r in redenen] for redenen in (set_once, set_twice, set_nowhere)]  # type: ignore[union-attr]
    assert codes[0] == codes[1] == codes[2]


BRINS = st.sampled_from(["11AA", "22BB", "33CC"])
WRITTEN = st.sampled_from(["11AA", "22bb", " 33CC", "", "1AAA", "44DD"])
PLACES = st.sampled_from(["", "00", "11AA00", "22BB01", "x"])
SWVS = st.sampled_from(["swv-a", "swv-b"])
OMGEVINGEN = st.sampled_from(["a", "b", "c"])


@st.composite
def worlds(draw: st.DrawFn) -> Tables:
    organisaties = draw(
        st.lists(
            st.builds(
                lambda key, swv, brin, tail: Organisatie(
                    organisatie_id=key,
                    swv_id=swv,
                    naam="",
                    brin=Brin(brin) if brin else None,
                    vestiging=Vestiging(brin + tail) if brin and tail else None,
                ),
                st.uuids().map(str),
                SWVS,
                st.none() | BRINS,
                st.sampled_from(["", "", "00", "01"]),
            ),
            max_size=6,
        )
    )
    taken: set[tuple[str, str]] = set()  # an omgeving has each BRIN in one koppeling at most
    koppelingen = []
    for key in range(draw(st.integers(0, 4))):
        omgeving = draw(OMGEVINGEN)
        brins = {b for b in draw(st.sets(BRINS)) if (omgeving, b) not in taken}
        taken |= {(omgeving, brin) for brin in brins}
        koppelingen.append(
            Koppeling(
                koppeling_id=f"k{key}",  # type: ignore[arg-type]
                omgeving_id=OmgevingId(omgeving),
                swv_id=draw(SWVS),
                status=draw(st.sampled_from(KoppelingStatus)),
                brins=frozenset(map(Brin, brins)),
            )
        )
    return Tables.build(1, map(Brin, draw(st.sets(BRINS))), organisaties, koppelingen)


@given(world=worlds(), omgeving=OMGEVINGEN, brin=WRITTEN, vestiging=PLACES)
def test_a_route_never_leaves_the_koppeling_its_swv_or_the_brin(
    world: Tables, omgeving: str, brin: str, vestiging: str
) -> None:
    found = route(OmgevingId(omgeving), School(brin=brin, vestiging=vestiging), world)

    if not isinstance(found, Route):
        assert found, "without a route there is a reden"
        assert all(isinstance(reden, Reden) and reden.melding for reden in found)
        assert len({reden.code for reden in found}) == len(found)
        return
    koppeling = next(
        k for k in world.koppelingen[OmgevingId(omgeving)] if k.koppeling_id == found.koppeling_id
    )
    assert koppeling.status is ACTIEF
    assert found.brin in koppeling.brins
    assert found.brin in world.brins
    assert found.swv_id == koppeling.swv_id
    chosen = next(o for o in world.organisaties[found.brin] if o.organisatie_id == found.organisatie_id)
    assert (chosen.swv_id, chosen.brin) == (found.swv_id, found.brin)
    rivals = [
        o
        for o in world.organisaties[found.brin]
        if o.swv_id == found.swv_id and o.vestiging == chosen.vestiging and o is not chosen
    ]
    assert rivals == []
    assert chosen.vestiging in (None, found.vestiging)


@given(world=worlds(), omgeving=OMGEVINGEN, brin=st.text(max_size=6), vestiging=st.text(max_size=7))
def test_any_text_for_a_brin_gets_an_answer(world: Tables, omgeving: str, brin: str, vestiging: str) -> None:
    assert route(OmgevingId(omgeving), School(brin=brin, vestiging=vestiging), world)


@pytest.mark.parametrize(
    ("omgeving", "brin", "swv"),
    [
        ("a", "11AA", "swv-a"),
        ("a", " 11aa ", "swv-a"),
        ("a", "00XX", "swv-a"),  # no koppeling covers it, and all lead there
        ("a", "geen", "swv-a"),
        ("uit", "11AA", "swv-a"),  # switched off
        ("wacht", "11AA", "swv-a"),  # asked for
        ("leeg", "11AA", "swv-a"),  # without schools
        ("twee-swv", "11AA", "swv-a"),
        ("twee-swv", "66FF", "swv-b"),
        ("twee-swv", "22BB", None),  # one of two: nobody's
        ("twee-swv", "geen", None),
        ("niemand", "11AA", None),
    ],
)
def test_a_push_is_of_the_swv_whose_koppeling_covers_its_brin_or_of_the_only_one(
    world: Tables, omgeving: str, brin: str, swv: str | None
) -> None:
    assert swv_of(OmgevingId(omgeving), School(brin=brin, naam=""), world) == swv

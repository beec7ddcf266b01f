"""Each reden of the validators at both sides of its boundary."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from dossier.dossier import Bijlage, Dossier
from dossier.reden import RedenCode
from validators.bijlagen import naam_characters
from validators.checks import validate
from validators.limits import FORBIDDEN_CONTENT_TYPES, Limits

MakeDossier = Callable[..., Dossier]
MakeBijlage = Callable[..., Bijlage]

TODAY = date(2026, 9, 1)
MIB = 1024 * 1024
DEFAULTS = Limits()


@pytest.fixture
def judged(make_dossier: MakeDossier) -> Callable[..., list[tuple[str, str, int | None, int | None]]]:
    """The redenen of a dossier with these bijlagen: code, veld, what was measured, what is allowed."""

    def judge(*bijlagen: Bijlage, limits: Limits = DEFAULTS) -> list[tuple[str, str, int | None, int | None]]:
        redenen = validate(make_dossier(bijlagen=bijlagen), limits, TODAY)
        return [(r.code.value, r.veld, r.waarde, r.grens) for r in redenen]

    return judge


@pytest.mark.parametrize(
    ("size", "limits", "too_large"),
    [
        (1, DEFAULTS, False),
        (5_242_880, DEFAULTS, False),
        (5_242_881, DEFAULTS, True),
        (200 * MIB, Limits(bijlagen_bytes=1 << 40), True),
        (5_242_881, Limits(bijlage_bytes=5_242_881), False),
        (10, Limits(bijlage_bytes=10), False),
        (11, Limits(bijlage_bytes=10), True),
    ],
)
def test_a_bijlage_may_have_so_many_bytes_and_no_more(
    judged: Any, make_bijlage: MakeBijlage, size: int, limits: Limits, too_large: bool
) -> None:
    expected = [("BIJLAGE_TE_GROOT", "bijlagen/bijlage[1]/inhoud", size, limits.bijlage_bytes)]

    assert judged(make_bijlage(size_bytes=size), limits=limits) == (expected if too_large else [])


@pytest.mark.parametrize("size", [0, 1])
def test_a_bijlage_without_a_byte_has_no_file(judged: Any, make_bijlage: MakeBijlage, size: int) -> None:
    expected = [("BIJLAGE_ZONDER_BESTAND", "bijlagen/bijlage[1]/inhoud", None, None)]

    assert judged(make_bijlage(size_bytes=size)) == (expected if size == 0 else [])


FAMILY = "👨\u200d👩\u200d👧"  # one picture, five code points
NAMES = [
    ("letters", "a", 1),
    ("é in one code point", "é", 1),
    ("é as e and an accent", "e\u0301", 1),
    ("Å as the sign for ångström", "\u212b", 1),
    ("Hangul in three pieces", "\u1100\u1161\u11a8", 1),
    ("an accent that no letter takes up", "q\u0301", 2),
    ("the ligature ﬁ, which NFC leaves", "ﬁ", 1),
    ("emoji outside the first plane", "😀", 1),
    ("emoji with a skin tone", "👍🏽", 2),
    ("a family, joined without width", FAMILY, 5),
    ("a flag", "🇳🇱", 2),
]


@pytest.mark.parametrize(("unit", "counts"), [(u, c) for _, u, c in NAMES], ids=[i for i, _, _ in NAMES])
def test_a_name_may_have_a_hundred_code_points_after_nfc(
    judged: Any, make_bijlage: MakeBijlage, unit: str, counts: int
) -> None:
    full = unit * (100 // counts)
    fits = "." * (100 % counts) + full
    expected = [("BIJLAGE_NAAM_TE_LANG", "bijlagen/bijlage[1]/naam", 101, 100)]

    assert naam_characters(fits) == 100
    assert judged(make_bijlage(naam=fits)) == []
    assert judged(make_bijlage(naam=f"x{fits}")) == expected


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("length", [100, 101])
def test_a_name_counts_the_same_however_it_was_typed(
    judged: Any, make_bijlage: MakeBijlage, form: Any, length: int
) -> None:
    naam = unicodedata.normalize(form, "Zoë’s évaluatie " + "é" * (length - 20) + ".pdf")

    codes = [code for code, *_ in judged(make_bijlage(naam=naam))]
    assert codes == (["BIJLAGE_NAAM_TE_LANG"] if length == 101 else [])


@pytest.mark.parametrize(("length", "allowed"), [(8, 8), (9, 8), (100, 120), (121, 120)])
def test_how_long_a_name_may_be_is_a_setting(
    judged: Any, make_bijlage: MakeBijlage, length: int, allowed: int
) -> None:
    redenen = judged(make_bijlage(naam="n" * length), limits=Limits(bijlage_naam_characters=allowed))

    assert [(waarde, grens) for _, _, waarde, grens in redenen] == (
        [(length, allowed)] if length > allowed else []
    )


@pytest.mark.parametrize(
    ("number", "limits", "too_many"),
    [
        (0, DEFAULTS, False),
        (20, DEFAULTS, False),
        (21, DEFAULTS, True),
        (21, Limits(bijlagen=21), False),
        (2, Limits(bijlagen=1), True),
    ],
)
def test_a_hulpvraag_may_have_so_many_bijlagen(
    judged: Any, make_bijlage: MakeBijlage, number: int, limits: Limits, too_many: bool
) -> None:
    bijlagen = [make_bijlage(positie) for positie in range(1, number + 1)]
    expected = [("TE_VEEL_BIJLAGEN", "bijlagen", number, limits.bijlagen)]

    assert judged(*bijlagen, limits=limits) == (expected if too_many else [])


@pytest.mark.parametrize(
    ("sizes", "limits", "too_large"),
    [
        ([5 * MIB] * 10, DEFAULTS, False),
        ([5 * MIB] * 10 + [1], DEFAULTS, True),
        ([5 * MIB] * 9 + [5 * MIB - 1, 1], DEFAULTS, False),
        ([6, 4], Limits(bijlagen_bytes=10), False),
        ([6, 5], Limits(bijlagen_bytes=10), True),
    ],
)
def test_the_bijlagen_together_may_have_so_many_bytes(
    judged: Any, make_bijlage: MakeBijlage, sizes: list[int], limits: Limits, too_large: bool
) -> None:
    bijlagen = [make_bijlage(n, size_bytes=size) for n, size in enumerate(sizes, start=1)]
    expected = [("BIJLAGEN_SAMEN_TE_GROOT", "bijlagen", sum(sizes), limits.bijlagen_bytes)]

    assert judged(*bijlagen, limits=limits) == (expected if too_large else [])


@pytest.mark.parametrize("content_type", FORBIDDEN_CONTENT_TYPES)
def test_what_was_sniffed_as_a_program_or_script_is_not_allowed(
    judged: Any, make_bijlage: MakeBijlage, content_type: str
) -> None:
    bijlage = make_bijlage(naam="brief.pdf", mediatype="application/pdf", content_type=content_type)

    assert judged(bijlage) == [("BIJLAGE_TYPE_NIET_TOEGESTAAN", "bijlagen/bijlage[1]/inhoud", None, None)]


@pytest.mark.parametrize(
    "content_type", ["application/pdf", "text/plain", "image/png", "", "application/zip"]
)
def test_what_the_sender_calls_a_file_does_not_matter(
    judged: Any, make_bijlage: MakeBijlage, content_type: str
) -> None:
    bijlage = make_bijlage(naam="virus.exe", mediatype="application/x-dosexec", content_type=content_type)

    assert judged(bijlage) == []


def test_which_types_are_not_allowed_is_a_setting(judged: Any, make_bijlage: MakeBijlage) -> None:
    limits = Limits(forbidden_content_types=frozenset({"image/png"}))

    assert judged(make_bijlage(content_type="application/x-dosexec"), limits=limits) == []
    assert len(judged(make_bijlage(content_type="image/png"), limits=limits)) == 1


@pytest.mark.parametrize("field", ["bijlage_bytes", "bijlage_naam_characters", "bijlagen", "bijlagen_bytes"])
@pytest.mark.parametrize("value", [0, -1])
def test_a_limit_that_lets_nothing_through_is_a_mistake(field: str, value: int) -> None:
    with pytest.raises(ValueError, match=field):
        Limits(**{field: value})  # type: ignore[arg-type]


def test_the_defaults_are_those_of_the_domain() -> None:
    assert (DEFAULTS.bijlage_bytes, DEFAULTS.bijlagen_bytes) == (5_242_880, 52_428_800)
    assert (DEFAULTS.bijlage_naam_characters, DEFAULTS.bijlagen) == (100, 20)


def test_every_reden_comes_at_once_in_order_of_leerling_bijlage_by_bijlage_and_together(
    make_dossier: MakeDossier, make_bijlage: MakeBijlage
) -> None:
    bijlagen = (
        make_bijlage(1, "a" * 101, size_bytes=0),
        make_bijlage(2, "/" * 101, size_bytes=6 * MIB, content_type="application/x-dosexec"),
        *(make_bijlage(n, size_bytes=5 * MIB) for n in range(3, 22)),
    )
    dossier = make_dossier(achternaam=" ", geboortedatum="31-02-2015", bijlagen=bijlagen)
    redenen = validate(dossier, DEFAULTS, TODAY)

    assert [(r.code, r.veld.rsplit("/", 1)[-1], r.bijlage) for r in redenen] == [
        (RedenCode.LEERLING_ONVOLLEDIG, "achternaam", None),
        (RedenCode.LEERLING_ONVOLLEDIG, "geboortedatum", None),
        (RedenCode.BIJLAGE_NAAM_TE_LANG, "naam", 1),
        (RedenCode.BIJLAGE_ZONDER_BESTAND, "inhoud", 1),
        (RedenCode.BIJLAGE_NAAM_TE_LANG, "naam", 2),
        (RedenCode.BIJLAGE_NAAM_ONGELDIG, "naam", 2),
        (RedenCode.BIJLAGE_TE_GROOT, "inhoud", 2),
        (RedenCode.BIJLAGE_TYPE_NIET_TOEGESTAAN, "inhoud", 2),
        (RedenCode.TE_VEEL_BIJLAGEN, "bijlagen", None),
        (RedenCode.BIJLAGEN_SAMEN_TE_GROOT, "bijlagen", None),
    ]


def test_a_reden_about_a_bijlage_carries_the_position_of_the_message_and_the_name(
    make_dossier: MakeDossier, make_bijlage: MakeBijlage
) -> None:
    dossier = make_dossier(bijlagen=(make_bijlage(7, "leeg.pdf", size_bytes=0),))
    [reden] = validate(dossier, DEFAULTS, TODAY)

    assert (reden.bijlage, reden.bijlage_naam) == (7, "leeg.pdf")
    assert reden.veld == "bijlagen/bijlage[7]/inhoud"


def test_a_dossier_without_bijlagen_is_fit(make_dossier: MakeDossier) -> None:
    assert validate(make_dossier(), DEFAULTS, TODAY) == ()

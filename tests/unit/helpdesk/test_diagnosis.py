"""The diagnosis of a school: every branch, and every situation of a small world has one, in words."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from database.diagnosis import Facts, InzendingFact, KoppelingFact, OrganisatieFact
from dossier.brin import Brin, Vestiging
from dossier.dossier import School
from dossier.identifiers import (
    Dossiernummer,
    HulpvraagId,
    InzendingId,
    KoppelingId,
    OmgevingId,
    OrganisatieId,
    SwvId,
)
from dossier.reden import Reden, RedenCode
from dossier.status import Toestand
from dossier.verdict import Route
from helpdesk.diagnosis import Finding, PushFinding, SettingsFinding, diagnose
from helpdesk.diagnosis_pushes import inzendingen_of, words_of
from helpdesk.diagnosis_words import About
from routing.brin_list import ListedSchool
from routing.route import route
from routing.tables import Koppeling, KoppelingStatus, Organisatie, Tables

BRIN = Brin("32DD")
LISTED = ListedSchool(brin=BRIN, vestiging=Vestiging("32DD00"), naam="De Es", plaats="Hasselt")
ABOUT = About(brin=BRIN, school="De Es", afzender="Anna", one_swv=False, may_koppelingen=True)
ACTIEF, INACTIEF, AANGEVRAAGD = KoppelingStatus.ACTIEF, KoppelingStatus.INACTIEF, KoppelingStatus.AANGEVRAAGD


def organisatie(key: str = "es", swv: str = "a", vestiging: str | None = None) -> OrganisatieFact:
    return OrganisatieFact(
        organisatie_id=OrganisatieId(key),
        naam=f"School {key}",
        swv_id=SwvId(swv),
        swv_naam=f"SWV {swv}",
        vestiging=vestiging,
    )


def koppeling(
    status: KoppelingStatus = ACTIEF, *, omgeving: str = "o1", swv: str = "a", covers: bool = True
) -> KoppelingFact:
    return KoppelingFact(
        koppeling_id=KoppelingId(f"k-{omgeving}-{swv}-{status}"),
        omgeving_id=OmgevingId(omgeving),
        omgeving_naam=f"Omgeving {omgeving}",
        swv_id=SwvId(swv),
        swv_naam=f"SWV {swv}",
        status=status,
        covers=covers,
        used_ms=None,
    )


def pushed(
    toestand: Toestand = Toestand.BEZORGD,
    *codes: RedenCode,
    place: OrganisatieFact | None = None,
    hulpvraag: str = "hv-1",
    omgeving: str = "o1",
    at: int = 0,
    brin: str = "32DD",
) -> InzendingFact:
    accepted = toestand is not Toestand.AFGEWEZEN
    return InzendingFact(
        inzending_id=InzendingId(f"{hulpvraag}-{omgeving}-{at}"),
        omgeving_id=OmgevingId(omgeving),
        hulpvraag_id=HulpvraagId(hulpvraag),
        received_ms=1_700_000_000_000 + at,
        toestand=toestand,
        redenen=tuple(Reden(code=code, veld="x", bijlage=1, waarde=9, grens=5, brin=brin) for code in codes),
        dossiernummer=Dossiernummer(12) if accepted else None,
        organisatie=(place or organisatie()) if accepted else None,
    )


def facts(**changes: Any) -> Facts:
    """All is well and nothing came, but for the changes."""
    fine: dict[str, Any] = {
        "brin": BRIN,
        "schools": (LISTED,),
        "organisaties": (organisatie(),),
        "koppelingen": (koppeling(),),
        "inzendingen": (),
    }
    return Facts(**(fine | changes))


def codes(**changes: Any) -> list[str]:
    return [words_of(finding, ABOUT).code for finding in diagnose(facts(**changes))]


REFUSED = pushed(Toestand.AFGEWEZEN, RedenCode.KOPPELING_ONTBREEKT, omgeving="o9")

CASES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "all is set and nothing came": ({}, ["NIETS_ONTVANGEN"]),
    "all is set and delivered": ({"inzendingen": (pushed(),)}, ["BEZORGD", "ALLES_GOED"]),
    "not in the list": ({"schools": ()}, ["NIET_IN_LIJST", "NIETS_ONTVANGEN"]),
    "no koppeling": ({"koppelingen": ()}, ["GEEN_KOPPELING", "NIETS_ONTVANGEN"]),
    "no koppeling and not in the list": (
        {"koppelingen": (), "schools": ()},
        ["NIET_IN_LIJST", "GEEN_KOPPELING", "NIETS_ONTVANGEN"],
    ),
    "koppeling off": ({"koppelingen": (koppeling(INACTIEF),)}, ["KOPPELING_INACTIEF", "NIETS_ONTVANGEN"]),
    "koppeling asked for": (
        {"koppelingen": (koppeling(AANGEVRAAGD),)},
        ["KOPPELING_AANGEVRAAGD", "NIETS_ONTVANGEN"],
    ),
    "an old omgeving is off and a new one works": (
        {"koppelingen": (koppeling(INACTIEF), koppeling(omgeving="o2"))},
        ["NIETS_ONTVANGEN"],
    ),
    "it is sent from the omgeving that is off": (
        {
            "koppelingen": (koppeling(INACTIEF), koppeling(omgeving="o2")),
            "inzendingen": (pushed(Toestand.AFGEWEZEN, RedenCode.KOPPELING_INACTIEF),),
        },
        ["KOPPELING_INACTIEF", "AFGEWEZEN"],
    ),
    "an omgeving without a koppeling sent it": (
        {"inzendingen": (REFUSED,)},
        ["GEEN_KOPPELING", "AFGEWEZEN"],
    ),
    "the koppeling is for other schools": (
        {
            "koppelingen": (koppeling(covers=False),),
            "inzendingen": (pushed(Toestand.AFGEWEZEN, RedenCode.KOPPELING_ONJUIST),),
        },
        ["KOPPELING_GELDT_NIET", "AFGEWEZEN"],
    ),
    "set nowhere": ({"organisaties": ()}, ["BRIN_NIET_INGESTELD", "NIETS_ONTVANGEN"]),
    "set at another swv": (
        {"organisaties": (organisatie(swv="b"),)},
        ["BRIN_BIJ_ANDER_SWV", "NIETS_ONTVANGEN"],
    ),
    "set at two organisaties": (
        {"organisaties": (organisatie(), organisatie("es2"))},
        ["BRIN_DUBBEL", "NIETS_ONTVANGEN"],
    ),
    "set at two in another swv is no problem of this koppeling": (
        {"organisaties": (organisatie(), organisatie("x", "b"), organisatie("y", "b"))},
        ["NIETS_ONTVANGEN"],
    ),
    "set for two vestigingen": (
        {"organisaties": (organisatie(vestiging="32DD00"), organisatie("es2", vestiging="32DD01"))},
        ["NIETS_ONTVANGEN"],
    ),
    "sent without its vestiging": (
        {
            "organisaties": (organisatie(vestiging="32DD01"),),
            "inzendingen": (pushed(Toestand.AFGEWEZEN, RedenCode.BRIN_NIET_INGESTELD),),
        },
        ["BRIN_ALLEEN_VESTIGINGEN", "AFGEWEZEN"],
    ),
    "sent for a vestiging that is set by now": (
        {
            "organisaties": (organisatie(vestiging="32DD01"),),
            "inzendingen": (pushed(Toestand.AFGEWEZEN, RedenCode.BRIN_NIET_INGESTELD, brin="32DD01"),),
        },
        ["STUUR_OPNIEUW"],
    ),
    "refused for its files": (
        {"inzendingen": (pushed(Toestand.AFGEWEZEN, RedenCode.BIJLAGE_TE_GROOT),)},
        ["AFGEWEZEN"],
    ),
    "refused for settings that are right by now": (
        {"inzendingen": (pushed(Toestand.AFGEWEZEN, RedenCode.BRIN_NIET_INGESTELD),)},
        ["STUUR_OPNIEUW"],
    ),
    "refused for settings that are right by now, and its files": (
        {
            "inzendingen": (
                pushed(Toestand.AFGEWEZEN, RedenCode.BRIN_NIET_INGESTELD, RedenCode.BIJLAGE_TE_GROOT),
            )
        },
        ["AFGEWEZEN"],
    ),
    "refused first and accepted later": (
        {"inzendingen": (pushed(at=2), pushed(Toestand.AFGEWEZEN, RedenCode.BIJLAGE_TE_GROOT, at=1))},
        ["BEZORGD", "ALLES_GOED"],
    ),
    "accepted first and a new version refused": (
        {"inzendingen": (pushed(Toestand.AFGEWEZEN, RedenCode.BIJLAGE_TE_GROOT, at=2), pushed(at=1))},
        ["AFGEWEZEN"],
    ),
    "a dead letter": ({"inzendingen": (pushed(Toestand.VASTGELOPEN),)}, ["VASTGELOPEN"]),
    "waiting": ({"inzendingen": (pushed(Toestand.GEACCEPTEERD),)}, ["ONDERWEG"]),
    "published": ({"inzendingen": (pushed(Toestand.GEPUBLICEERD),)}, ["ONDERWEG"]),
    "delivered where the brin is not set any more": (
        {"inzendingen": (pushed(place=organisatie("oud")),)},
        ["BEZORGD_BIJ_ANDERE_ORGANISATIE"],
    ),
    "each in its own way": (
        {
            "inzendingen": (
                pushed(Toestand.AFGEWEZEN, RedenCode.BIJLAGE_TE_GROOT, hulpvraag="1"),
                pushed(Toestand.AFGEWEZEN, RedenCode.KOPPELING_INACTIEF, hulpvraag="2"),
                pushed(Toestand.VASTGELOPEN, hulpvraag="3"),
                pushed(Toestand.GEPUBLICEERD, hulpvraag="4"),
                pushed(place=organisatie("oud"), hulpvraag="5"),
                pushed(hulpvraag="6"),
            )
        },
        [
            "AFGEWEZEN",
            "STUUR_OPNIEUW",
            "VASTGELOPEN",
            "ONDERWEG",
            "BEZORGD_BIJ_ANDERE_ORGANISATIE",
            "BEZORGD",
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_situation_has_its_diagnosis(case: str) -> None:
    changes, expected = CASES[case]
    assert codes(**changes) == expected


def test_every_finding_occurs_above() -> None:
    found = {type(f) for changes, _ in CASES.values() for f in diagnose(facts(**changes))}
    assert found == set(SettingsFinding.__args__) | set(PushFinding.__args__)


def test_what_was_not_asked_for_is_told_to_be_there() -> None:
    (finding,) = diagnose(facts(narrowed=True, pushes=3))
    assert "Andere hulpvragen van deze school zijn er wel" in words_of(finding, ABOUT).uitleg


def test_a_dossier_whose_organisatie_is_not_seen_is_not_placed() -> None:
    unseen = InzendingFact(
        inzending_id=InzendingId("1"),
        omgeving_id=OmgevingId("o1"),
        hulpvraag_id=HulpvraagId("1"),
        received_ms=1,
        toestand=Toestand.BEZORGD,
        dossiernummer=Dossiernummer(1),
    )
    first = diagnose(facts(inzendingen=(unseen,)))[0]
    assert "die niet meer bestaat" in words_of(first, ABOUT).titel


def test_a_mail_names_five_refusals_and_counts_the_rest() -> None:
    many = tuple(pushed(Toestand.AFGEWEZEN, RedenCode.BIJLAGE_TE_GROOT, hulpvraag=str(n)) for n in range(8))
    mail = words_of(diagnose(facts(inzendingen=many))[0], ABOUT).mail
    assert mail.count("is niet aangenomen") == 5
    assert "Er zijn nog 3 andere hulpvragen niet aangenomen" in mail


# A small world, whole ---------------------------------------------------------------------------

_KOPPELINGEN: tuple[tuple[KoppelingFact, ...], ...] = (
    (),
    *((koppeling(status, covers=covers),) for status in KoppelingStatus for covers in (True, False)),
    (koppeling(INACTIEF), koppeling(omgeving="o2", swv="b")),
    (koppeling(AANGEVRAAGD), koppeling(INACTIEF, omgeving="o2")),
)
_ORGANISATIES: tuple[tuple[OrganisatieFact, ...], ...] = (
    (),
    (organisatie(),),
    (organisatie(swv="b"),),
    (organisatie(), organisatie("es2")),
    (organisatie(vestiging="32DD01"),),
    (organisatie(), organisatie("es2", "b")),
)
_PUSHES: tuple[InzendingFact | None, ...] = (
    None,
    *(pushed(toestand) for toestand in Toestand if toestand is not Toestand.AFGEWEZEN),
    *(pushed(Toestand.AFGEWEZEN, code) for code in RedenCode),
    pushed(place=organisatie("oud", "c")),
)


def _worlds() -> Iterator[Facts]:
    for listed, koppelingen, organisaties, one, two in itertools.product(
        ((), (LISTED,)), _KOPPELINGEN, _ORGANISATIES, _PUSHES, _PUSHES
    ):
        second = (
            pushed(two.toestand, *(r.code for r in two.redenen), hulpvraag="hv-2", omgeving="o2")
            if two is not None
            else None
        )
        yield facts(
            schools=listed,
            koppelingen=koppelingen,
            organisaties=organisaties,
            inzendingen=tuple(i for i in (one, second) if i is not None),
        )


def _check(situation: Facts, findings: tuple[Finding, ...]) -> None:
    words = [words_of(finding, ABOUT) for finding in findings]
    assert words, situation
    about = {i.inzending_id for f in findings for i in inzendingen_of(f)}
    assert about == {i.inzending_id for i in situation.inzendingen}, situation
    blocked = [w for w, f in zip(words, findings, strict=True) if isinstance(f, SettingsFinding)]
    assert words[: len(blocked)] == blocked, "what keeps all out comes first"
    if any(w.code == "ALLES_GOED" for w in words):
        assert {w.code for w in words} == {"ALLES_GOED", "BEZORGD"}
    for one in words:
        assert one.titel
        assert one.uitleg
        assert bool(one.mail) == bool(one.stappen) == (one.code != "ALLES_GOED")
        if one.mail:
            assert one.mail.startswith("Beste collega,")
            assert one.mail.endswith("Anna")


def test_there_is_no_situation_without_a_diagnosis_that_covers_every_inzending() -> None:
    for situation in _worlds():
        _check(situation, diagnose(situation))


def test_the_diagnosis_says_that_settings_are_right_exactly_when_routing_finds_a_way() -> None:
    """Against the one that decides: a new push of the school by its omgeving."""
    for situation in _worlds():
        if situation.inzendingen:
            continue
        blocked = any(isinstance(f, SettingsFinding) for f in diagnose(situation))
        if _routes(situation):
            assert not blocked, situation
        elif not any(o.vestiging for o in situation.organisaties):
            assert blocked, situation


def _routes(situation: Facts) -> bool:
    """Whether there is an active koppeling for this BRIN, and every such one gets a push through."""
    tables = Tables.build(
        1,
        [school.brin for school in situation.schools],
        [
            Organisatie(
                organisatie_id=o.organisatie_id,
                swv_id=o.swv_id,
                naam=o.naam,
                brin=BRIN,
                vestiging=Vestiging(o.vestiging) if o.vestiging else None,
            )
            for o in situation.organisaties
        ],
        [
            Koppeling(
                koppeling_id=k.koppeling_id,
                omgeving_id=k.omgeving_id,
                swv_id=k.swv_id,
                status=k.status,
                brins=frozenset({BRIN} if k.covers else ()),
            )
            for k in situation.koppelingen
        ],
    )
    school = School(brin="32DD", vestiging="", naam="De Es", plaats="Hasselt")
    active = [k.omgeving_id for k in situation.koppelingen if k.covers and k.status is ACTIEF]
    return bool(active) and all(isinstance(route(o, school, tables), Route) for o in active)

"""What the demo pushes, in order, and what each push must be answered. All pupils are invented."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection

from adapters.parnassys.names import SoapVersion
from adapters.parnassys.standin import files
from adapters.parnassys.standin.messages import File, Push
from dossier.brin import Brin, Vestiging
from dossier.identifiers import KoppelingId, OmgevingId, OrganisatieId, SwvId
from dossier.reden import RedenCode as R
from helpdesk import actions
from helpdesk import administration as admin
from routing.brin_list import ListedSchool
from routing.tables import Koppeling, KoppelingStatus, Organisatie
from validators.limits import Limits

_LIMITS = Limits()
_PDF, _TXT = "application/pdf", "text/plain"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_ACUTE = "e\N{COMBINING ACUTE ACCENT}"  # two code points, one after NFC


@dataclass(frozen=True, slots=True)
class Number:
    """A dossiernummer; with `same_as`, that of the step of that name."""

    same_as: str = ""


@dataclass(frozen=True, slots=True)
class Minus1:
    """-1, with exactly these redenen."""

    redenen: tuple[R, ...]


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """A Fault, or a refusal of HTTP: the sender may repeat, nothing was decided."""


Expected = Number | Minus1 | NoAnswer
Repair = Callable[[Connection, str], object]  # in a transaction of its own, by this actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    what: str
    omgeving: str
    push: Push = field(repr=False)
    expected: Expected
    name: str = ""
    repair: Repair | None = None  # done by people before this push
    mtom: bool = False
    addressing: bool = False
    version: SoapVersion = SoapVersion.V11
    wrong_secret: bool = False


def steps() -> Iterator[Step]:
    """Some forty pushes: good ones, every kind of bad one, repeats, versions and repairs."""
    yield from _good()
    yield from _repeats()
    yield from _bad_files()
    yield from _bad_dossiers()
    yield from _repaired()
    yield from _not_decided()


def _good() -> Iterator[Step]:
    for number, (what, attached, options) in enumerate(_good_files()):
        omgeving, school, brin, plaats = _SCHOOLS[number % len(_SCHOOLS)]
        push = _push(number, school, brin, plaats, *attached)
        yield replace(Step(what=what, omgeving=omgeving, push=push, expected=Number()), **options)
    vestigingen = (("00", "OBS De Marshof"), ("15YR01", "Florens Radewynsschool"))
    for number, (code, school) in enumerate(vestigingen, start=50):
        push = replace(_push(number, school, "15YR", "Zwolle", _note()), vestiging=code)
        yield Step(what=f"vestiging {code}", omgeving="parnassys-zwolle", push=push, expected=Number())


_SCHOOLS = (
    ("parnassys-gong", "PCBO De Gong", "17GU", "Apeldoorn"),
    ("parnassys-veluwe", "PCBO De Fakkel", "17EQ", "Apeldoorn"),
    ("parnassys-veluwe", "OBS Heuvellaan", "18AF", "Apeldoorn"),
)


def _good_files() -> Iterator[tuple[str, tuple[File, ...], dict[str, Any]]]:
    plan = File(naam="OPP.pdf", mediatype=_PDF, content=files.pdf("Ontwikkelingsperspectief"))
    letter = File(naam="verslag.docx", mediatype=_DOCX, content=files.docx("Verslag van het gesprek"))
    drawing = File(naam="tekening.png", mediatype="image/png", content=files.png())
    exact = files.pdf("Precies 5 MB", _LIMITS.bijlage_bytes)
    longest = "a" * (_LIMITS.bijlage_naam_characters - 5)
    yield "no files", (), {}
    yield "a PDF", (plan,), {}
    yield "a Word document, MTOM", (letter,), {"mtom": True}
    yield "PDF, Word, picture and text", (plan, letter, drawing, _note()), {}
    yield "the same four, MTOM", (plan, letter, drawing, _note()), {"mtom": True}
    yield "SOAP 1.2", (plan,), {"version": SoapVersion.V12}
    yield "WS-Addressing", (drawing,), {"addressing": True}
    yield "exactly 5 MB", (File(naam="groot.pdf", mediatype=_PDF, content=exact),), {}
    yield "a name of 100 characters", (replace(_note(), naam=f"{longest}{_ACUTE}.txt"),), {}
    yield "20 files", tuple(replace(_note(), naam=f"{n}.txt") for n in range(1, 21)), {}
    yield "brincode in lower case", (_note(),), {}
    yield (
        "10 MB in two files, MTOM",
        (replace(plan, content=exact), replace(plan, content=exact)),
        {"mtom": True},
    )


def _repeats() -> Iterator[Step]:
    push = _push(60, *_SCHOOLS[0][1:], _note())
    again = replace(push, bericht_id=_push(0, "", "", "").bericht_id)
    changed = replace(again, titel="Ondersteuning bij rekenen")
    version = replace(changed, bericht_id=_push(0, "", "", "").bericht_id)
    yield replace(_gong("a first push", push, Number()), name="first")
    yield _gong("the same message again", push, Number("first"))
    yield _gong("the same hulpvraag, new berichtId (dubbel)", again, Number("first"))
    yield _gong("that berichtId with other content", changed, NoAnswer())
    yield _gong("the same hulpvraag changed, new berichtId", version, Number("first"))


def _bad_files() -> Iterator[Step]:
    note = _note()
    too_large = files.pdf("Te groot", _LIMITS.bijlage_bytes + 1)
    many = tuple(replace(note, naam=f"{n}.txt") for n in range(1, 22))
    heavy = tuple(
        File(naam=f"{n}.pdf", mediatype=_PDF, content=files.pdf(str(n), _LIMITS.bijlage_bytes))
        for n in range(1, 12)
    )
    name = "b" * (_LIMITS.bijlage_naam_characters - 3) + ".txt"
    cases: tuple[tuple[str, tuple[File, ...], tuple[R, ...], bool], ...] = (
        ("5 MB and one byte", (replace(note, content=too_large),), (R.BIJLAGE_TE_GROOT,), False),
        ("the same, MTOM", (replace(note, content=too_large),), (R.BIJLAGE_TE_GROOT,), True),
        ("a name of 101 characters", (replace(note, naam=name),), (R.BIJLAGE_NAAM_TE_LANG,), False),
        ("no file attached", (replace(note, content=None),), (R.BIJLAGE_ZONDER_BESTAND,), False),
        ("an empty file", (replace(note, content=b""),), (R.BIJLAGE_ZONDER_BESTAND,), False),
        ("a path as name", (replace(note, naam="../geheim.txt"),), (R.BIJLAGE_NAAM_ONGELDIG,), False),
        ("a program", (replace(note, content=files.program()),), (R.BIJLAGE_TYPE_NIET_TOEGESTAAN,), False),
        ("a script", (replace(note, content=files.script()),), (R.BIJLAGE_TYPE_NIET_TOEGESTAAN,), True),
        ("21 files", many, (R.TE_VEEL_BIJLAGEN,), False),
        ("55 MB together, MTOM", heavy, (R.BIJLAGEN_SAMEN_TE_GROOT,), True),
        (
            "three things wrong at once",
            (replace(note, naam=name, content=None), replace(note, content=files.program())),
            (R.BIJLAGE_NAAM_TE_LANG, R.BIJLAGE_ZONDER_BESTAND, R.BIJLAGE_TYPE_NIET_TOEGESTAAN),
            False,
        ),
    )
    for number, (what, attached, redenen, mtom) in enumerate(cases, start=100):
        push = _push(number, *_SCHOOLS[0][1:], *attached)
        yield replace(_gong(what, push, Minus1(redenen)), mtom=mtom)


def _bad_dossiers() -> Iterator[Step]:
    push = _push(200, *_SCHOOLS[0][1:], _note())
    incomplete = replace(push, achternaam=None, geboortedatum="2017-02-30")
    twice = (R.LEERLING_ONVOLLEDIG, R.LEERLING_ONVOLLEDIG)
    yield _gong("no surname, born on 30 February", incomplete, Minus1(twice))
    no_brin = replace(_push(201, *_SCHOOLS[0][1:], _note()), brin="GONG")
    yield _gong("no BRIN at all", no_brin, Minus1((R.BRIN_ONGELDIG,)))
    others = _push(202, "Vrije School Michaël", "06ZZ", "Zwolle", _note())
    yield _gong("for another school", others, Minus1((R.KOPPELING_ONJUIST,)))


def _repaired() -> Iterator[Step]:
    cases: tuple[tuple[str, str, str, R, Repair | None], ...] = (
        ("vijfster", "Vrije School De Vijfster", "07CX", R.BRIN_NIET_INGESTELD, _set_brin),
        ("spitsbergen", "OBS Spitsbergen", "17MD", R.BRIN_DUBBEL_INGESTELD, _remove_double),
        ("michael", "Vrije School Michaël", "06ZZ", R.KOPPELING_INACTIEF, None),
        ("saffier", "Het Saffier", "32DY", R.KOPPELING_INACTIEF, _activate),
        ("flint", "OBS De Flint", "30AK", R.KOPPELING_ONTBREEKT, _add_koppeling),
        ("nieuw", _NEW_SCHOOL, "98ZZ", R.BRIN_ONBEKEND, _add_brin),
    )
    for number, (omgeving, school, brin, code, repair) in enumerate(cases, start=300):
        push = _push(number, school, brin, "", _note())
        refused = Step(what=code.value, omgeving=f"parnassys-{omgeving}", push=push, expected=Minus1((code,)))
        yield refused
        if repair is not None:
            what = "the same message after the repair"
            yield replace(refused, what=what, expected=Number(), repair=repair)


_NEW_SCHOOL = "Basisschool De Nieuwe Polder (verzonnen)"


def _set_brin(connection: Connection, actor: str) -> None:
    actions.set_brin(connection, actor, OrganisatieId("vijfster"), Brin("07CX"), None)


def _remove_double(connection: Connection, actor: str) -> None:
    actions.set_brin(connection, actor, OrganisatieId("spitsbergen-oud"), None, None)


def _activate(connection: Connection, actor: str) -> None:
    actions.set_status(connection, actor, KoppelingId("k-saffier"), KoppelingStatus.ACTIEF)


def _add_koppeling(connection: Connection, actor: str) -> None:
    koppeling = Koppeling(
        koppeling_id=KoppelingId("k-flint"),
        omgeving_id=OmgevingId("parnassys-flint"),
        swv_id=SwvId("swv-rivier"),
        status=KoppelingStatus.ACTIEF,
        brins=frozenset({Brin("30AK")}),
    )
    admin.put_koppeling(connection, actor, koppeling)


def _add_brin(connection: Connection, actor: str) -> None:
    """FAQ 9: first into the list, then to be chosen for an organisatie."""
    brin = Brin("98ZZ")
    school = ListedSchool(brin=brin, vestiging=Vestiging("98ZZ00"), naam=_NEW_SCHOOL, plaats="Zwolle")
    admin.put_listed_school(connection, actor, school)
    organisatie = Organisatie(
        organisatie_id=OrganisatieId("polder"),
        swv_id=SwvId("swv-rivier"),
        naam=_NEW_SCHOOL,
        brin=brin,
        vestiging=None,
    )
    admin.put_organisatie(connection, actor, organisatie)


def _not_decided() -> Iterator[Step]:
    push = _push(400, *_SCHOOLS[0][1:], _note())
    yield replace(_gong("a wrong secret", push, NoAnswer()), wrong_secret=True)
    yield _gong("no valid message", replace(push, hulpvraagdatum="gisteren"), NoAnswer())


def _gong(what: str, push: Push, expected: Expected) -> Step:
    return Step(what=what, omgeving="parnassys-gong", push=push, expected=expected)


def _note() -> File:
    return File(naam="notitie.txt", mediatype=_TXT, content=files.text("Notitie bij de hulpvraag."))


def _push(number: int, school: str, brin: str, plaats: str, *attached: File) -> Push:
    """A push of an invented pupil; `number` makes it another one."""
    return Push(
        brin=brin.lower() if number == 10 else brin,
        school=school,
        plaats=plaats,
        leerling_id=f"L-{number}",
        achternaam=f"Voorbeeld{number}",
        hulpvraag_id=f"H-{number}",
        files=attached,
    )

"""FAQ 6: -1 says what is wrong; whoever can mend it does, and the same message gets a number.

What the helpdesk sees of it is told in tests/browser/test_phone_calls.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import pytest

from adapters.parnassys.standin import files
from adapters.parnassys.standin.client import redenen
from adapters.parnassys.standin.messages import File, Push
from browser.desk import REPORT, TOO_LARGE, school
from dossier.reden import RedenCode
from faq.wereld import Wereld

_REIJDEN = ("08CG", "School vd Reijden", "reijden")
_FIVE_MB = replace(REPORT, content=files.pdf("Vijf", 5 * 1024 * 1024))


@dataclass(frozen=True, kw_only=True)
class Verhaal:
    """`fout` is what the school sends wrong; `herstel` the command that a helpdesk gives."""

    school: tuple[str, str, str] = _REIJDEN  # BRIN, name, organisatie
    omgeving: str = "parnassys-plassen"
    fout: Mapping[str, Any] | None = None
    herstel: tuple[str, ...] = ()


def _with(*attached: File) -> Verhaal:
    return Verhaal(fout={"files": attached})


VERHALEN: Mapping[RedenCode, Verhaal] = {
    RedenCode.BIJLAGE_TE_GROOT: _with(TOO_LARGE),
    RedenCode.BIJLAGE_NAAM_TE_LANG: _with(replace(REPORT, naam="a" * 97 + ".pdf")),
    RedenCode.BIJLAGE_ZONDER_BESTAND: _with(replace(REPORT, content=None)),
    RedenCode.BIJLAGE_NAAM_ONGELDIG: _with(replace(REPORT, naam="../verslag.pdf")),
    RedenCode.BIJLAGE_TYPE_NIET_TOEGESTAAN: _with(replace(REPORT, content=files.program())),
    RedenCode.TE_VEEL_BIJLAGEN: _with(*[replace(REPORT, naam=f"{n}.pdf") for n in range(21)]),
    RedenCode.BIJLAGEN_SAMEN_TE_GROOT: _with(*[replace(_FIVE_MB, naam=f"{n}.pdf") for n in range(11)]),
    RedenCode.BRIN_ONGELDIG: Verhaal(fout={"brin": "REIJDEN"}),
    RedenCode.LEERLING_ONVOLLEDIG: Verhaal(fout={"achternaam": None}),
    RedenCode.KOPPELING_ONJUIST: Verhaal(fout={"brin": "15YR"}),
    RedenCode.BRIN_NIET_INGESTELD: Verhaal(
        school=("05OK", "Het Mosterdzaadje", "mosterdzaadje"),
        herstel=("organisatie", "set-brin", "mosterdzaadje", "05OK"),
    ),
    RedenCode.BRIN_DUBBEL_INGESTELD: Verhaal(
        school=("17MD", "OBS Spitsbergen", "spitsbergen"),
        omgeving="parnassys-spitsbergen",
        herstel=("organisatie", "set-brin", "spitsbergen-oud", "-"),
    ),
    RedenCode.KOPPELING_INACTIEF: Verhaal(
        school=("05NW", "Christelijke Basisschool Emst", "emst"),
        omgeving="parnassys-emst",
        herstel=("koppeling", "activate", "k-emst"),
    ),
}
# Told as stories of their own.
ELSEWHERE = {RedenCode.KOPPELING_ONTBREEKT: "vraag 8", RedenCode.BRIN_ONBEKEND: "vraag 9"}


def test_vraag_6_elke_reden_heeft_een_verhaal() -> None:
    assert {*VERHALEN, *ELSEWHERE} == set(RedenCode)


@pytest.mark.parametrize("code", list(VERHALEN))
def test_vraag_6_min_1_zegt_wat_er_is_en_na_herstel_krijgt_hetzelfde_bericht_een_nummer(
    wereld: Wereld, code: RedenCode
) -> None:
    verhaal = VERHALEN[code]
    brin, naam, organisatie = verhaal.school
    good = school(brin, naam, 1060 + list(RedenCode).index(code), REPORT, plaats="Epe")
    answer = _pushed(wereld, verhaal.omgeving, replace(good, **(verhaal.fout or {})))
    assert answer.dossiernummer == -1
    [told] = redenen(answer)
    assert told.code == code
    assert told.melding

    if verhaal.herstel:
        assert wereld.gateway.cli(*verhaal.herstel).returncode == 0
    number = wereld.ontvangen(good, verhaal.omgeving)
    assert wereld.organisatie_of(number) == organisatie


def _pushed(wereld: Wereld, omgeving: str, push: Push) -> Any:
    """By MTOM: large files take half the bytes."""
    with closing(wereld.gateway.parnassys(omgeving, mtom=True)) as sender:
        return sender.indienen(push)

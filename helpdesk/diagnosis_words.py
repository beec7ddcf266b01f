"""A diagnosis in words: what is going on, who does what, and a text for the school.

In the words and steps of the FAQ. A text for a school names the school, never a leerling and no SWV
but the reader's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dossier.brin import Brin
from dossier.reden import Wie

HELPDESK = "de helpdesk van Kindkans"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Which school, and who asks."""

    brin: Brin
    school: str  # its name; "" if nobody knows it
    afzender: str  # who signs
    one_swv: bool  # sees only the own SWV: an applicatiebeheerder
    may_koppelingen: bool  # changes koppelingen and the BRIN list: the helpdesk

    @property
    def naam(self) -> str:
        return (
            f"{self.school} (brincode {self.brin})" if self.school else f"de school met brincode {self.brin}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stap:
    wie: Wie
    tekst: str
    pad: str = ""  # where it is done here; "" if nowhere, or not by this person
    doel: str = ""  # what stands there


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    code: str  # of the finding, for anchors and tests
    soort: str  # of the badge: fout, let-op, bezig, goed
    titel: str
    uitleg: str
    stappen: tuple[Stap, ...]
    mail: str


OPNIEUW = "Verstuur de hulpvraag daarna opnieuw vanuit ParnasSys."
CONTACT = (
    f"Neem contact op met {HELPDESK} via het formulier. Vermeld daarbij de naam van de school, de brincode "
    "en het nummer en/of de naam van uw samenwerkingsverband."
)


def mail(about: About, wat: str, doen: Sequence[str]) -> str:
    """Ready to be copied. `wat`: what happened; `doen`: what the school does, each a step."""
    steps = "\n".join(f"- {step}" for step in doen)
    return (
        "Beste collega,\n\n"
        f"U nam contact op over een hulpvraag van {about.naam}, ingediend via ParnasSys.\n\n"
        f"{wat}\n\n"
        f"Wat kunt u doen?\n{steps}\n\n"
        "Stuur in uw antwoord geen gegevens van een leerling mee; de brincode en de datum zijn genoeg.\n\n"
        f"Met vriendelijke groet,\n{about.afzender}"
    )


def helpdesk_step(about: About, tekst: str, pad: str, doel: str) -> Stap:
    """What the helpdesk does itself; an applicatiebeheerder asks the helpdesk (FAQ 6)."""
    if about.may_koppelingen:
        return Stap(wie=Wie.HELPDESK, tekst=tekst, pad=pad, doel=doel)
    return Stap(wie=Wie.APPLICATIEBEHEERDER, tekst=CONTACT)

"""What people type into the forms of Beheer, read and told in Dutch what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import web.invoer
from database.organisaties import Swv
from dossier.brin import Brin, Vestiging
from dossier.errors import ConfigurationError
from helpdesk.roles import Person
from web.invoer import Options


class Invoer(web.invoer.Invoer):
    """A form of Beheer's."""

    __slots__ = ()

    def kenmerk(self, name: str, check: Callable[[str], str]) -> str:
        """An id; `check` is one of administration's."""
        try:
            return check(self.waarden[name])
        except ConfigurationError:
            self.fouten[name] = "Gebruik 1 tot 64 letters, cijfers, streepjes en liggende streepjes."
            return ""

    def swv(self, swvs: Iterable[Swv], person: Person, name: str = "swv") -> str:
        """Who is of one SWV has no choice."""
        if person.swv_id is not None:
            return person.swv_id
        chosen = self.waarden[name]
        if chosen not in {swv.swv_id for swv in swvs}:
            self.fouten[name] = "Kies een samenwerkingsverband."
        return chosen

    def plek(self, name: str = "brin") -> tuple[Brin | None, Vestiging | None]:
        """A BRIN (32DD), one vestiging of it (32DD01), or nothing yet."""
        text = "".join(self.waarden[name].split())
        if not text:
            return None, None
        brin = Brin.parse(text[:4])
        vestiging = Vestiging.parse(text, brin) if brin is not None and len(text) == 6 else None
        if brin is None or (len(text) != 4 and vestiging is None):
            self.fouten[name] = (
                "Een brincode is twee cijfers en twee letters, zoals 32DD; met de vestiging erbij 32DD01."
            )
            return None, None
        return brin, vestiging

    def brins(self, name: str = "brins") -> frozenset[Brin]:
        """Several, parted by blanks, commas or semicolons."""
        texts = self.waarden[name].replace(",", " ").replace(";", " ").split()
        parsed = [Brin.parse(text) for text in texts]
        found = frozenset(brin for brin in parsed if brin is not None)
        if not texts or None in parsed:
            self.fouten[name] = (
                "Vul een of meer brincodes in: twee cijfers en twee letters, zoals 32DD, "
                "met een spatie ertussen."
            )
        return found


def swv_options(swvs: Iterable[Swv], none: str = "Kies…") -> Options:
    """`none` stands first, for no SWV."""
    return (("", none), *((swv.swv_id, f"{swv.naam} ({swv.swv_id})") for swv in swvs))

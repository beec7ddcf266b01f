"""What people type into the forms of Beheer, read and told in Dutch what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from database.organisaties import Swv
from dossier.brin import Brin, Vestiging
from dossier.errors import ConfigurationError
from helpdesk.roles import Person
from helpdesk.web.errors import BadInput
from helpdesk.web.visit import Visit

Options = tuple[tuple[str, str], ...]
_LONGEST_NAAM = 200


@dataclass(slots=True, kw_only=True)
class Invoer:
    """The fields of one form, and per field what is wrong with it."""

    waarden: dict[str, str]
    fouten: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, visit: Visit, names: Iterable[str], at_first: Mapping[str, str] | None = None) -> Invoer:
        """What was typed, by GET or POST; `at_first` stands in for a form that was not sent yet."""
        names = tuple(names)
        read: Callable[[str], str] = visit.field if visit.request.method == "POST" else visit.query
        if visit.request.method == "GET" and not set(names) & set(visit.request.query_params):
            return cls(waarden={name: (at_first or {}).get(name, "") for name in names})
        return cls(waarden={name: read(name) for name in names})

    def must_be_right(self) -> None:
        """For a form that was checked before it came here. Raises BadInput that says what is wrong."""
        if self.fouten:
            raise BadInput(" ".join(self.fouten.values()))

    def naam(self, name: str = "naam", wat: str = "de naam") -> str:
        text = " ".join(self.waarden[name].split())
        if not text:
            self.fouten[name] = f"Vul {wat} in."
        elif len(text) > _LONGEST_NAAM or not text.isprintable():
            self.fouten[name] = f"Gebruik ten hoogste {_LONGEST_NAAM} gewone tekens."
        return text

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

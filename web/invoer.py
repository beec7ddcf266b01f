"""What people type into a form, and per field what is wrong with it, told in Dutch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from web.errors import BadInput
from web.visit import Visit

Options = tuple[tuple[str, str], ...]
_LONGEST_NAAM = 200


@dataclass(slots=True, kw_only=True)
class Invoer:
    """The fields of one form, and per field what is wrong with it."""

    waarden: dict[str, str]
    fouten: dict[str, str] = field(default_factory=dict)

    @classmethod
    def first(cls, names: Iterable[str], at_first: Mapping[str, str] | None = None) -> Self:
        """Of a form that was not sent yet."""
        return cls(waarden={name: (at_first or {}).get(name, "") for name in names})

    @classmethod
    def of(
        cls, visit: Visit[Any, Any], names: Iterable[str], at_first: Mapping[str, str] | None = None
    ) -> Self:
        """What was typed, by GET or POST; `at_first` stands in for a form that was not sent yet."""
        names = tuple(names)
        read: Callable[[str], str] = visit.field if visit.request.method == "POST" else visit.query
        if visit.request.method == "GET" and not set(names) & set(visit.request.query_params):
            return cls.first(names, at_first)
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

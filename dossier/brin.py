"""BRIN: two digits and two letters; a vestiging is a BRIN and two characters more (domain.md)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BRIN = re.compile(r"[0-9]{2}[A-Z]{2}", re.ASCII)
_VESTIGING = re.compile(r"[0-9]{2}[A-Z]{2}[0-9A-Z]{2}", re.ASCII)
_BLANKS = " \t\r\n\u00a0"


@dataclass(frozen=True, slots=True, order=True)
class Brin:
    """A well-formed BRIN, in capitals."""

    code: str

    def __post_init__(self) -> None:
        if not _BRIN.fullmatch(self.code):
            raise ValueError("a BRIN is two digits and two capital letters")

    def __str__(self) -> str:
        return self.code

    @classmethod
    def parse(cls, text: str) -> Brin | None:
        """The BRIN in `text`, or None. Case and surrounding blanks are forgiven."""
        code = _capitals(text)
        return cls(code) if _BRIN.fullmatch(code) else None


@dataclass(frozen=True, slots=True, order=True)
class Vestiging:
    """A well-formed vestigingscode, in capitals, such as 32DD00."""

    code: str

    def __post_init__(self) -> None:
        if not _VESTIGING.fullmatch(self.code):
            raise ValueError("a vestigingscode is a BRIN and two characters")

    def __str__(self) -> str:
        return self.code

    @property
    def brin(self) -> Brin:
        return Brin(self.code[:4])

    @classmethod
    def parse(cls, text: str, brin: Brin) -> Vestiging | None:
        """The vestiging of `brin` in `text`, or None. The two characters alone will do: 01 or 32DD01."""
        code = _capitals(text)
        if len(code) == 2:
            code = brin.code + code
        if not _VESTIGING.fullmatch(code) or not code.startswith(brin.code):
            return None
        return cls(code)


def _capitals(text: str) -> str:
    # Only ASCII letters: upper() would turn 'ß' into 'SS' and dotless i into I.
    stripped = text.strip(_BLANKS)
    return stripped.upper() if stripped.isascii() else stripped

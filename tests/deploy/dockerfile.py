"""A Dockerfile as its instructions: enough of the format for the one we have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    name: str
    rest: str

    @property
    def words(self) -> Sequence[str]:
        return self.rest.split()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    image: str
    alias: str
    instructions: Sequence[Instruction]

    def all(self, name: str) -> Sequence[Instruction]:
        return [one for one in self.instructions if one.name == name]

    def one(self, name: str) -> str:
        [found] = self.all(name)
        return found.rest


def read_stages(path: Path) -> Sequence[Stage]:
    stages: list[tuple[Instruction, list[Instruction]]] = []
    for line in _joined(path.read_text()):
        name, _, rest = line.partition(" ")
        instruction = Instruction(name=name.upper(), rest=rest.strip())
        if instruction.name == "FROM":
            stages.append((instruction, []))
        else:
            stages[-1][1].append(instruction)
    return [
        Stage(
            image=head.words[0],
            alias=head.words[2] if len(head.words) == 3 else "",
            instructions=instructions,
        )
        for head, instructions in stages
    ]


def _joined(text: str) -> Sequence[str]:
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    whole = "\n".join(lines).replace("\\\n", " ")
    return [" ".join(line.split()) for line in whole.splitlines() if line.strip()]

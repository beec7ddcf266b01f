"""What was normal for a koppeling that fell silent, in Dutch."""

from __future__ import annotations

from routing.rhythm import Silence


def in_words(silence: Silence) -> str:
    """As in `stuurde gemiddeld elke 4 schooldagen iets, en hooguit 9 schooldagen achter elkaar niets`."""
    every = round(silence.usual)
    often = f"gemiddeld elke {every} schooldagen" if every > 1 else "bijna elke schooldag"
    if silence.longest == 0:
        return f"stuurde {often} iets, en sloeg geen schooldag over"
    if silence.longest == 1:
        return f"stuurde {often} iets, en sloeg hooguit 1 schooldag over"
    return f"stuurde {often} iets, en hooguit {silence.longest} schooldagen achter elkaar niets"

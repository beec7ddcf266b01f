"""What of a log line may be written. Pure.

A value is taken apart and built anew from plain types, so that what is judged is what is written: a subclass
with ways of its own cannot show one face to the judge and another to the writer.
"""

from __future__ import annotations

import math
import re
import traceback
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from gateway.log_words import EVENTS, FIELDS

_TEXT = re.compile(r"[A-Za-z0-9 _.,:;/@+=()\[\]#%-]{0,300}", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
_OWN_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
# What others choose has a shape of its own: a child's name looks like any other word.
_SHAPES = {"bericht_id": _UUID, "referentie": _OWN_ID, "kopie": _OWN_ID}
_MOST_ITEMS = 100
_DEPTH = 3
_LARGEST = 2**63
_FRAMES = 6


class _Unsafe(Exception):
    """Not to be written."""


def clean(event: Mapping[Any, Any]) -> tuple[dict[str, Any], int]:
    """What may be written, and how many fields may not."""
    kept: dict[str, Any] = {}
    dropped = 0
    for name, value in event.items():
        try:
            kept[_name(name)] = _value(value, _SHAPES.get(name, _TEXT), _DEPTH)
        except Exception:  # also of a value that breaks when it is looked at
            dropped += 1
    return kept, dropped


def is_event(name: object) -> bool:
    return isinstance(name, str) and name in EVENTS


def where(error: BaseException) -> list[str]:
    """The last frames of an exception as file:line, and no word of its text."""
    frames = traceback.extract_tb(error.__traceback__, limit=-_FRAMES)
    return [f"{PurePath(frame.filename).name.strip('<>')}:{frame.lineno}" for frame in frames]


def _name(name: object) -> str:
    if type(name) is not str or name not in FIELDS:
        raise _Unsafe
    return name


def _value(value: Any, shape: re.Pattern[str], depth: int) -> Any:
    if value is None or type(value) is bool:
        return value
    if type(value) is int and abs(value) < _LARGEST:
        return value
    if type(value) is float and math.isfinite(value):
        return value
    if isinstance(value, str):
        plain = str.__str__(value)  # of an enum its value, whatever it says of itself
        if shape.fullmatch(plain):
            return plain
    elif depth and isinstance(value, list | tuple) and len(value) <= _MOST_ITEMS:
        return [_value(item, shape, depth - 1) for item in value]
    elif depth and isinstance(value, dict) and len(value) <= _MOST_ITEMS:
        return {_text(key): _value(item, shape, depth - 1) for key, item in value.items()}
    raise _Unsafe


def _text(value: Any) -> str:
    if type(value) is not str or not _TEXT.fullmatch(value):
        raise _Unsafe
    return value

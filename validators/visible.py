"""What of a text a reader sees. A name of nothing but invisible characters is no name."""

from __future__ import annotations

import unicodedata

# Cc and Cf: control and format characters, such as the zero-width space and joiner.
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf"})
# Of other categories, and drawn as nothing: the grapheme joiner, the fillers of Hangul, blank braille.
_DRAWN_AS_NOTHING = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0")


def visible(text: str) -> str:
    """`text` without what nobody sees, and without the blanks around it; "" if nothing is left."""
    return "".join(
        c for c in text if unicodedata.category(c) not in _INVISIBLE_CATEGORIES and c not in _DRAWN_AS_NOTHING
    ).strip()

"""Whether a text is an argon2id hash (RFC 9106) in PHC format, such as `access` can verify.

$argon2id$v=19$m=7168,t=5,p=1$<salt, base64 without padding>$<hash, likewise>
"""

from __future__ import annotations

import base64
import binascii
import re

_PHC = re.compile(
    r"\$argon2id\$v=19\$m=([1-9][0-9]{0,9}),t=([1-9][0-9]{0,5}),p=([1-9][0-9]{0,3})"
    r"\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)",
    re.ASCII,
)
# Above these, verifying one secret would be an attack on ourselves.
_MOST_MEMORY_KIB, _MOST_PASSES, _MOST_LANES = 256 * 1024, 64, 16
_SALT_BYTES, _HASH_BYTES = range(8, 65), range(16, 65)


def is_argon2id(text: str) -> bool:
    found = _PHC.fullmatch(text)
    if found is None:
        return False
    memory_kib, passes, lanes = (int(found[n]) for n in (1, 2, 3))
    return (
        8 * lanes <= memory_kib <= _MOST_MEMORY_KIB
        and passes <= _MOST_PASSES
        and lanes <= _MOST_LANES
        and _decoded_bytes(found[4]) in _SALT_BYTES
        and _decoded_bytes(found[5]) in _HASH_BYTES
    )


def _decoded_bytes(unpadded: str) -> int:
    """-1 if it is no base64."""
    try:
        return len(base64.b64decode(unpadded + "=" * (-len(unpadded) % 4), validate=True))
    except binascii.Error:
        return -1

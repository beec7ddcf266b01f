"""What a password may be, and one to begin with.

NIST SP 800-63B: long, and none that everybody tries; no rules about signs.
"""

from __future__ import annotations

import secrets
import unicodedata
from enum import StrEnum

SHORTEST, LONGEST = 12, 256  # characters
_FEWEST_DIFFERENT = 5
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that look alike

# The commonest of twelve or more, Dutch and English, and what comes to mind at this application.
_COMMON = frozenset(
    """
    000000000000 111111111111 121212121212 123123123123 1234567890123 123456123456 123456789012
    12345678901234567890 1234567890ab 123456789abc 1q2w3e4r5t6y 1q2w3e4r5t6y7u 1qaz2wsx3edc 1qaz2wsx3edc4rfv
    abcdefghijkl abc123abc123 abcd1234abcd admin1234567 administrator administrator1 beheerder123
    beheerder1234 changeme1234 dragon123456 geheim123456 geheim1234567 helpdesk1234 helpdesk12345
    iloveyou1234 ikhouvanjou123 kindkans1234 kindkans12345 kindkans2025! kindkans2026! kindkanskindkans
    letmein12345 letmein123456 liverpool123 manchester123 monkey123456 nederland123 nederland1234
    parnassys123 parnassys1234 parnassys2025 parnassys2026 password1234 password12345 password123456
    passwordpassword p@ssw0rd1234 p@ssword1234 qazwsxedcrfv qwerty123456 qwerty1234567 qwertyqwerty
    qwertyuiop12 qwertyuiop123 qwertyuiop[] qwertyuiopas samenwerking samenwerking1 samenwerkingsverband
    superman1234 testtesttest voetbal12345 wachtwoord12 wachtwoord123 wachtwoord1234 wachtwoord12345
    wachtwoord123! wachtwoordwachtwoord welcome12345 welcome123456 welkom123456 welkom1234567 welkomwelkom
    welkom2025!! welkom2026!! winter2025!! winter2026!! zomer2025!!! zomer2026!!! zonnebloem12
    """.split()  # noqa: SIM905  eighty quoted words are no better to read
)


class Weak(StrEnum):
    TE_KORT = "te_kort"
    TE_LANG = "te_lang"
    GEBRUIKERSNAAM = "gebruikersnaam"
    TE_BEKEND = "te_bekend"


def new_password() -> str:
    """To be read aloud or typed over, until its owner chooses one: four groups of five, 99 random bits."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(5)) for _ in range(4))


def weakness(password: str, gebruikersnaam: str) -> Weak | None:
    """Why it may not be one; None if it may."""
    plain = unicodedata.normalize("NFKC", password)
    folded = plain.casefold().strip()
    if len(plain) > LONGEST:
        return Weak.TE_LANG
    if len(plain) < SHORTEST or len(plain.strip()) < SHORTEST:
        return Weak.TE_KORT
    if folded in (gebruikersnaam, gebruikersnaam[::-1]):
        return Weak.GEBRUIKERSNAAM
    if folded in _COMMON or len(set(folded)) < _FEWEST_DIFFERENT:
        return Weak.TE_BEKEND
    return None

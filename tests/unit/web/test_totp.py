"""The second factor: the vectors of RFC 6238, the window, and an enrolment that an app can read."""

from __future__ import annotations

from base64 import b32decode
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from dossier.errors import PoisonEvent
from storage.keyring import Keyring
from storage.seal import Seal
from web import totp

RFC_KEY = b"12345678901234567890"
# RFC 6238 appendix B, SHA1; its eight digits end in our six.
VECTORS = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}


@pytest.mark.parametrize(("second", "digits"), VECTORS.items())
def test_the_codes_are_those_of_the_rfc(second: int, digits: str) -> None:
    step = second // 30
    assert totp.code_at(RFC_KEY, step) == digits[2:]
    assert totp.matching_step(RFC_KEY, digits[2:], second * 1000) == step


@pytest.mark.parametrize(("offset", "found"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_counts_one_step_each_way_and_no_further(offset: int, found: bool) -> None:
    now = 1234567890
    step = now // 30 + offset
    code = totp.code_at(RFC_KEY, step)
    assert totp.matching_step(RFC_KEY, code, now * 1000) == (step if found else None)


def test_the_window_moves_at_the_end_of_a_step() -> None:
    first = totp.code_at(RFC_KEY, 100)
    assert totp.matching_step(RFC_KEY, first, 102 * 30_000 - 1) == 100
    assert totp.matching_step(RFC_KEY, first, 102 * 30_000) is None


@pytest.mark.parametrize("code", ["", "28708", "2870820", "28708a", "٢٨٧٠٨٢", "-28708", "287 08", "287082\0"])
def test_what_is_no_code_matches_nothing(code: str) -> None:
    assert totp.matching_step(RFC_KEY, code, 59_000) is None


@pytest.mark.parametrize("code", ["287 082", " 287082\n"])
def test_blanks_in_a_code_do_not_count(code: str) -> None:
    assert totp.matching_step(RFC_KEY, code, 59_000) == 1


def test_the_url_of_an_enrolment_holds_what_an_app_needs() -> None:
    key = totp.new_key()
    enrolment = totp.enrolment_of(key, "anna@school.example", "Kindkans gateway")

    parts = urlsplit(enrolment.url)
    fields = {name: value for name, [value] in parse_qs(parts.query).items()}

    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == "/Kindkans gateway:anna@school.example"
    assert b32decode(fields["secret"]) == key
    assert fields["secret"] == enrolment.secret
    assert (fields["digits"], fields["period"], fields["algorithm"]) == ("6", "30", "SHA1")
    assert fields["issuer"] == "Kindkans gateway"
    assert "+" not in parts.query  # Google Authenticator shows it as it is
    assert enrolment.secret not in repr(enrolment)


def test_the_qr_code_of_a_page_needs_no_style_and_no_script() -> None:
    svg = totp.qr_svg(totp.enrolment_of(totp.new_key(), "anna", "Kindkans"))
    assert svg.startswith("<svg ")
    assert "style" not in svg
    assert "script" not in svg


def test_a_sealed_key_opens_for_its_own_account_only() -> None:
    seal = Seal(Keyring(active="k", keys={"k": b"k" * 32}, search=b"s" * 32))
    key = totp.new_key()
    sealed = totp.seal_key(seal, key, "a" * 32)
    assert totp.open_key(seal, sealed, "a" * 32) == key
    with pytest.raises(PoisonEvent):
        totp.open_key(seal, sealed, "b" * 32)

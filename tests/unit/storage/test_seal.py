"""The seal: opens only what it sealed, only in its own context; names are found by a keyed hash."""

from __future__ import annotations

import dataclasses
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.delivery import Sealed
from dossier.errors import PoisonCode, PoisonEvent, Unavailable
from storage.keyring import Keyring
from storage.seal import Seal, UnknownKey

PLAIN = b"Zonnebloem, Quirijn"


def assert_broken(seal: Seal, sealed: Sealed, context: str = "event-1") -> None:
    with pytest.raises(PoisonEvent) as caught:
        seal.open(sealed, context)
    assert caught.value.code is PoisonCode.ZEGEL_ONGELDIG


@given(plain=st.binary(max_size=300), context=st.text(st.characters(codec="utf-8"), max_size=40))
def test_what_was_sealed_can_be_opened_in_its_context(seal: Seal, plain: bytes, context: str) -> None:
    assert seal.open(seal.seal(plain, context), context) == plain


def test_the_plain_words_stand_nowhere_in_what_is_sealed(seal: Seal) -> None:
    sealed = seal.seal(PLAIN, "event-1")

    assert b"Zonnebloem" not in sealed.ciphertext + sealed.nonce
    assert len(sealed.ciphertext) == len(PLAIN) + 16


def test_the_same_words_are_never_sealed_alike(seal: Seal) -> None:
    sealed = [seal.seal(PLAIN, "event-1") for _ in range(50)]

    assert len({s.nonce for s in sealed}) == len({s.ciphertext for s in sealed}) == 50


@pytest.mark.parametrize("context", ["", "event-2", "event-1 ", "EVENT-1"])
def test_in_another_context_it_is_broken(seal: Seal, context: str) -> None:
    assert_broken(seal, seal.seal(PLAIN, "event-1"), context)


@pytest.mark.parametrize("field", ["nonce", "ciphertext"])
def test_a_change_of_any_byte_breaks_it(seal: Seal, field: str) -> None:
    sealed = seal.seal(PLAIN, "event-1")
    original = getattr(sealed, field)
    for index in range(len(original)):
        changed = bytearray(original)
        changed[index] ^= 1 << index % 8
        assert_broken(seal, dataclasses.replace(sealed, **{field: bytes(changed)}))


@pytest.mark.parametrize("field", ["nonce", "ciphertext"])
@pytest.mark.parametrize("change", [lambda b: b"", lambda b: b[:-1], lambda b: b + b"\0", lambda b: b * 20])
def test_a_change_of_length_breaks_it(seal: Seal, field: str, change: object) -> None:
    sealed = seal.seal(PLAIN, "event-1")

    assert_broken(seal, dataclasses.replace(sealed, **{field: change(getattr(sealed, field))}))  # type: ignore[operator]


def test_a_key_that_we_lack_is_no_poison_but_somebody_must_add_it(seal: Seal) -> None:
    sealed = dataclasses.replace(seal.seal(PLAIN, "event-1"), key_id="elders")

    with pytest.raises(UnknownKey):
        seal.open(sealed, "event-1")
    with pytest.raises(UnknownKey):
        seal.bijlage_key("elders", "x/1")
    assert issubclass(UnknownKey, Unavailable)


def test_the_key_of_another_under_our_key_id_opens_nothing(seal: Seal) -> None:
    stranger = Keyring(
        active=seal.active_key_id, keys={seal.active_key_id: secrets.token_bytes(32)}, search=bytes(32)
    )

    assert_broken(Seal(stranger), seal.seal(PLAIN, "event-1"))


def test_a_new_active_key_leaves_the_old_readable(keyring: Keyring, seal: Seal) -> None:
    sealed = seal.seal(PLAIN, "event-1")
    newer = Keyring(active="k2", keys={**keyring.keys, "k2": secrets.token_bytes(32)}, search=keyring.search)
    renewed = Seal(newer)

    assert renewed.open(sealed, "event-1") == PLAIN
    assert renewed.seal(PLAIN, "event-1").key_id == "k2"
    assert renewed.naam_hash("Jansen") == seal.naam_hash("Jansen")


def test_every_use_has_a_key_of_its_own(keyring: Keyring, seal: Seal) -> None:
    keys = [seal.bijlage_key(keyring.active, object_id) for object_id in ("a/1", "a/2", "b/1")]

    assert len({*keys, keyring.keys[keyring.active], keyring.search}) == 5
    assert seal.bijlage_key(keyring.active, "a/1") == keys[0]


@pytest.mark.parametrize(
    "written",
    [
        "Jansen",
        "jansen",
        "JANSEN",
        " Jansen ",
        "Ja\u0301nsen",
        "Jánsen",
        "Ｊansen",
        "Jansen\n",
        "Jan\u00adsen",
        "Jan\u200bsen",
    ],
)
def test_a_surname_is_found_however_it_is_written(seal: Seal, written: str) -> None:
    assert seal.naam_hash(written) == seal.naam_hash("Jansen")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("de  Vries", "de Vries", True),
        ("Straße", "STRASSE", True),
        ("de Vries", "deVries", False),
        ("Jansen", "Janssen", False),
        ("Jansen", "", False),
    ],
)
def test_surnames_that_differ_have_other_hashes(seal: Seal, one: str, other: str, same: bool) -> None:
    assert (seal.naam_hash(one) == seal.naam_hash(other)) is same


def test_a_keyed_hash_is_worth_nothing_without_the_key(seal: Seal) -> None:
    stranger = Seal(Keyring.generate())

    assert seal.keyed_hash(PLAIN) == seal.keyed_hash(PLAIN) != stranger.keyed_hash(PLAIN)
    assert seal.naam_hash("Jansen") != stranger.naam_hash("Jansen")
    assert len(bytes.fromhex(seal.keyed_hash(PLAIN))) == 32

"""The format of a stored bijlage: whatever was written comes back, and nothing else is believed."""

from __future__ import annotations

import functools
import itertools
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.sealed_stream import (
    FRAME_BYTES,
    TAG_BYTES,
    BrokenSeal,
    StreamOpener,
    StreamSealer,
    header,
    header_key_id,
)

KEY = bytes(range(32))
SEALED_FRAME = FRAME_BYTES + TAG_BYTES
NOISE = os.urandom(4 * FRAME_BYTES)
SIZES = st.one_of(
    st.integers(0, 40),
    *(
        st.integers(max(0, n * FRAME_BYTES - 3), n * FRAME_BYTES + 3)
        for n in (1, 2, 3)
    ),
)  # fmt: skip


def pieces(content: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(min(cut, len(content)) for cut in cuts), len(content)]
    return [content[a:b] for a, b in itertools.pairwise(edges)]


def seal(content: bytes, cuts: list[int] | None = None) -> bytes:
    sealer = StreamSealer(KEY)
    return b"".join([*(sealer.update(p) for p in pieces(content, cuts or [])), sealer.finish()])


def open_(sealed: bytes, cuts: list[int] | None = None, key: bytes = KEY) -> bytes:
    opener = StreamOpener(key)
    return b"".join([*(opener.update(p) for p in pieces(sealed, cuts or [])), opener.finish()])


@functools.cache
def three_frames() -> bytes:
    return seal(NOISE[: 2 * FRAME_BYTES + 10])


@settings(max_examples=60)
@given(
    size=SIZES,
    cuts=st.lists(st.integers(0, 4 * FRAME_BYTES), max_size=5),
    other_cuts=st.lists(st.integers(0, 4 * SEALED_FRAME), max_size=5),
)
def test_content_of_any_size_comes_back_however_it_is_cut(
    size: int, cuts: list[int], other_cuts: list[int]
) -> None:
    content = NOISE[:size]
    sealed = seal(content, cuts)

    assert sealed == seal(content)
    assert len(sealed) == size + TAG_BYTES * max(1, -(-size // FRAME_BYTES))
    assert open_(sealed, other_cuts) == content


def test_content_comes_back_byte_by_byte() -> None:
    content = NOISE[: FRAME_BYTES + 1]
    sealed = seal(content, list(range(0, len(content), 997)))

    assert open_(sealed, list(range(len(sealed)))) == content


@pytest.mark.parametrize("size", [0, 1, FRAME_BYTES - 1, FRAME_BYTES])
def test_one_frame_stays_behind_until_the_end_is_known(size: int) -> None:
    assert StreamSealer(KEY).update(NOISE[:size]) == b""
    assert len(StreamSealer(KEY).update(NOISE[: FRAME_BYTES + 1])) == SEALED_FRAME


@pytest.mark.parametrize(
    "length",
    [
        0,
        1,
        TAG_BYTES - 1,
        SEALED_FRAME - 1,
        SEALED_FRAME,
        SEALED_FRAME + 1,
        2 * SEALED_FRAME - 1,
        2 * SEALED_FRAME,
        2 * SEALED_FRAME + TAG_BYTES,
        2 * SEALED_FRAME + 10 + TAG_BYTES - 1,
    ],
)
def test_what_is_cut_off_at_or_near_a_frame_border_is_broken(length: int) -> None:
    assert len(three_frames()) == 2 * SEALED_FRAME + 10 + TAG_BYTES
    with pytest.raises(BrokenSeal):
        open_(three_frames()[:length])


@pytest.mark.parametrize("size", [FRAME_BYTES, 2 * FRAME_BYTES])
def test_whole_frames_that_are_cut_off_are_broken_too(size: int) -> None:
    sealed = seal(NOISE[: size + 1])

    with pytest.raises(BrokenSeal):
        open_(sealed[: size // FRAME_BYTES * SEALED_FRAME])


FIRST, SECOND, LAST = (
    slice(0, SEALED_FRAME),
    slice(SEALED_FRAME, 2 * SEALED_FRAME),
    slice(2 * SEALED_FRAME, None),
)
MOVED = {
    "two frames swapped": (SECOND, FIRST, LAST),
    "a frame twice": (FIRST, FIRST, SECOND, LAST),
    "a frame taken out": (FIRST, LAST),
    "the last frame first": (LAST, FIRST, SECOND),
    "the last frame twice": (FIRST, SECOND, LAST, LAST),
    "a frame behind the last": (FIRST, SECOND, LAST, FIRST),
    "the last frame alone": (LAST,),
}


@pytest.mark.parametrize("parts", MOVED.values(), ids=MOVED.keys())
def test_frames_that_were_moved_are_broken(parts: tuple[slice, ...]) -> None:
    with pytest.raises(BrokenSeal):
        open_(b"".join(three_frames()[part] for part in parts))


@pytest.mark.parametrize("more", [b"\0", b"\0" * TAG_BYTES, NOISE[:SEALED_FRAME]])
def test_bytes_that_were_appended_are_broken(more: bytes) -> None:
    with pytest.raises(BrokenSeal):
        open_(three_frames() + more)


@pytest.mark.parametrize("frame", [0, 1])
def test_the_frame_of_another_object_is_broken(frame: int) -> None:
    other = StreamSealer(bytes(32))
    strange = other.update(NOISE[: 2 * FRAME_BYTES + 10]) + other.finish()
    part = (FIRST, SECOND)[frame]
    mixed = bytearray(three_frames())
    mixed[part] = strange[part]

    with pytest.raises(BrokenSeal):
        open_(bytes(mixed))
    with pytest.raises(BrokenSeal):
        open_(three_frames(), key=bytes(32))


def test_a_change_of_any_byte_breaks_it() -> None:
    sealed = seal(b"Zonnebloem")
    for index in range(len(sealed)):
        changed = bytearray(sealed)
        changed[index] ^= 0x80
        with pytest.raises(BrokenSeal):
            open_(bytes(changed))


@given(size=st.integers(0, 3 * SEALED_FRAME), noise=st.binary(max_size=64))
def test_noise_is_broken_and_nothing_else(size: int, noise: bytes) -> None:
    with pytest.raises(BrokenSeal):
        open_((noise + NOISE)[:size])


@pytest.mark.parametrize("key_id", ["k", "k1", "a" * 64])
def test_the_header_tells_the_key_and_where_the_frames_begin(key_id: str) -> None:
    assert header_key_id(header(key_id) + b"frames") == (key_id, len(header(key_id)))


@pytest.mark.parametrize("start", [b"", b"KKB1", b"KKB2\x01k", b"KKB1\x05k1", b"\x00" * 300, b"%PDF-1.7 ..."])
def test_what_has_no_header_of_ours_is_broken(start: bytes) -> None:
    with pytest.raises(BrokenSeal):
        header_key_id(start)

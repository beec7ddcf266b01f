"""content_bytes: two pushes are the same when, and only when, everything in them that counts is."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from dossier.dossier import Bijlage, Dossier
from dossier.identifiers import BerichtId

MakeDossier = Callable[..., Dossier]
MakeBijlage = Callable[..., Bijlage]

NOT_CONTENT = {
    "bericht_id": BerichtId("11111111-1111-4111-8111-111111111111"),
    "tijdstip": datetime(2001, 1, 1, tzinfo=UTC),
}


@pytest.fixture
def whole(make_dossier: MakeDossier, make_bijlage: MakeBijlage) -> Dossier:
    return make_dossier(bijlagen=(make_bijlage(1), make_bijlage(2, "foto.png")))


def other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) else f"{value}!"


def variants(part: Any) -> Iterator[tuple[str, Any]]:
    """`part` with one field changed, for each field, at any depth."""
    for field in dataclasses.fields(part):
        value = getattr(part, field.name)
        if dataclasses.is_dataclass(value):
            for name, changed in variants(value):
                yield f"{field.name}.{name}", dataclasses.replace(part, **{field.name: changed})
        elif isinstance(value, tuple):
            for name, changed in variants(value[0]):
                yield f"{field.name}.{name}", dataclasses.replace(part, **{field.name: (changed, *value[1:])})
        elif field.name not in NOT_CONTENT:
            yield field.name, dataclasses.replace(part, **{field.name: other(value)})


def test_the_berichtid_and_the_moment_are_no_content(whole: Dossier) -> None:
    assert dataclasses.replace(whole, **NOT_CONTENT).content_bytes() == whole.content_bytes()


def test_where_storage_put_a_bijlage_and_what_it_was_sniffed_as_are_no_content(whole: Dossier) -> None:
    same = {name for name, changed in variants(whole) if changed.content_bytes() == whole.content_bytes()}

    assert same == {"bijlagen.object_id", "bijlagen.content_type"}


def test_every_other_field_is_content(whole: Dossier) -> None:
    forms = [changed.content_bytes() for _, changed in variants(whole)]

    assert len({*forms, whole.content_bytes()}) == len(forms) - 2 + 1  # the two of the test above


def test_a_bijlage_less_or_in_another_order_is_other_content(whole: Dossier) -> None:
    first, second = whole.bijlagen
    less = dataclasses.replace(whole, bijlagen=(first,))
    turned = dataclasses.replace(whole, bijlagen=(second, first))

    assert len({d.content_bytes() for d in (whole, less, turned)}) == 3


def test_the_form_is_canonical_json_without_a_space(whole: Dossier) -> None:
    content = whole.content_bytes()
    read = json.loads(content)

    again = json.dumps(read, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert again.encode() == content
    assert set(read) == {"school", "leerling", "hulpvraag", "bijlagen"}


def test_an_accent_is_other_content_than_its_bare_letter(make_dossier: MakeDossier) -> None:
    forms = {make_dossier(achternaam=n).content_bytes() for n in ("Jose", "José", "Jose\u0301")}

    assert len(forms) == 3  # as the sender wrote it: NFC and NFD are told apart

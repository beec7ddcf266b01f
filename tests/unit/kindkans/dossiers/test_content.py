"""What is behind the seal is read whole, or not at all; and the same child is found again."""

from __future__ import annotations

import json

import pytest

from kindkans.dossiers.content import UnreadableContent, leerling_hash, parse_content, read_content
from kindkans.dossiers.hulpvraag import current_versie


def test_all_that_was_pushed_is_read_again(hulpvragen, make_dossier, make_bijlage, store, seal):
    dossier = make_dossier(bijlagen=(make_bijlage(1), make_bijlage(2, "foto.png")))
    hulpvragen.put(7, dossier)
    inhoud = read_content(seal, store.do(current_versie, 7))
    assert (inhoud.school, inhoud.leerling, inhoud.hulpvraag) == (
        dossier.school,
        dossier.leerling,
        dossier.hulpvraag,
    )
    assert inhoud.bijlagen == dossier.bijlagen
    assert inhoud.bijlage(2).naam == "foto.png"
    assert inhoud.bijlage(3) is None
    assert inhoud.naam == "Quirijn van der Zonnebloem"


def test_a_field_that_we_do_not_know_is_let_be(make_dossier):
    content = json.loads(make_dossier().content_bytes())
    content["leerling"]["bsn"] = 1
    content["nieuw"] = []
    assert parse_content(json.dumps(content).encode()).leerling == make_dossier().leerling


@pytest.mark.parametrize(
    "spoil",
    [
        lambda c: c.pop("leerling"),
        lambda c: c["leerling"].update(achternaam=5),
        lambda c: c["leerling"].update(achternaam="\ud800"),
        lambda c: c["hulpvraag"].pop("titel"),
        lambda c: c["hulpvraag"].update(indiener="Jansen"),
        lambda c: c.update(bijlagen=[{"positie": "1"}]),
        lambda c: c.update(school=None),
    ],
)
def test_what_is_no_content_is_unreadable_and_says_nothing_of_it(make_dossier, spoil):
    content = json.loads(make_dossier().content_bytes())
    spoil(content)
    with pytest.raises(UnreadableContent) as caught:
        parse_content(json.dumps(content).encode())
    assert str(caught.value) == "ONLEESBAAR"
    assert caught.value.__context__ is None


@pytest.mark.parametrize("plain", [b"", b"Jan Jansen", b"[]", b"\xff", b"[" * 100_000])
def test_nor_is_what_is_no_json(plain):
    with pytest.raises(UnreadableContent):
        parse_content(plain)


def test_the_same_child_has_the_same_hash_however_the_name_is_written(make_dossier, seal):
    written = (
        {},
        {"voornamen": " QUIRIJN", "achternaam": "Zonnebloém"},
        {"tussenvoegsel": "", "achternaam": "van  der Zonnebloem"},
        {"leerling_id": "l-2", "groep": "7"},
    )
    assert len({leerling_hash(seal, make_dossier(**one).leerling) for one in written}) == 1


@pytest.mark.parametrize(
    "other", [{"voornamen": "Quirine"}, {"geboortedatum": "2015-03-10"}, {"achternaam": "Zonnebloemen"}]
)
def test_another_child_has_another(make_dossier, seal, other):
    mine = leerling_hash(seal, make_dossier().leerling)
    assert mine not in (None, leerling_hash(seal, make_dossier(**other).leerling))


@pytest.mark.parametrize("missing", ["voornamen", "geboortedatum", "achternaam"])
def test_of_whom_too_little_is_known_nobody_is_the_same(make_dossier, seal, missing):
    assert leerling_hash(seal, make_dossier(**{missing: " "}).leerling) is None

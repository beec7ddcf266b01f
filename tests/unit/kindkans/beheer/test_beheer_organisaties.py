"""Beheer > Organisaties: of the SWV only, with what is at each; where brincodes are set (FAQ 2 and 9)."""

from __future__ import annotations

import pytest

from kindkans.rights.organisaties import find_organisatie
from unit.kindkans.beheer.conftest import Browser, Desk, Visitor, fout_at, plain

LIST = "/beheer/organisaties"


@pytest.fixture
def baas(desk: Desk, visitor: Visitor) -> Browser:
    return visitor(desk.make("baas", "applicatiebeheerder"))


async def test_the_list_counts_dossiers_and_accounts_and_names_no_other_swvs(
    desk: Desk, visitor: Visitor, baas: Browser
) -> None:
    desk.make("anna", organisatie="o1")
    desk.make("carla", swv="s2", organisatie="o3")
    told = plain(await baas.page(LIST))
    assert "School o1 o1 1 1" in told
    assert "School o2 o2 1 0" in told
    assert "o3" not in told
    assert "helpdesk van de gateway: Beheer > Organisaties" in told
    root = visitor(desk.make("root", "root", None))
    assert "School o3 o3 s2 1 1" in plain(await root.page(LIST))
    assert "1 organisatie" in plain(await root.page(f"{LIST}?zoek=o2"))
    assert "Geen organisatie gevonden" in await root.page(f"{LIST}?zoek=niets")


async def test_another_swvs_organisatie_is_not_there(desk: Desk, baas: Browser) -> None:
    assert (await baas.get(f"{LIST}/o3")).status_code == 404
    assert (await baas.post(f"{LIST}/o3", naam="Anders")).status_code == 404
    found = desk.do(find_organisatie, "o3")
    assert found is not None
    assert found.naam == "School o3"


async def test_one_is_added_in_the_own_swv_whatever_is_typed_and_renamed(desk: Desk, baas: Browser) -> None:
    fields = {"naam": "De Es", "kenmerk": "es", "swv": "s2"}
    assert (await baas.post(f"{LIST}/nieuw", **fields)).status_code == 303
    found = desk.do(find_organisatie, "es")
    assert found is not None
    assert found.swv_id == "s1"
    assert (await baas.submit(f"{LIST}/es", f"{LIST}/es", naam="De Nieuwe Es")).status_code == 303
    told = plain(await baas.page(f"{LIST}/es"))
    assert "De Nieuwe Es" in told
    assert "Organisatie toegevoegd swv=s1" in told
    assert "Vul een naam in" in fout_at((await baas.post(f"{LIST}/es", naam="")).text, "naam")


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("naam", {"naam": ""}, "Vul een naam in"),
        ("kenmerk", {"kenmerk": "a b"}, "letters, cijfers"),
        ("kenmerk", {"kenmerk": "o3"}, "al een organisatie met deze code"),
        ("swv", {"swv": ""}, "Vul de code van het samenwerkingsverband in"),
    ],
)
async def test_what_is_wrong_is_told_beside_its_field(
    desk: Desk, visitor: Visitor, field: str, typed: dict[str, str], told: str
) -> None:
    root = visitor(desk.make("root", "root", None))
    assert "Organisatie toevoegen" in await root.page(f"{LIST}/nieuw")
    answer = await root.post(f"{LIST}/nieuw", **{"naam": "X", "kenmerk": "x", "swv": "s1", **typed})
    assert (answer.status_code, told in fout_at(answer.text, field)) == (422, True)
    assert desk.do(find_organisatie, "x") is None

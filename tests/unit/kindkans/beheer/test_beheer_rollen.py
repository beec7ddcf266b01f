"""Rollen en rechten: read by who has accounts to change, changed by Super only (FAQ 10)."""

from __future__ import annotations

import pytest

from kindkans.rights.rollen import get_rol, list_rollen
from kindkans.rights.words import Bereik, Mag, Rol, RolType, Systeemrecht, Tab
from unit.kindkans.beheer.conftest import (
    ROLLEN,
    Browser,
    Desk,
    Visitor,
    fout_at,
    hidden_of,
    plain,
)

LOKET = f"{ROLLEN}/loket"


@pytest.fixture
def root(desk: Desk, visitor: Visitor) -> Browser:
    return visitor(desk.make("root", "root", None))


def stored(desk: Desk, rol_id: str) -> Rol:
    found = desk.do(get_rol, rol_id)
    assert found is not None
    return found


def form_of(rol: Rol) -> dict[str, str]:
    """As a browser sends the form of a role as it is: an unchecked box is not sent."""
    tabs = {f"r.{bereik}.{tab}": rol.rechten.get((bereik, tab), "") for bereik in Bereik for tab in Tab}
    return {"naam": rol.naam, "type": rol.type, **tabs, **{f"s.{one}": "ja" for one in rol.systeem}}


async def test_an_applicatiebeheerder_reads_the_column_type_and_changes_nothing(
    desk: Desk, visitor: Visitor
) -> None:
    browser = visitor(desk.make("baas", "applicatiebeheerder"))
    page = await browser.page(ROLLEN)
    told = plain(page)
    assert "Applicatiebeheerder Beheer" in told
    assert "Root Super" in told
    assert "Loket van het samenwerkingsverband Rest" in told
    assert "Dossiers van de eigen organisatie: wijzigen: Bijlagen, Overlegronde, Notities" in told
    assert f'href="{LOKET}"' not in page
    before = desk.do(list_rollen)
    loket = form_of(stored(desk, "loket"))
    answers = [await browser.get(path) for path in (f"{ROLLEN}/nieuw", LOKET)]
    answers += [
        await browser.post(path, **loket)
        for one in (f"{ROLLEN}/nieuw", LOKET)
        for path in (one, f"{one}/controleren")
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert desk.do(list_rollen) == before


async def test_a_role_of_another_type_with_the_right_changes_nothing_either(
    desk: Desk, visitor: Visitor, root: Browser
) -> None:
    fields = form_of(stored(desk, "loket")) | {"s.rollen": "ja"}
    asked = await root.post(f"{LOKET}/controleren", **fields)
    assert (await root.post(LOKET, **hidden_of(asked.text, LOKET))).status_code == 303
    browser = visitor(desk.make("lot", "loket"))
    fields = form_of(stored(desk, "loket")) | {"naam": "Alles"}
    asked = await browser.post(f"{LOKET}/controleren", **fields)
    assert (await browser.post(LOKET, **hidden_of(asked.text, LOKET))).status_code == 403
    assert stored(desk, "loket").naam != "Alles"


async def test_super_is_shown_what_changes_and_for_how_many_and_it_counts_at_once(
    desk: Desk, visitor: Visitor, root: Browser
) -> None:
    lot = desk.make("lot", "loket")
    theirs = visitor(lot)
    fields = form_of(stored(desk, "loket"))
    assert await root.page(LOKET)
    fields |= {"r.swv.tlv": "zien", "s.audit": "ja"}
    asked = await root.post(f"{LOKET}/controleren", **fields)
    told = plain(asked.text)
    assert "1 account heeft deze rol." in told
    assert "Dossiers van het eigen samenwerkingsverband: TLV wijzigen zien" in told
    assert "Audit nee ja" in told
    assert "Hulpvraag wijzigen" not in told
    assert (await theirs.get("/audit")).status_code == 403
    hidden = hidden_of(asked.text, LOKET)
    first, again = [await root.post(LOKET, **hidden) for _ in range(2)]
    assert (first.status_code, again.status_code) == (303, 409)
    rol = stored(desk, "loket")
    assert rol.rechten[Bereik.SWV, Tab.TLV] is Mag.ZIEN
    assert Systeemrecht.AUDIT in rol.systeem
    assert (await theirs.get("/audit")).status_code == 200
    detail = "-swv.tlv=wijzigen +audit +swv.tlv=zien"
    assert desk.audited("rol_changed") == [("lokaal:root", "loket", detail)]
    same = await root.post(f"{LOKET}/controleren", **form_of(rol))
    assert same.headers["location"].endswith("gedaan=niets")


async def test_a_role_is_added_and_can_be_given(desk: Desk, root: Browser) -> None:
    assert "Rol toevoegen" in await root.page(f"{ROLLEN}/nieuw")
    fields = {"naam": "Logopedist", "type": "Rest", "r.extern.hulpvraag": "zien", "s.kengetallen": "ja"}
    asked = await root.post(f"{ROLLEN}/nieuw/controleren", **fields)
    told = plain(asked.text)
    assert "Naam (nog niets) Logopedist" in told
    assert "niets" not in told.replace("(nog niets)", "").replace("niets wijzigen", "")
    hidden = hidden_of(asked.text, f"{ROLLEN}/nieuw")
    first, again = [await root.post(f"{ROLLEN}/nieuw", **hidden) for _ in range(2)]
    assert (first.status_code, again.status_code) == (303, 409)
    [made] = [rol for rol in desk.do(list_rollen) if rol.naam == "Logopedist"]
    assert made.type is RolType.REST
    assert dict(made.rechten) == {(Bereik.EXTERN, Tab.HULPVRAAG): Mag.ZIEN}
    assert "Logopedist (type Rest)" in await root.page("/beheer/accounts/nieuw")


@pytest.mark.parametrize(
    ("changed", "field", "told"),
    [
        ({"naam": " "}, "naam", "Vul een naam in"),
        ({"naam": "Root"}, "naam", "al een rol met deze naam"),
        ({"type": "Alles"}, "type", "Kies een type"),
        ({"type": "Super"}, "type", "Er zijn accounts met deze rol"),
    ],
)
async def test_what_is_wrong_is_told_beside_its_field(
    desk: Desk, root: Browser, changed: dict[str, str], field: str, told: str
) -> None:
    desk.make("lot", "loket")
    before = desk.do(list_rollen)
    answer = await root.post(f"{LOKET}/controleren", **(form_of(stored(desk, "loket")) | changed))
    if answer.status_code == 200:  # what only the database knows, it says when it is done
        answer = await root.post(LOKET, **hidden_of(answer.text, LOKET))
    assert (answer.status_code, told in fout_at(answer.text, field)) == (422, True), plain(answer.text)
    assert desk.do(list_rollen) == before


async def test_the_last_root_keeps_the_rights_to_repair(desk: Desk, root: Browser) -> None:
    fields = form_of(stored(desk, "root"))
    del fields["s.rollen"]
    asked = await root.post(f"{ROLLEN}/root/controleren", **fields)
    answer = await root.post(f"{ROLLEN}/root", **hidden_of(asked.text, f"{ROLLEN}/root"))
    assert answer.status_code == 422
    assert "Dit is het laatste actieve account" in plain(answer.text)
    assert Systeemrecht.ROLLEN in stored(desk, "root").systeem

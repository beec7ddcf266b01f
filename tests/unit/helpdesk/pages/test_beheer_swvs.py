"""Beheer > Samenwerkingsverbanden, and the first page of Beheer."""

from __future__ import annotations

from components.intake_world import World
from database.organisaties import Swv
from dossier.identifiers import SwvId
from helpdesk import administration as admin
from helpdesk.roles import Role
from unit.helpdesk.pages.conftest import Visitor, fields_of

SWVS = "/beheer/swvs"


async def test_beheer_leads_to_what_the_role_may_do(visitor: Visitor) -> None:
    wide = await visitor(Role.BEHEERDER).page("/beheer")
    for path in ("organisaties", "koppelingen", "brin", "swvs", "accounts", "herstellijst"):
        assert f'href="/beheer/{path}"' in wide
    own = await visitor(Role.APPLICATIEBEHEERDER, "swv-a").page("/beheer")
    assert 'href="/beheer/accounts"' in own
    for path in ("koppelingen", "brin"):
        assert f'href="/beheer/{path}"' not in own


async def test_a_swv_is_added_once_and_renamed(world: World, visitor: Visitor) -> None:
    browser = visitor(Role.BEHEERDER)
    fields = fields_of(await browser.page(f"{SWVS}/nieuw/controleren?kenmerk=PO2301&naam=Het+Dal"))
    answers = [(await browser.post(f"{SWVS}/nieuw", **fields)).status_code for _ in range(2)]
    assert answers == [303, 409]
    await browser.submit(f"{SWVS}/PO2301/controleren?naam=Het+Diepe+Dal", f"{SWVS}/PO2301")

    assert "Het Diepe Dal" in await browser.page(SWVS)
    told = await browser.page(f"{SWVS}/PO2301")
    assert told.count("lokaal:pietje beheerder") == 2
    assert world.count("audit", "action = 'swv_saved' AND subject = 'PO2301'") == 2


async def test_what_is_wrong_is_told_beside_the_field(visitor: Visitor) -> None:
    browser = visitor(Role.BEHEERDER)
    for typed, told in (
        ("kenmerk=swv-a&naam=x", "Er is al een samenwerkingsverband swv-a: De Heuvels"),
        ("kenmerk=a/b&naam=x", "letters, cijfers"),
        ("kenmerk=nieuw-1&naam=", "Vul de naam in"),
    ):
        response = await browser.get(f"{SWVS}/nieuw/controleren?{typed}")
        assert (response.status_code, told in response.text) == (422, True), typed


async def test_an_applicatiebeheerder_sees_its_own_only(world: World, visitor: Visitor) -> None:
    world.change(admin.put_swv, Swv(swv_id=SwvId("swv-b"), naam="Het Dal"))
    text = await visitor(Role.APPLICATIEBEHEERDER, "swv-a").page(SWVS)
    assert "De Heuvels" in text
    assert "Het Dal" not in text
    assert "Het Dal" in await visitor(Role.HELPDESK).page(SWVS)

"""Tab Bijlagen: a download that a browser can only keep as a file, and the removal of one."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from starlette.types import Message

from kindkans.dossiers.bijlagen import list_bijlagen
from kindkans.pages.download import Whole, disposition
from storage.objects import ObjectDamaged
from unit.kindkans.pages.conftest import Visitor
from unit.kindkans.pages.shop import Shop, links, plain

CONTENT = bytes(range(256)) * 2000  # more than one frame of the seal


async def test_a_bijlage_is_downloaded_as_it_was_sent(shop: Shop, visitor: Visitor, folder: Path) -> None:
    number = shop.put(1, files=[("verslag één.pdf", CONTENT), ("b.txt", b"tweede")])
    ib = shop.lid("ib", "intern_begeleider", organisatie="es")
    page = await visitor(ib).page("/dossiers/1/bijlagen")
    assert "verslag één.pdf" in page
    assert "500,0 KB" in page
    assert "/dossiers/1/bijlagen/1" in links(page)
    answer = await visitor(ib).get("/dossiers/1/bijlagen/1")
    assert answer.content == CONTENT
    assert CONTENT[:64] not in b"".join(path.read_bytes() for path in shop.stored(folder))
    headers = answer.headers
    assert headers["content-length"] == str(len(CONTENT))
    assert headers["content-type"] == "application/octet-stream"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "sandbox" in headers["content-security-policy"].split("; ")
    assert headers["content-disposition"] == (
        "attachment; filename=\"verslag een.pdf\"; filename*=UTF-8''verslag%20%C3%A9%C3%A9n.pdf"
    )
    assert shop.audited("bijlage_downloaded") == [(ib.actor, str(number), "versie=1 positie=1 grond=eigen")]


@pytest.mark.parametrize("pieces", [[b"a", b"b", b"c"], [b"a"], []])
async def test_an_answer_is_over_with_its_last_byte_for_then_the_next_question_may_come(
    pieces: list[bytes],
) -> None:
    async def content() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    await Whole(content()).stream_response(send)

    told = [(message["body"], message["more_body"]) for message in sent[1:]]
    assert told == [(piece, True) for piece in pieces[:-1]] + [(pieces[-1] if pieces else b"", False)]


@pytest.mark.parametrize(
    "naam",
    [
        'a"; filename="b.exe',
        "a\r\nSet-Cookie: x=1",
        "../../etc/passwd",
        "..\\..\\x",
        "\u202efdp.exe",
        "",
        "...",
        "x" * 500,
        "名前.pdf",
        "a%22;b'c*d",
    ],
)
def test_a_name_can_not_leave_its_place_in_the_header(naam: str) -> None:
    made = re.fullmatch(
        r"attachment; filename=\"([A-Za-z0-9._() -]+)\"; filename\*=UTF-8''([A-Za-z0-9._~%-]+)",
        disposition(naam),
    )
    assert made is not None
    name = unquote(made[2])
    assert name.isprintable()
    assert not set("/\\") & set(name)
    assert 0 < len(name) <= 150
    assert not name.startswith(".")


async def test_what_is_not_there_is_a_page_that_says_so(shop: Shop, visitor: Visitor, folder: Path) -> None:
    shop.put(1, files=[("a.pdf", b"a"), ("b.pdf", b"b")])
    shop.put(2)
    loket = visitor(shop.lid("loket", "loket"))
    for path in ("1/bijlagen/3", "1/bijlagen/0", "1/bijlagen/x", "2/bijlagen/1", "1/bijlagen/9999999999"):
        assert (await loket.get(f"/dossiers/{path}")).status_code == 404
    first, second = shop.stored(folder)
    first.unlink()
    second.write_bytes(b"something else")
    for positie in (1, 2):
        gone = await loket.get(f"/dossiers/1/bijlagen/{positie}")
        assert gone.status_code == 404
        assert "De inhoud van deze bijlage is er niet meer" in plain(gone.text)


async def test_who_may_not_see_the_tab_gets_no_byte(shop: Shop, visitor: Visitor) -> None:
    shop.put(1, files=[("a.pdf", b"a")])
    elders = visitor(shop.lid("ib", "intern_begeleider", organisatie=None))
    assert (await elders.get("/dossiers/1/bijlagen/1")).status_code == 404
    assert shop.audited("bijlage_downloaded") == []


async def test_a_bijlage_is_removed_after_a_confirmation_and_its_bytes_go(
    shop: Shop, visitor: Visitor, folder: Path
) -> None:
    number = shop.put(1, files=[("a.pdf", b"a"), ("b.pdf", b"b")])
    ib = shop.lid("ib", "intern_begeleider", organisatie="es")
    browser = visitor(ib)
    path = "/dossiers/1/bijlagen/1/verwijderen"
    assert path in links(await browser.page("/dossiers/1/bijlagen"))
    gone = await browser.submit(path, path)
    assert gone.headers["location"] == "/dossiers/1/bijlagen?gedaan=verwijderd"
    assert [b.positie for b in shop.read(list_bijlagen, number)] == [2]
    assert len(shop.stored(folder)) == 1
    assert shop.audited("bijlage_removed") == [(ib.actor, "1", "versie=1 positie=1")]
    assert (await browser.get("/dossiers/1/bijlagen/1")).status_code == 404


async def test_a_removal_posted_twice_or_of_a_newer_version_does_nothing_more(
    shop: Shop, visitor: Visitor
) -> None:
    number = shop.put(1, files=[("a.pdf", b"a")])
    loket = visitor(shop.lid("loket", "loket"))
    path = "/dossiers/1/bijlagen/1/verwijderen"
    page = await loket.page(path)
    slot = re.search(r'name="slot" value="([^"]+)"', page)
    assert slot is not None
    shop.put(1, versie=2, files=[("nieuw.pdf", b"nieuw")])
    assert (await loket.post(path, slot=slot[1])).status_code == 409
    assert len(shop.read(list_bijlagen, number)) == 1
    assert (await loket.submit(path, path)).status_code == 303
    assert (await loket.post(path, slot=slot[1])).status_code == 404
    assert len(shop.audited("bijlage_removed")) == 1


async def test_who_only_reads_is_not_offered_to_remove_and_can_not(shop: Shop, visitor: Visitor) -> None:
    shop.put(1, files=[("a.pdf", b"a")])
    leider = visitor(shop.lid("leider", "schoolleider", organisatie="es"))
    path = "/dossiers/1/bijlagen/1/verwijderen"
    assert path not in links(await leider.page("/dossiers/1/bijlagen"))
    assert (await leider.get(path)).status_code == 403
    assert (await leider.post(path)).status_code == 403


async def test_a_download_that_turns_out_damaged_breaks_off_and_never_looks_whole(
    shop: Shop, visitor: Visitor, folder: Path
) -> None:
    shop.put(1, files=[("a.pdf", CONTENT)])
    (stored,) = shop.stored(folder)
    sealed = bytearray(stored.read_bytes())
    sealed[-1] ^= 1
    stored.write_bytes(sealed)
    with pytest.raises(ObjectDamaged):
        await visitor(shop.lid("loket", "loket")).get("/dossiers/1/bijlagen/1")

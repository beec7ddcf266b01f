"""What the API says of dossiers: the list, the tabs, the versions, deleting (FAQ 1), notities (FAQ 4)."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import update

from components.kindkans_api import ACHTERNAAM, BESTAND, StoreWorld
from kindkans.schema import versie


def _fields(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    return {one["veld"]: one["melding"] for one in answer.json()["velden"]}


async def test_the_list_is_what_the_account_may_see_the_newest_first(either: StoreWorld) -> None:
    for number in range(1, 6):
        either.put(number, files=0, soort="adviesvraag" if number < 5 else "korteInterventie")
    either.put(6, "o2")
    either.put(7, "o3", "s2")
    async with either.client(either.key("ib", "intern_begeleider", swv="s1", organisatie="o1")) as client:
        first = (await client.get("/api/dossiers", params={"aantal": 2})).json()
        second = (await client.get("/api/dossiers", params={"aantal": 2, "cursor": first["volgende"]})).json()
        filtered = (await client.get("/api/dossiers", params={"soort": "korteInterventie"})).json()
        elsewhere = (await client.get("/api/dossiers", params={"organisatie_id": "o3"})).json()
    assert [one["dossiernummer"] for one in first["dossiers"]] == [5, 4]
    assert [one["dossiernummer"] for one in second["dossiers"]] == [3, 2]
    assert (first["vorige"], second["vorige"] is not None) == (None, True)
    assert [one["dossiernummer"] for one in filtered["dossiers"]] == [5]
    assert elsewhere["dossiers"] == []
    row = first["dossiers"][0]
    assert (row["organisatie"], row["titel"]) == ("School o1", "Rekenen")
    assert row["leerling"] == {"naam": f"Quirijn van der {ACHTERNAAM}", "geboortedatum": "2015-03-09"}


async def test_a_name_is_searched_in_a_body_and_finds_only_whom_the_account_may_know(
    world: StoreWorld,
) -> None:
    world.put(1)
    world.put(2, "o3", "s2")
    world.put(3, achternaam="Anders")
    async with world.client(world.key("loket", "loket", swv="s1")) as client:
        by_name = await client.post("/api/dossiers/zoeken", json={"tekst": f"van der {ACHTERNAAM.lower()}"})
        by_number = await client.post("/api/dossiers/zoeken", json={"tekst": "3"})
        blank = await client.post("/api/dossiers/zoeken", json={"tekst": " "})
    assert [one["dossiernummer"] for one in by_name.json()["dossiers"]] == [1]
    assert [one["dossiernummer"] for one in by_number.json()["dossiers"]] == [3]
    assert _fields(blank) == {"tekst": "Dit is leeg of te kort."}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("cursor=x1", "cursor"),
        ("cursor=a9999999999999999999", "cursor"),
        ("aantal=0", "aantal"),
        ("aantal=101", "aantal"),
        ("achternaam=Jansen", "query"),
    ],
)
async def test_a_slip_in_a_query_is_no_other_question(world: StoreWorld, query: str, field: str) -> None:
    async with world.client(world.key("loket", "loket", swv="s1")) as client:
        answer = await client.get(f"/api/dossiers?{query}")
    assert set(_fields(answer)) == {field}
    assert "Jansen" not in answer.text
    assert "achternaam" not in answer.text


async def test_each_tab_says_what_the_school_sent_and_each_look_is_in_the_audit(either: StoreWorld) -> None:
    either.put(1)
    key = either.key("ib", "intern_begeleider", swv="s1", organisatie="o1")
    async with either.client(key) as client:
        overview = (await client.get("/api/dossiers/1")).json()
        looked = {one["tab"]: (await client.get(one["pad"])).json() for one in overview["tabs"]}
        file = await client.get("/api/dossiers/1/bijlagen/1")
    assert overview["gronden"] == ["eigen"]
    assert {one["tab"]: one["mag"] for one in overview["tabs"]}["bijlagen"] == "wijzigen"
    assert looked["persoonsgegevens"]["achternaam"] == ACHTERNAAM
    assert looked["schoolgegevens"] == {
        "organisatie_id": "o1",
        "organisatie": "School o1",
        "brin": "32DD",
        "vestiging": "",
        "naam": "De Es",
        "plaats": "Hasselt",
    }
    assert looked["hulpvraag"]["indiener"]["naam"] == "J. de Vries"
    (bijlage,) = looked["bijlagen"]
    assert (bijlage["naam"], bijlage["grootte"]) == ("verslag 1.pdf", len(BESTAND))
    assert file.content == BESTAND
    assert file.headers["Content-Disposition"] == (
        "attachment; filename=\"verslag 1.pdf\"; filename*=UTF-8''verslag%201.pdf"
    )
    assert file.headers["Content-Type"] == "application/octet-stream"
    seen = [row[3] for row in either.audit() if row[:3] == ("lokaal:ib", "dossier_seen", "1")]
    tabs = [one["tab"] for one in overview["tabs"]]
    assert seen == [f"tab={tab} grond=eigen api=1" for tab in [*tabs, "bijlagen"]]


async def test_versions_and_what_differs_of_the_tabs_that_may_be_seen(world: StoreWorld) -> None:
    world.put(1)
    world.put(1, versie=2, titel="Lezen", voornamen="Karel")
    async with world.client(world.key("loket", "loket", swv="s1")) as client:
        answer = (await client.get("/api/dossiers/1/versies")).json()
        invited = world.key("gast", "behandelaar", swv="s1")
        made = await client.post(
            "/api/dossiers/1/overlegronde",
            json={"onderwerp": "x", "einddatum": world.after(0), "deelnemers": ["gast"]},
        )
    assert made.status_code == 201
    assert [one["huidig"] for one in answer["versies"]] == [False, True]
    assert [(one["tab"], one["veld"], one["nieuw"]) for one in answer["versies"][1]["wijzigingen"]] == [
        ("persoonsgegevens", "voornamen", "Karel"),
        ("hulpvraag", "titel", "Lezen"),
    ]
    async with world.client(invited) as client:  # FAQ 3: only tab Hulpvraag
        answer = await client.get("/api/dossiers/1/versies")
    assert "Karel" not in answer.text
    assert [one["tab"] for one in answer.json()["versies"][1]["wijzigingen"]] == ["hulpvraag"]


async def test_faq_1_all_that_stands_in_the_way_is_named_with_what_to_delete_and_then_it_goes(
    either: StoreWorld,
) -> None:
    either.put(1)
    key = either.key("beheer", "applicatiebeheerder", swv="s1")
    async with either.client(key) as client:
        day = either.after(0)
        bodies = {
            "overlegronde": {"onderwerp": "x", "einddatum": day},
            "aanpak": {"soort": "overig", "behandelaar": "beheer", "begindatum": day, "omschrijving": "x"},
            "tlv": {
                "categorie": "laag",
                "afgiftedatum": day,
                "begindatum": day,
                "einddatum": day,
                "nummer": "1",
            },
            "notities": {"notitie": "van mij"},
        }
        for tab, body in bodies.items():
            assert (await client.post(f"/api/dossiers/1/{tab}", json=body)).status_code == 201
        refused = await client.delete("/api/dossiers/1")
        listed = (await client.get("/api/dossiers/1/beletsels")).json()
        assert refused.status_code == 409
        assert refused.json()["beletsels"] == listed
        assert [one["soort"] for one in listed] == ["bijlage", "overlegronde", "aanpak", "tlv", "notitie"]
        for one in listed:
            assert (await client.delete(one["pad"])).status_code == 204
        assert (await client.get("/api/dossiers/1/beletsels")).json() == []
        assert (await client.delete("/api/dossiers/1")).status_code == 204
        assert (await client.get("/api/dossiers/1")).status_code == 404
        assert (await client.delete("/api/dossiers/1")).status_code == 404


async def test_the_bytes_of_what_was_removed_go(world: StoreWorld) -> None:
    world.put(1)
    folder = world.objects._folder
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 1
    async with world.client(world.key("loket", "loket", swv="s1")) as client:
        assert (await client.delete("/api/dossiers/1/bijlagen/1")).status_code == 204
        assert (await client.get("/api/dossiers/1/bijlagen/1")).status_code == 404
    assert not [path for path in folder.rglob("*") if path.is_file()]


async def test_a_bijlage_that_storage_has_lost_is_said_to_be_gone(world: StoreWorld) -> None:
    world.put(1)
    for path in list(world.objects._folder.rglob("*")):
        if path.is_file():
            path.unlink()
    async with world.client(world.key("loket", "loket", swv="s1")) as client:
        answer = await client.get("/api/dossiers/1/bijlagen/1")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert "De inhoud van deze bijlage is er niet meer." in answer.json()["detail"]


async def test_faq_4_a_notitie_is_nowhere_but_with_its_author(world: StoreWorld) -> None:
    world.put(1, files=0)
    author = world.key("ib", "intern_begeleider", swv="s1", organisatie="o1")
    root = world.key("root", "root")
    async with world.client(author) as client:
        made = (await client.post("/api/dossiers/1/notities", json={"notitie": "Geheim van Ib"})).json()
        assert [one["notitie"] for one in (await client.get("/api/notities")).json()] == ["Geheim van Ib"]
    async with world.client(root) as client:
        everything = [
            await client.get(path)
            for path in (
                "/api/notities",
                "/api/dossiers/1/notities",
                "/api/dossiers",
                "/api/dossiers/1",
                "/api/dossiers/1/beletsels",
                "/api/dossiers/1/versies",
                "/api/kengetallen",
            )
        ]
        gone = await client.delete(made["pad"])
        assert (await client.delete("/api/dossiers/1")).status_code == 204  # it does not stand in the way
    assert all("Geheim" not in one.text and made["id"] not in one.text for one in everything)
    assert gone.status_code == 404
    assert not [row for row in world.audit() if made["id"] in str(row) or "notitie_" in row[1]]
    async with world.client(author) as client:  # and it stays theirs
        assert [one["notitie"] for one in (await client.get("/api/notities")).json()] == ["Geheim van Ib"]
        assert (await client.delete(made["pad"])).status_code == 204


async def test_faq_7_an_invitation_ends_at_midnight_in_amsterdam(world: StoreWorld) -> None:
    world.put(1, files=0)
    maker, guest = world.key("loket", "loket", swv="s1"), world.key("gast", "behandelaar", swv="s1")
    async with world.client(maker) as client:
        body = {"onderwerp": "x", "einddatum": world.after(0), "deelnemers": ["gast"]}
        made = (await client.post("/api/dossiers/1/overlegronde", json=body)).json()
    async with world.client(guest) as client:
        assert (await client.get("/api/dossiers/1/hulpvraag")).status_code == 200
        async with world.client(maker) as owner:
            moved = await owner.put(f"{made['pad']}/einddatum", json={"einddatum": world.after(-1)})
        assert moved.status_code == 204
        assert (await client.get("/api/dossiers/1/hulpvraag")).status_code == 404


@pytest.mark.parametrize(
    ("tab", "body", "fields"),
    [
        ("notities", {"notitie": " "}, {"notitie"}),
        ("notities", {"notitie": "a" * 20_001}, {"body.notitie"}),
        ("notities", {"notitie": "Jansen\x07"}, {"notitie"}),
        ("notities", {"notitie": 1}, {"body.notitie"}),
        ("notities", {}, {"notitie"}),
        ("notities", {"notitie": "x", "Jansen": 1}, {"body"}),
        ("notities", [], {"body"}),
        ("overlegronde", {"onderwerp": "x", "einddatum": 0}, {"einddatum"}),
        ("overlegronde", {"onderwerp": "x", "einddatum": "2026-02-30"}, {"einddatum"}),
        ("overlegronde", {"onderwerp": "x", "einddatum": "1999-01-01"}, {"einddatum"}),
        ("aanpak", {"soort": "Jansen", "behandelaar": "x", "begindatum": "2026-01-01"}, {"soort"}),
    ],
)
async def test_what_is_wrong_is_said_per_field_and_never_quoted(
    world: StoreWorld, tab: str, body: object, fields: set[str]
) -> None:
    world.put(1, files=0)
    async with world.client(world.key("loket", "loket", swv="s1")) as client:
        answer = await client.post(f"/api/dossiers/1/{tab}", json=body)
    assert {name.removeprefix("body.") for name in fields} <= set(_fields(answer))
    assert "Jansen" not in answer.text


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"", b"[" * 100_000])
async def test_what_is_no_json_is_refused(world: StoreWorld, content: bytes) -> None:
    world.put(1, files=0)
    async with world.client(world.key("loket", "loket", swv="s1")) as client:
        answer = await client.post(
            "/api/dossiers/1/notities", content=content, headers={"Content-Type": "application/json"}
        )
    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_an_unreadable_version_is_our_fault_and_tells_nothing(world: StoreWorld) -> None:
    world.put(1, files=0)
    world.do(lambda connection: connection.execute(update(versie).values(ciphertext=b"kapot")))
    async with world.client(world.key("loket", "loket", swv="s1")) as client:
        answer = await client.get("/api/dossiers/1/hulpvraag")
    assert answer.status_code == 500
    assert set(answer.json()) == {"type", "title", "status", "detail", "referentie"}
    ((path, _),) = world.failures.found
    assert path == "/api/dossiers/{dossiernummer}/hulpvraag"
    world.failures.found.clear()


async def test_faq_2_why_an_account_does_not_see_a_dossier_until_it_does(world: StoreWorld) -> None:
    world.put(1, "o2", files=0)
    school = world.key("ib", "intern_begeleider", swv="s1", organisatie="o1")
    beheer = world.key("beheer", "applicatiebeheerder", swv="s1")
    ask = "/api/dossiers/1/zichtbaarheid?account=ib"
    async with world.client(school) as client:
        assert (await client.get("/api/dossiers/1")).status_code == 404
    async with world.client(beheer) as client:
        before = (await client.get(ask)).json()
        wrong = await client.get("/api/dossiers/1/zichtbaarheid?account=Jan%20Jansen")
        nobody = (await client.get("/api/dossiers/1/zichtbaarheid?account=niemand")).json()
    assert (before["ziet"], before["redenen"]) == (
        False,
        ["Het account is van School o1; het dossier is van School o2."],
    )
    assert any("Wijzig dan de organisatie van het account" in step for step in before["advies"])
    assert _fields(wrong) == {"account": "Dit is niet goed ingevuld."}
    assert nobody["kern"] == "Dit account is er niet, of het is geblokkeerd."

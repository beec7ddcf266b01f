"""What lies on disk: of an accepted dossier nothing in the clear, of a rejection nothing but its record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from database.secret_hashes import verify_secret
from dossier.dossier import Dossier, Hulpvraag, Indiener, Leerling
from dossier.identifiers import HulpvraagId, InzendingId, OmgevingId, new_inzending_id
from dossier.reden import RedenCode
from dossier.verdict import Refused
from helpdesk import administration as admin

MakeDossier = Callable[..., Dossier]

# Words that occur nowhere else; each stands in one field.
CANARIES = {
    "leerling_id": "KanarieLeerling",
    "voornamen": "KanarieVoornaam",
    "tussenvoegsel": "KanarieVan",
    "achternaam": "KanarieAchternaam",
    "geboortedatum": "2016-02-17",
    "geslacht": "KanarieGeslacht",
    "groep": "KanarieGroep",
    "soort": "KanarieSoort",
    "titel": "KanarieTitel",
    "omschrijving": "KanarieOmschrijving",
    "hulpvraagdatum": "2026-08-13",
    "indiener": "KanarieIndiener",
    "functie": "KanarieFunctie",
    "email": "kanarie@example.invalid",
    "bijlage": "KanarieBijlagenaam",
    "bijlageomschrijving": "KanarieBijschrift",
    "inhoud": "KanarieInhoud",
}
WORDS = [value.encode() for value in CANARIES.values()]


@pytest.fixture
def sung(make_dossier: MakeDossier) -> Dossier:
    c = CANARIES
    return replace(
        make_dossier(),
        leerling=Leerling(
            **{name: c[name] for name in ("leerling_id", "voornamen", "tussenvoegsel", "achternaam")},
            **{name: c[name] for name in ("geboortedatum", "geslacht", "groep")},
        ),
        hulpvraag=Hulpvraag(
            hulpvraag_id=HulpvraagId("hv-1"),
            soort=c["soort"],
            titel=c["titel"],
            omschrijving=c["omschrijving"],
            hulpvraagdatum=c["hulpvraagdatum"],
            indiener=Indiener(naam=c["indiener"], functie=c["functie"], email=c["email"]),
            toestemming_ouders=True,
        ),
    )


async def push(world: Any, dossier: Dossier, inzending_id: InzendingId) -> Any:
    bijlage = await world._keep(inzending_id, 1, CANARIES["inhoud"].encode() * 1000)
    named = replace(bijlage, naam=CANARIES["bijlage"] + ".pdf", omschrijving=CANARIES["bijlageomschrijving"])
    whole = replace(dossier, bijlagen=(named,))
    return await world.intake.indienen(inzending_id, OmgevingId("omg-es"), whole, dossier.tijdstip)


def seen(world: Any) -> list[bytes]:
    everything = world.raw_bytes()
    assert len(everything) > 10_000
    return [word for word in WORDS if word in everything or word.hex().encode() in everything]


async def test_of_an_accepted_dossier_nothing_is_on_disk_in_the_clear(world: Any, sung: Dossier) -> None:
    inzending_id = new_inzending_id()
    await push(world, sung, inzending_id)

    assert (world.count("outbox"), world.stored()) == (1, {inzending_id})
    assert seen(world) == []


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
async def test_of_a_rejection_nothing_is_on_disk_but_its_record(world: Any, sung: Dossier) -> None:
    bad = replace(sung, school=replace(sung.school, brin="99ZZ", naam="Basisschool Bekend"))
    inzending_id = new_inzending_id()
    verdict = await push(world, bad, inzending_id)

    assert isinstance(verdict, Refused)
    assert seen(world) == []
    assert (world.stored(), world.count("outbox_payload"), world.count("dossier")) == (set(), 0, 0)
    [record] = world.rows("SELECT * FROM inzending")
    naam_hash = world.seal.naam_hash(CANARIES["achternaam"])
    kept = [value for value in record if value is not None]
    assert kept[:9] == [
        inzending_id,
        "omg-es",
        bad.bericht_id,
        "hv-1",
        "99ZZ",
        "Basisschool Bekend",
        naam_hash,
        "afgewezen",
        "swv-a",  # whose applicatiebeheerder may see it
    ]
    assert all(isinstance(value, int) for value in kept[9:])  # two moments
    assert world.rows(
        "SELECT positie, size_bytes, naam_characters, sha256, object_id FROM inzending_bijlage"
    ) == [(1, 13_000, 22, None, None)]


async def test_a_reden_about_a_file_keeps_its_position_and_never_its_name(world: Any, sung: Dossier) -> None:
    inzending_id = new_inzending_id()
    bijlage = await world._keep(inzending_id, 1, b"x")
    named = replace(bijlage, naam="Kanarie/Achternaam.pdf" + "x" * 100, content_type="application/x-dosexec")
    verdict = await world.intake.indienen(
        inzending_id, OmgevingId("omg-es"), replace(sung, bijlagen=(named,)), sung.tijdstip
    )

    assert {r.code for r in verdict.redenen} == {
        RedenCode.BIJLAGE_NAAM_TE_LANG,
        RedenCode.BIJLAGE_NAAM_ONGELDIG,
        RedenCode.BIJLAGE_TYPE_NIET_TOEGESTAAN,
    }
    assert all("Kanarie" in r.melding for r in verdict.redenen)  # the school does read which file
    assert b"Kanarie" not in world.raw_bytes()
    status = await world.intake.opvragen(OmgevingId("omg-es"), sung.bericht_id, None)
    assert [r.bijlage for r in status.redenen] == [1, 1, 1]
    assert not any("Kanarie" in r.melding for r in status.redenen)


async def test_a_conflict_and_a_double_entry_leave_nothing_either(world: Any, sung: Dossier) -> None:
    await push(world, sung, new_inzending_id())
    double = replace(sung, bericht_id=OTHER_BERICHT)
    await push(world, double, new_inzending_id())

    assert world.count("inzending") == 2
    assert len(world.stored()) == 1
    assert seen(world) == []


OTHER_BERICHT: Any = "00000000-0000-4000-8000-000000000002"


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
async def test_the_canaries_would_be_seen(world: Any, sung: Dossier) -> None:
    (world.folder / "leak").write_bytes(sung.content_bytes() + b"".join(WORDS[-3:]))

    assert seen(world) == WORDS


def test_a_secret_is_on_disk_as_a_slow_hash_only(world: Any) -> None:
    secret = world.change(admin.give_secret, "omg-es", "De Es")
    [(secret_hash,)] = world.rows("SELECT secret_hash FROM omgeving")

    assert secret.encode() not in world.raw_bytes()
    assert secret_hash.startswith("$argon2id$")
    assert verify_secret(secret, secret_hash)

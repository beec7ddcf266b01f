"""What a dossier is found by is there as soon as it is, and follows its highest version."""

from __future__ import annotations

import itertools

import pytest

from brokers.messages import Done, Incoming
from dossier.correction import Correction, Place
from dossier.dossier import Dossier
from dossier.timestamps import from_ms
from gateway.store_parts import Indexing
from kindkans.dossiers.content import leerling_hash
from kindkans.dossiers.indexing import prepare, read_unindexed, write_index
from kindkans.handler import DeliveryHandler
from kindkans.observer import SilentStore
from kindkans.statements import apply_correction


def organisaties(store) -> list[tuple[str, str, str]]:
    query = "SELECT organisatie_id, swv_id, naam FROM organisatie ORDER BY 1"
    return [tuple(row) for row in store.do(lambda c: c.exec_driver_sql(query).all())]


class Seen(SilentStore):
    def __init__(self) -> None:
        self.told: list[tuple[int, int]] = []

    def unreadable(self, dossiernummer, versie) -> None:
        self.told.append((dossiernummer, versie))


def new_handler(store, seal, source, own, seen) -> DeliveryHandler:
    async def publish(subject, message_id, body) -> None: ...

    return DeliveryHandler(store.transact, publish, "r", seal=seal, source=source, own=own, observer=seen)


async def test_a_delivery_is_found_by_all_as_soon_as_it_is_stored(
    hulpvragen, make_dossier, store, seal, source, own
):
    dossier: Dossier = make_dossier(soort="tlv")
    delivery = hulpvragen.delivery(dossier.content_bytes(), 5, 1)
    seen = Seen()
    handler = new_handler(store, seal, source, own, seen)
    assert await handler(Incoming(body=delivery.encode(), deliveries=1)) == Done()
    row = hulpvragen.row(5)
    assert (row.soort, row.naam_hash) == ("tlv", seal.naam_hash("ZONNEBLOEM"))
    assert row.leerling_hash == leerling_hash(seal, dossier.leerling)
    assert row.ontvangen_ms > 0
    assert organisaties(store) == [("org", "swv", "De Es")]
    assert seen.told == []


async def test_content_that_we_can_not_read_is_kept_and_told_once(hulpvragen, store, seal, source, own):
    delivery = hulpvragen.delivery(b"Jan Jansen", 5, 1)
    seen = Seen()
    handler = new_handler(store, seal, source, own, seen)
    for _ in range(2):
        assert await handler(Incoming(body=delivery.encode(), deliveries=1)) == Done()
    assert seen.told == [(5, 1)]
    assert hulpvragen.row(5).naam_hash is None
    assert hulpvragen.row(5).ontvangen_ms is not None
    assert organisaties(store) == [("org", "swv", "org")]


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
def test_in_whatever_order_versions_come_the_highest_is_found_and_the_first_was_the_receipt(
    hulpvragen, make_dossier, seal, order
):
    received = []
    for versie in order:
        hulpvragen.put(5, make_dossier(achternaam=f"Naam{'abc'[versie - 1]}"), versie)
        received.append(hulpvragen.row(5).ontvangen_ms)
    assert hulpvragen.row(5).naam_hash == seal.naam_hash("Naamc")
    assert len(set(received)) == 1


def test_an_organisatie_keeps_the_name_that_it_has(hulpvragen, make_dossier, store):
    hulpvragen.put(1, make_dossier(naam=""))
    assert organisaties(store) == [("org", "swv", "org")]
    hulpvragen.put(2, make_dossier(naam="De  Es"))
    hulpvragen.put(3, make_dossier(naam="Anders"), swv="other")
    assert organisaties(store) == [("org", "swv", "De Es")]


def test_an_organisatie_to_which_a_dossier_is_moved_is_known(hulpvragen, store):
    hulpvragen.put(1)
    correction = Correction(
        event_id="m" * 32,
        occurred_at=from_ms(1),
        dossiernummer=1,
        versie=2,
        van=Place(swv_id="swv", organisatie_id="org"),
        naar=Place(swv_id="swv-b", organisatie_id="b"),
    )
    store.do(apply_correction, correction)
    assert organisaties(store) == [("b", "swv-b", "b"), ("org", "swv", "De Es")]


async def test_what_was_received_before_there_was_an_index_is_indexed_once(
    hulpvragen, make_dossier, store, seal
):
    hulpvragen.put(1, make_dossier(), indexed=False)
    hulpvragen.put(1, make_dossier(achternaam="Later"), 2, indexed=False)
    hulpvragen.put(2, indexed=True)
    before = hulpvragen.row(2)
    indexing = Indexing(store.engine, store.transact, seal)
    await indexing.once()
    await indexing.once()
    row = hulpvragen.row(1)
    assert (row.soort, row.naam_hash) == ("adviesvraag", seal.naam_hash("Later"))
    received = "SELECT min(received_ms) FROM versie WHERE dossiernummer = 1"
    assert row.ontvangen_ms == store.do(lambda c: c.exec_driver_sql(received).scalar_one())
    assert hulpvragen.row(2) == before
    assert organisaties(store) == [("org", "swv", "De Es")]


async def test_what_can_not_be_read_is_passed_and_does_not_come_again(hulpvragen, store, seal):
    hulpvragen.put(1, indexed=False)
    with_other = "UPDATE versie SET ciphertext = (SELECT nonce FROM versie)"
    store.do(lambda c: c.exec_driver_sql(with_other))
    assert store.do(write_index, prepare(seal, store.do(read_unindexed, 0, 10))).unreadable == (1,)
    assert hulpvragen.row(1).soort is None
    assert store.do(read_unindexed, 0, 10) == []


def test_a_version_that_came_meanwhile_is_not_overwritten(hulpvragen, make_dossier, store, seal):
    hulpvragen.put(1, make_dossier(achternaam="Oud"), indexed=False)
    read = prepare(seal, store.do(read_unindexed, 0, 10))
    hulpvragen.put(1, make_dossier(achternaam="Nieuw"), 2)
    store.do(write_index, read)
    assert hulpvragen.row(1).naam_hash == seal.naam_hash("Nieuw")
    assert [row.dossiernummer for row in store.do(read_unindexed, 0, 10)] == [1]  # for its moment
    store.do(write_index, prepare(seal, store.do(read_unindexed, 0, 10)))
    assert hulpvragen.row(1).naam_hash == seal.naam_hash("Nieuw")
    assert hulpvragen.row(1).ontvangen_ms is not None


async def test_indexing_goes_on_in_small_pieces_to_the_end(hulpvragen, store, seal, monkeypatch):
    for number in range(1, 8):
        hulpvragen.put(number, indexed=False)
    monkeypatch.setattr("gateway.store_parts._BATCH", 3)
    await Indexing(store.engine, store.transact, seal).once()
    assert store.do(read_unindexed, 0, 10) == []

"""The whole way with bijlagen in S3: the same promises as on files."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from acceptance.process import Gateway, wait_for
from adapters.parnassys.standin.messages import File, Push, indienen
from components.s3 import BUCKET, SECRET, in_bucket, s3_client, s3_storage
from gateway.storages import open_store_objects
from storage.keyring import load
from storage.objects import ObjectDamaged
from storage.seal import Seal

CANARY = b"Quirijn Zonnebloem"
ROLES = ("broker", "kindkans", "relay", "intake")
NUMBER = re.compile(r"dossiernummer>(-?[0-9]+)<")


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    """The roles apart, not started."""
    with s3_storage() as storage:
        gateway = Gateway(tmp_path / "data", environment=storage)
        gateway.make_world()
        yield gateway
        gateway.close()


def start(gateway: Gateway) -> None:
    for role in ROLES:
        gateway.start(role, wait=role == "broker")
    for role in ROLES:
        wait_for(lambda role=role: gateway.ready(role))


def files(number: int) -> tuple[File, ...]:
    return tuple(
        File(naam=f"OPP {CANARY.decode()} {n}.txt", content=CANARY * (number * n * 100)) for n in (1, 2)
    )


def held(gateway: Gateway) -> list[str]:
    """The sha256 of every bijlage of the store, as read back from S3; it must be what its row says."""
    rows = gateway.store_rows("SELECT object_id, sha256 FROM bijlage")

    async def read() -> list[str]:
        objects = open_store_objects(gateway.settings, Seal(load(gateway.settings.keyring_path)))
        return [
            hashlib.sha256(b"".join([piece async for piece in objects.read(object_id)])).hexdigest()
            for object_id, _ in rows
        ]

    found = asyncio.run(read())
    assert found == [sha256 for _, sha256 in rows]
    return found


def test_what_is_pushed_arrives_once_sealed_and_whole(gateway: Gateway) -> None:
    start(gateway)
    pushes = [Push(brin="17GU", files=files(number)) for number in range(1, 11)]
    bad = Push(brin="99ZZ", files=files(11))
    messages = [indienen(push).body for push in pushes] * 2 + [indienen(bad).body]  # each twice, at once
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda body: gateway.post(body, role="intake"), messages))
    proof = gateway.reconciled()
    gateway.stop(*reversed(ROLES))
    numbers = [int(NUMBER.search(answer.text)[1]) for answer in answers]  # type: ignore[index]
    there = in_bucket(gateway.environment)

    assert numbers[:10] == numbers[10:20]
    assert len(set(numbers)) == 11
    assert numbers[20] == -1
    assert (proof.answered, proof.held, proof.equal) == (10, 10, 10)
    sent = [hashlib.sha256(file.content).hexdigest() for push in pushes for file in push.files]
    assert sorted(held(gateway)) == sorted(sent)
    # Both keep each of the 20, and nothing of what was a double or was refused.
    assert len([key for key in there if "/." not in key]) == 40
    assert not any(CANARY in key.encode() + body or b"OPP" in key.encode() for key, body in there.items())
    assert not any(path.is_file() for path in gateway.folder.glob("*bijlagen/**/*"))
    assert list((gateway.folder / "spool").iterdir()) == []
    assert not any(SECRET in gateway.log(role).read_text() for role in ROLES)


def test_what_the_store_lost_in_s3_is_seen(gateway: Gateway) -> None:
    gateway.start()
    gateway.post(indienen(Push(brin="17GU", files=files(1))).body)
    gateway.reconciled()
    gateway.stop()
    [key, _] = [key for key in in_bucket(gateway.environment) if "/kindkans/" in key and "/." not in key]
    s3_client(gateway.environment["STORAGE_ENDPOINT"]).put_object(Bucket=BUCKET, Key=key, Body=b"x")

    with pytest.raises(ObjectDamaged):
        held(gateway)


def test_s3_that_is_away_is_a_fault_and_never_a_rejection(gateway: Gateway) -> None:
    gateway.environment["STORAGE_ENDPOINT"] = "http://127.0.0.1:1"
    gateway.start("intake", wait=False)
    wait_for(lambda: (gateway.folder / "running-intake.json").exists())
    ready = wait_for(
        lambda: [
            r
            for r in [requests.get(f"{gateway.address('intake')['ops_url']}/readyz", timeout=10)]
            if "draining" not in r.text and "starting" not in r.text
        ]
    )[0]
    answer = gateway.post(indienen(Push(brin="17GU", files=files(1))).body, role="intake")
    without = gateway.post(indienen(Push(brin="17GU")).body, role="intake")
    gateway.stop("intake")

    assert ready.status_code == 503
    assert ready.json()["checks"]["storage"] == "storage unavailable"
    assert answer.status_code == 503
    assert "<code>NIET_BESCHIKBAAR</code>" in answer.text
    assert "dossiernummer" not in answer.text
    assert int(NUMBER.search(without.text)[1]) > 0  # type: ignore[index]


def test_one_place_for_both_is_refused_at_the_start(gateway: Gateway) -> None:
    gateway.environment["KINDKANS_STORAGE_URL"] = gateway.environment["STORAGE_URL"]
    started = gateway.cli("kindkans")

    assert started.returncode == 2
    assert "are the same place" in started.stderr
    assert SECRET not in started.stderr + started.stdout


def test_a_bucket_that_keeps_old_versions_is_refused_at_the_start(gateway: Gateway) -> None:
    client = s3_client(gateway.environment["STORAGE_ENDPOINT"])
    client.create_bucket(
        Bucket="kindkans-versioned", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    client.put_bucket_versioning(Bucket="kindkans-versioned", VersioningConfiguration={"Status": "Enabled"})
    gateway.environment["STORAGE_URL"] = f"s3://kindkans-versioned/{gateway.folder.parent.name}"
    started = gateway.cli("intake")

    assert started.returncode == 2
    assert "use a bucket without versioning" in started.stderr

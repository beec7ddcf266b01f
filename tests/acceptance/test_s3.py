"""What is S3's own: an object lost, no answer, a bucket that must not be. The promises: test_sets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from acceptance.process import Gateway, wait_for
from acceptance.storages import held_bijlagen
from adapters.parnassys.standin.messages import File, Push, indienen
from components.s3 import BUCKET, SECRET, in_bucket, s3_client, s3_storage
from storage.objects import ObjectDamaged

CANARY = b"Quirijn Zonnebloem"
NUMBER = re.compile(r"dossiernummer>(-?[0-9]+)<")


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    """The roles apart, not started."""
    with s3_storage() as storage:
        gateway = Gateway(tmp_path / "data", environment=storage)
        gateway.make_world()
        yield gateway
        gateway.close()


def files(number: int) -> tuple[File, ...]:
    return tuple(
        File(naam=f"OPP {CANARY.decode()} {n}.txt", content=CANARY * (number * n * 100)) for n in (1, 2)
    )


def test_what_the_store_lost_in_s3_is_seen(gateway: Gateway) -> None:
    gateway.start()
    gateway.post(indienen(Push(brin="17GU", files=files(1))).body)
    gateway.reconciled()
    gateway.stop()
    [key, _] = [key for key in in_bucket(gateway.environment) if "/kindkans/" in key and "/." not in key]
    s3_client(gateway.environment["STORAGE_ENDPOINT"]).put_object(Bucket=BUCKET, Key=key, Body=b"x")

    with pytest.raises(ObjectDamaged):
        held_bijlagen(gateway)


def test_s3_that_is_away_is_a_fault_and_never_a_rejection(gateway: Gateway) -> None:
    gateway.environment["STORAGE_ENDPOINT"] = "http://127.0.0.1:1"
    gateway.start("intake", wait=False)
    wait_for(lambda: (gateway.folder / "running-intake.json").exists())
    ready = wait_for(
        lambda: [
            r
            for r in [requests.get(f"{gateway.address('intake')['ops_url']}/readyz", timeout=60)]
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

"""S3: moto's server, as a process of this run or as a thread of the test's own process."""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import boto3

from components.base import Component, component
from components.postgres import free_port

MOTO = f"moto {version('moto')}"
BUCKET = "kindkans-test"
REGION = "eu-central-1"
KEY_ID = "testkey"
SECRET = "geheim-van-s3-9c1f"  # searched for in logs
_START_SECONDS = 120.0
_numbers = itertools.count(1)
_started: list[subprocess.Popen[bytes]] = []  # who forgets a process that runs is warned of it


def start_s3(folder: Path) -> Component:
    """For `component`."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    _started.append(server)
    _wait(server, port)
    endpoint = f"http://127.0.0.1:{port}"
    create_bucket(endpoint, BUCKET)
    return Component(
        line=f"S3 of {MOTO}, started for this run",
        address={"endpoint": endpoint},
        pids=(server.pid,),
    )


@contextlib.contextmanager
def s3_storage() -> Iterator[dict[str, str]]:
    """The settings for a gateway and a core store on fresh prefixes; emptied afterwards."""
    endpoint = component("s3", start_s3).address["endpoint"]
    prefix = fresh_prefix()
    yield environment(endpoint, prefix)
    client = s3_client(endpoint)
    left = [{"Key": key} for key in keys(endpoint, BUCKET, prefix)]
    for start in range(0, len(left), 1000):  # as many as S3 takes at once
        client.delete_objects(Bucket=BUCKET, Delete={"Objects": left[start : start + 1000]})


def environment(endpoint: str, prefix: str) -> dict[str, str]:
    return {
        "STORAGE_URL": f"s3://{BUCKET}/{prefix}/gateway",
        "KINDKANS_STORAGE_URL": f"s3://{BUCKET}/{prefix}/kindkans",
        "STORAGE_ENDPOINT": endpoint,
        "STORAGE_REGION": REGION,
        "STORAGE_KEY_ID": KEY_ID,
        "STORAGE_SECRET": SECRET,
    }


def fresh_prefix() -> str:
    return f"t{os.getpid()}-{next(_numbers)}"


def s3_client(endpoint: str) -> Any:
    """To look around with, past our own code."""
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
    )


def create_bucket(endpoint: str, name: str) -> None:
    s3_client(endpoint).create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})


def keys(endpoint: str, bucket: str, prefix: str) -> list[str]:
    pages = s3_client(endpoint).get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{prefix}/")
    return [found["Key"] for page in pages for found in page.get("Contents", [])]


def bodies(endpoint: str, bucket: str, prefix: str) -> dict[str, bytes]:
    """Everything below a prefix: its key, and what S3 holds under it."""
    client = s3_client(endpoint)
    return {
        key: client.get_object(Bucket=bucket, Key=key)["Body"].read()
        for key in keys(endpoint, bucket, prefix)
    }


def in_bucket(environment: Mapping[str, str]) -> dict[str, bytes]:
    """All that a gateway and its store with this environment of `s3_storage` have there."""
    if not environment.get("STORAGE_URL", "").startswith("s3://"):
        return {}
    prefix = environment["STORAGE_URL"].split("/")[3]
    return bodies(environment["STORAGE_ENDPOINT"], BUCKET, prefix)


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        assert server.poll() is None, "moto has ended"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise AssertionError(f"moto does not answer within {_START_SECONDS} s")

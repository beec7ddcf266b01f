"""What tests need of a storage beyond its seam: to look at what is kept, and to spoil it."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from components.s3 import BUCKET, KEY_ID, REGION, SECRET, bodies, s3_client
from dossier.identifiers import InzendingId
from storage.address import Bucket, Folder, S3Access
from storage.bucket import Patience
from storage.opening import Objects, Storage, open_objects
from storage.seal import Seal

# Long enough for a server on a busy machine, short enough to wait for.
PATIENCE = Patience(connect_seconds=2, request_seconds=4, call_seconds=6, retries=1, discard_seconds=5)
# For tests in which S3 is never away: they wait for it as long as it takes.
PATIENT = Patience(connect_seconds=20, request_seconds=40, call_seconds=60, retries=1, discard_seconds=60)


class Place(Protocol):
    """One storage. Keys are `<shard>/<push>/...`, the same for all kinds."""

    def open(self, seal: Seal) -> Objects: ...

    def key(self, object_id: str) -> str: ...

    def kept(self) -> dict[str, bytes]:
        """Every whole object, as it lies there."""

    def put(self, key: str, content: bytes) -> None: ...

    def remove(self, key: str) -> None: ...

    def age(self, inzending_id: InzendingId, seconds: float) -> None:
        """Makes all of a push that much older."""


@dataclass(frozen=True)
class FilePlace:
    folder: Path

    def open(self, seal: Seal) -> Objects:
        return open_objects(Storage(place=Folder(path=self.folder), spool=self.folder, owner="x"), seal)

    def key(self, object_id: str) -> str:
        return f"{object_id.split('/')[0][-2:]}/{object_id}"

    def kept(self) -> dict[str, bytes]:
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in self._files()}

    def put(self, key: str, content: bytes) -> None:
        (self.folder / key).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / key).write_bytes(content)

    def remove(self, key: str) -> None:
        (self.folder / key).unlink()

    def age(self, inzending_id: InzendingId, seconds: float) -> None:
        then = time.time() - seconds
        with contextlib.suppress(FileNotFoundError):
            os.utime(self.folder / inzending_id[-2:] / inzending_id, (then, then))

    def _files(self) -> Iterator[Path]:
        return (p for p in self.folder.rglob("*") if p.is_file() and p.suffix != ".part")


@dataclass(frozen=True)
class S3Place:
    """A prefix in a bucket of moto's."""

    endpoint: str
    prefix: str
    spool: Path
    bucket: str = BUCKET
    owner: str = "gateway"
    patience: Patience = PATIENCE

    @property
    def storage(self) -> Storage:
        return Storage(
            place=Bucket(name=self.bucket, prefix=self.prefix),
            spool=self.spool,
            owner=self.owner,
            access=S3Access(endpoint=self.endpoint, region=REGION, key_id=KEY_ID, secret=SECRET),
            patience=self.patience,
        )

    def open(self, seal: Seal) -> Objects:
        return open_objects(self.storage, seal)

    def but(self, **changes: Any) -> S3Place:
        return replace(self, **changes)

    def key(self, object_id: str) -> str:
        return f"{object_id.split('/')[0][-2:]}/{object_id}"

    def kept(self) -> dict[str, bytes]:
        found = bodies(self.endpoint, self.bucket, self.prefix)
        names = {key.removeprefix(f"{self.prefix}/"): body for key, body in found.items()}
        return {name: body for name, body in names.items() if not name.startswith(".")}

    def put(self, key: str, content: bytes) -> None:
        s3_client(self.endpoint).put_object(Bucket=self.bucket, Key=f"{self.prefix}/{key}", Body=content)

    def remove(self, key: str) -> None:
        s3_client(self.endpoint).delete_object(Bucket=self.bucket, Key=f"{self.prefix}/{key}")

    def age(self, inzending_id: InzendingId, seconds: float) -> None:
        """Only where moto runs in this very process."""
        from moto.core.utils import utcnow  # half a second, for who needs it
        from moto.s3.models import s3_backends

        folder = f"{self.prefix}/{inzending_id[-2:]}/{inzending_id}/"
        keys = s3_backends["123456789012"]["aws"].buckets[self.bucket].keys
        for name in list(keys):
            if name.startswith(folder):
                keys[name].last_modified = utcnow() - timedelta(seconds=seconds)

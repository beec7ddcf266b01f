"""Storage as settings name it: a folder, or a prefix in a bucket."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias, assert_never

from storage.address import Bucket, Folder, S3Access
from storage.bucket import Patience, S3Bucket
from storage.objects import LocalObjects
from storage.s3 import S3Objects
from storage.seal import Seal

Objects: TypeAlias = LocalObjects | S3Objects


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """One of the two places: the gateway's own, or the core store's."""

    place: Folder | Bucket
    spool: Path  # a folder on local disk, for what is on its way to a bucket
    owner: str  # of whom it is, such as "kindkans"
    access: S3Access = field(default_factory=S3Access)
    patience: Patience = field(default_factory=Patience)


def open_objects(storage: Storage, seal: Seal) -> Objects:
    """Connects to nothing yet. Raises ConfigurationError."""
    match storage.place:
        case Folder(path=path):
            return LocalObjects(path, seal)
        case Bucket() as bucket:
            # Keyed: another installation, with other keys, is another owner.
            owner = seal.keyed_hash(b"storage\0" + storage.owner.encode())
            s3 = S3Bucket(bucket, storage.access, owner=owner, patience=storage.patience)
            return S3Objects(s3, seal, storage.spool)
        case _:
            assert_never(storage.place)

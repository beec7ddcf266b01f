"""Opens the two storages of bijlagen: the gateway's, and the core store's own."""

from __future__ import annotations

from pathlib import Path

from gateway.settings import Settings
from storage.address import Bucket, Folder, S3Access, check_apart, read_storage_url
from storage.opening import Objects, Storage, open_objects
from storage.seal import Seal


def open_gateway_objects(settings: Settings, seal: Seal) -> Objects:
    """Connects to nothing yet. Raises ConfigurationError, also if both are one place."""
    ours, _ = _places(settings)
    return open_objects(_storage(settings, ours, "gateway"), seal)


def open_store_objects(settings: Settings, seal: Seal) -> Objects:
    """Likewise, of the core store."""
    _, theirs = _places(settings)
    return open_objects(_storage(settings, theirs, "kindkans"), seal)


def bijlagen_folders(settings: Settings) -> tuple[Path | None, Path | None]:
    """The gateway's and the core store's; None of one that is a bucket. Raises ConfigurationError."""
    ours, theirs = (place.path if isinstance(place, Folder) else None for place in _places(settings))
    return ours, theirs


def _places(settings: Settings) -> tuple[Folder | Bucket, Folder | Bucket]:
    folder = settings.data_folder
    ours = _place(settings.storage_url, "STORAGE_URL", folder / "bijlagen")
    theirs = _place(settings.kindkans_storage_url, "KINDKANS_STORAGE_URL", folder / "kindkans-bijlagen")
    check_apart(ours, theirs)
    return ours, theirs


def _place(url: str, variable: str, default: Path) -> Folder | Bucket:
    return read_storage_url(url, variable) if url else Folder(path=default.resolve())


def _storage(settings: Settings, place: Folder | Bucket, owner: str) -> Storage:
    return Storage(
        place=place,
        spool=settings.data_folder / "spool",
        owner=owner,
        access=S3Access(
            endpoint=settings.storage_endpoint,
            region=settings.storage_region,
            key_id=settings.storage_key_id,
            secret=settings.storage_secret,
        ),
    )

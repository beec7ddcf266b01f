"""Opens the two storages of bijlagen: the gateway's, and the core store's own."""

from __future__ import annotations

from gateway.settings import Settings
from storage.objects import LocalObjects
from storage.seal import Seal


def open_gateway_objects(settings: Settings, seal: Seal) -> LocalObjects:
    return LocalObjects(settings.data_folder / "bijlagen", seal)


def open_store_objects(settings: Settings, seal: Seal) -> LocalObjects:
    return LocalObjects(settings.data_folder / "kindkans-bijlagen", seal)

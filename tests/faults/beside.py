"""More roles beside those of a stack, as on a second machine: one database, one broker, one storage."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from brokers.address import read_address
from faults.stack import Stack, free_port

_SHARED = ("bijlagen", "kindkans-bijlagen")  # what a second machine would mount


@contextmanager
def beside(stack: Stack, *roles: str) -> Iterator[Stack]:
    """These roles once more, with a folder and a port of their own. They are ended at the end."""
    folder = _folder(stack)
    broker = read_address(stack.folder / "nats")
    environment = {
        "DATABASE_URL": stack.settings.gateway_database,
        "KINDKANS_DATABASE_URL": stack.settings.kindkans_database,
        **stack.environment,
        "KEY_FILE": str(stack.settings.keyring_path),
        "BROKER_URL": broker.url,
        "BROKER_TOKEN": broker.token,
        "PORT": str(free_port()),
    }
    other = Stack(folder, environment=environment, secrets=stack.secrets)
    try:
        for role in roles:
            other.start(role, wait=False)
        for role in roles:
            other.wait_ready(role)
        yield other
    finally:
        other.close()


def _folder(stack: Stack) -> Path:
    parent, number = stack.folder.parent, 2
    while (folder := parent / f"{stack.folder.name}-{number}").exists():
        number += 1
    folder.mkdir()
    for name in _SHARED:
        (stack.folder / name).mkdir(exist_ok=True)
        (folder / name).symlink_to(stack.folder / name)
    return folder

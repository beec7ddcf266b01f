"""A stack for each set of components, made when the first fault asks for it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from components.base import Missing, component
from components.postgres import create_database, drop_database, start_postgres
from faults.catalogue.case import On
from faults.stack import Stack

SMALL_DISKS = {"": 48, "bijlagen": 24, "kindkans-bijlagen": 24, "nats": 48}  # MiB, by folder
IMAGE_MEBIBYTES = 192


@contextmanager
def stack_on(on: On, folder: Path) -> Iterator[Stack]:
    """Running, with the demo's world in it. Skips or fails the test where a component is missing.

    Raises Missing where this machine does not let us mount.
    """
    match on:
        case On.EMBEDDED:
            yield from _running(Stack.create(folder))
        case On.IMPATIENT:
            yield from _running(Stack.create(folder, RECEIPT_WITHIN_SECONDS="3"))
        case On.POSTGRES:
            with _databases() as environment:
                yield from _running(Stack.create(folder, **environment))
        case On.SMALL_DISKS:
            with _small_disks(folder):
                yield from _running(Stack.create(folder))
        case On.DISK_IMAGE:
            with _image(folder):
                yield from _running(Stack.create(folder))
        case On.PRODUCTION:
            raise NotImplementedError("RabbitMQ and S3")


def _running(stack: Stack) -> Iterator[Stack]:
    try:
        stack.start_all()
        yield stack
    finally:
        stack.close()


@contextmanager
def _databases() -> Iterator[dict[str, str]]:
    port = int(component("postgres", start_postgres).address["port"])
    urls = {name: create_database(port) for name in ("DATABASE_URL", "KINDKANS_DATABASE_URL")}
    yield urls
    for url in urls.values():
        drop_database(port, url)


@contextmanager
def _small_disks(folder: Path) -> Iterator[None]:
    mounted: list[Path] = []
    try:
        for name, mebibytes in SMALL_DISKS.items():
            (folder / name).mkdir(parents=True, exist_ok=True)
            mount("-t", "tmpfs", "-o", f"size={mebibytes}m,mode=700", "tmpfs", str(folder / name))
            mounted.append(folder / name)
        yield
    finally:
        for path in reversed(mounted):
            unmount(path)


@contextmanager
def _image(folder: Path) -> Iterator[None]:
    """A disk in a file, which lies in memory: copying it takes a moment only."""
    disk = folder.with_name(f"{folder.name}-disk")
    for path in (folder, disk):
        path.mkdir(parents=True)
    mount("-t", "tmpfs", "-o", "size=1g", "tmpfs", str(disk))
    try:
        image = image_of(folder)
        with image.open("wb") as file:
            file.truncate(IMAGE_MEBIBYTES << 20)
        run("mkfs.ext4", "-q", "-F", str(image))
        mount("-o", "loop", str(image), str(folder))
        try:
            yield
        finally:
            unmount(folder)
    finally:
        unmount(disk)


def image_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}-disk") / "image"


def mount(*arguments: str) -> None:
    """Raises Missing where we may not."""
    if os.geteuid() != 0:
        raise Missing("only root may mount; run the tests as root")
    try:
        run("mount", *arguments)
    except OSError as exc:
        raise Missing("this machine does not let us mount") from exc


def unmount(path: Path) -> None:
    run("umount", "--lazy", str(path))


def run(program: str, *arguments: str) -> None:
    """Raises OSError if it fails."""
    found = shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin")
    if found is None:
        raise Missing(f"{program} is not installed")
    if subprocess.run([found, *arguments], check=False, capture_output=True).returncode != 0:
        raise OSError(program)

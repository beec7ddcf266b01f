"""A disk whose power can be cut: what was not synced is gone, and not because we say so.

An ext4 file system on an image file. `cut` is the kernel's own (FS_IOC_SHUTDOWN without flushing the log,
what xfstests calls godown): from one moment to the next nothing that is in memory reaches the image, neither
data nor journal, and whoever writes or syncs gets an error. SIGKILL loses nothing of that kind.
`restore` mounts what is left, and ext4 recovers its journal as after any power cut.

    with Disk.mounted(folder) as disk:       # folder of the test's own
        ...                                  # processes work below disk.path
        disk.cut()
        ...                                  # kill them all, none may hold a file open
        disk.restore()
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from components.base import Component, Missing, alive, component

_PREFIX = "kindkans-power-"
_SHUTDOWN = 0x8004587D  # FS_IOC_SHUTDOWN: _IOR('X', 125, __u32)
_WITHOUT_FLUSHING_THE_LOG = 2
# Nothing gets to the image by itself soon, only what is synced; the journal would every 5 s.
_OPTIONS = "loop,commit=300,noauto_da_alloc"


class Disk:
    """Make it by `mounted`."""

    def __init__(self, image: Path, path: Path) -> None:
        self._image = image
        self.path = path  # where its files are

    @classmethod
    @contextlib.contextmanager
    def mounted(cls, folder: Path, *, mebibytes: int = 512) -> Iterator[Disk]:
        """A new one, its image in `folder`. Skips the test where nothing may be mounted (fails in CI)."""
        component("loop-mounts", _find)
        folder.mkdir(parents=True, exist_ok=True)
        image = folder / "disk.img"
        with image.open("wb") as file:
            file.truncate(mebibytes * 1024**2)  # sparse
        _run("mkfs.ext4", "-q", "-F", "-m", "0", str(image))
        path = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
        disk = cls(image, path)
        disk.restore()
        path.chmod(0o755)  # a server may run as another user
        try:
            yield disk
        finally:
            _run("umount", "--lazy", str(path))
            path.rmdir()

    def cut(self) -> None:
        """The power, now. Whoever still runs gets errors; end them, then `restore`."""
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, _SHUTDOWN, struct.pack("I", _WITHOUT_FLUSHING_THE_LOG))
        finally:
            os.close(descriptor)

    def unmount(self) -> bool:
        """False while somebody has a file of it open."""
        return subprocess.run(["umount", str(self.path)], capture_output=True, check=False).returncode == 0

    def restore(self) -> None:
        """What the image holds, and nothing of what was in memory. Nobody may have a file open."""
        if os.path.ismount(self.path):
            _run("umount", str(self.path))
        _run("mount", "-o", _OPTIONS, str(self._image), str(self.path))


def _find(folder: Path) -> Component:
    """For `component`: tries it. Raises Missing."""
    _clear_away()
    image, path = folder / "probe.img", folder / "probe"
    path.mkdir()
    try:
        with image.open("wb") as file:
            file.truncate(8 * 1024**2)
        _run("mkfs.ext4", "-q", "-F", str(image))
        _run("mount", "-o", _OPTIONS, str(image), str(path))
        Disk(image, path).cut()
        _run("umount", str(path))
    except (OSError, AssertionError) as exc:
        raise Missing(
            "no ext4 image can be mounted and cut off here; that needs root and a loop device"
        ) from exc
    finally:
        shutil.rmtree(folder)
        folder.mkdir()
    return Component(line="ext4 images on loop devices, for power cuts", address={})


def _clear_away() -> None:
    """What a killed run left mounted."""
    for line in Path("/proc/self/mounts").read_text().splitlines():
        path = Path(line.split()[1])
        if path.name.startswith(_PREFIX) and not alive(int(path.name.split("-")[2])):
            _run("umount", "--lazy", str(path))
            path.rmdir()


def _run(*command: str) -> None:
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert found.returncode == 0, f"{command[0]}: {found.stderr}"

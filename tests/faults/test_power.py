"""The power cut itself: it must lose what was not synced, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from faults.power import Disk
from storage.keyring import sync_folder


def _write(path: Path, *, synced: bool) -> None:
    with path.open("wb") as file:
        file.write(b"x" * 10_000)
        if synced:
            file.flush()
            os.fsync(file.fileno())
            sync_folder(path.parent)


def test_what_was_not_synced_is_gone_and_what_was_is_there(tmp_path: Path) -> None:
    with Disk.mounted(tmp_path) as disk:
        _write(disk.path / "synced", synced=True)
        _write(disk.path / "not synced", synced=False)
        disk.cut()
        with pytest.raises(OSError, match="Input/output"):
            _write(disk.path / "after", synced=True)
        disk.restore()

        assert (disk.path / "synced").read_bytes() == b"x" * 10_000
        lost = disk.path / "not synced"
        assert not lost.exists() or lost.read_bytes().strip(b"\0") == b""
        assert not (disk.path / "after").exists()


def test_it_can_be_cut_again_and_again(tmp_path: Path) -> None:
    with Disk.mounted(tmp_path) as disk:
        for n in range(3):
            _write(disk.path / f"{n}", synced=True)
            disk.cut()
            disk.restore()
        assert sorted(path.name for path in disk.path.glob("[0-9]")) == ["0", "1", "2"]

"""What the server's log says about writing is heard once, whole or in pieces, also after a rotation."""

from __future__ import annotations

from pathlib import Path

import pytest

from brokers.embedded_log import ServerLog

# As nats-server 2.15.1 wrote it on a full disk.
_LINE = (
    b"[7] 2026/11/24 23:39:56.721116 [ERR] JetStream stream '$G > kindkans-hulpvraag' critical write error: "
)
_OTHER = b"[7] 2026/11/24 23:40:18.939508 [ERR] JetStream failed to store a msg on stream '$G > k': "
_GOOD = b"[7] 2026/11/24 23:39:48.415683 [INF] Server is ready\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "nats.log"


def _append(path: Path, content: bytes) -> None:
    with path.open("ab") as file:
        file.write(content)


@pytest.mark.parametrize("line", [_LINE, _OTHER])
def test_a_failed_write_is_heard_once(path: Path, line: bytes) -> None:
    log = ServerLog(path)
    _append(path, _GOOD)
    assert not log.says_that_writing_failed()
    _append(path, line + b"no space left on device\n")
    assert log.says_that_writing_failed()
    for _ in range(2):
        _append(path, _GOOD * 3)
        assert not log.says_that_writing_failed()


@pytest.mark.parametrize("at", range(len(_LINE) - 22, len(_LINE)))
def test_a_line_that_comes_in_two_parts_is_heard(path: Path, at: int) -> None:
    log = ServerLog(path)
    _append(path, _LINE[:at])
    assert not log.says_that_writing_failed()
    _append(path, _LINE[at:] + b"\n")
    assert log.says_that_writing_failed()


def test_what_an_earlier_start_said_is_passed_over(path: Path) -> None:
    _append(path, _LINE + b"no space left on device\n" + _GOOD * 3)
    log = ServerLog(path)
    log.skip()
    assert not log.says_that_writing_failed()


def test_a_rotated_log_is_read_from_its_beginning(path: Path) -> None:
    _append(path, _GOOD * 100)
    log = ServerLog(path)
    log.skip()
    path.write_bytes(_LINE + b"\n")
    assert log.says_that_writing_failed()


def test_no_log_says_nothing(path: Path) -> None:
    assert not ServerLog(path).says_that_writing_failed()
    assert ServerLog(path).has_room()

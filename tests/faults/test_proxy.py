"""The fault proxy does what its faults say."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from faults.proxy import FaultProxy


class Echo:
    """A server that answers every piece by the same, and remembers what it got."""

    def __init__(self) -> None:
        self.got = b""
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                while piece := connection.recv(1000):
                    self.got += piece
                    connection.sendall(piece)
            except OSError:
                pass

    def close(self) -> None:
        # A blocked accept keeps the socket alive in its thread; this one wakes it up.
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


@pytest.fixture
def echo() -> Iterator[Echo]:
    server = Echo()
    yield server
    server.close()


@pytest.fixture
def proxy(echo: Echo) -> Iterator[FaultProxy]:
    with FaultProxy(echo.port) as proxy:
        yield proxy


def _connect(proxy: FaultProxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=60)


def _says(connection: socket.socket, words: bytes) -> bytes:
    connection.sendall(words)
    return connection.recv(1000)


def _is_silent(connection: socket.socket) -> bool:
    connection.settimeout(0.2)
    try:
        connection.recv(1000)
    except TimeoutError:
        return True
    finally:
        connection.settimeout(10)
    return False


def test_all_passes_both_ways_and_its_end_too(proxy: FaultProxy) -> None:
    with _connect(proxy) as connection:
        assert _says(connection, b"hello") == b"hello"
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1000) == b""


def test_a_cut_resets_what_is_there_and_lets_new_ones_pass(proxy: FaultProxy) -> None:
    with _connect(proxy) as connection:
        _says(connection, b"a")
        proxy.cut()
        with pytest.raises(ConnectionResetError):
            connection.recv(1000)
    with _connect(proxy) as connection:
        assert _says(connection, b"b") == b"b"


def test_who_is_refused_is_let_in_when_it_is_healed(proxy: FaultProxy) -> None:
    proxy.refuse()
    with pytest.raises(ConnectionResetError), _connect(proxy) as connection:
        _says(connection, b"a")
    proxy.heal()
    with _connect(proxy) as connection:
        assert _says(connection, b"b") == b"b"


def test_frozen_it_says_nothing_and_passes_later_what_it_held(proxy: FaultProxy, echo: Echo) -> None:
    with _connect(proxy) as old:
        _says(old, b"a")
        proxy.freeze()
        with _connect(proxy) as new:
            old.sendall(b"b")
            new.sendall(b"c")
            assert _is_silent(old)
            assert _is_silent(new)
            assert echo.got == b"a"
            proxy.heal()
            assert (old.recv(1000), new.recv(1000)) == (b"b", b"c")


def test_what_was_frozen_and_is_cut_never_arrives(proxy: FaultProxy, echo: Echo) -> None:
    with _connect(proxy) as old:
        _says(old, b"a")
        proxy.freeze()
        with _connect(proxy) as new:
            for connection in (old, new):
                connection.sendall(b"b")
                assert _is_silent(connection)
            proxy.cut()
            for connection in (old, new):
                with pytest.raises(ConnectionResetError):
                    connection.recv(1000)
    with _connect(proxy) as connection:
        _says(connection, b"c")
    assert echo.got == b"ac"


def test_a_delay_is_waited_for(proxy: FaultProxy) -> None:
    with _connect(proxy) as connection:
        proxy.delay(0.1)
        began = time.monotonic()
        assert _says(connection, b"a") == b"a"
        assert time.monotonic() - began >= 0.2  # up and down


@pytest.mark.parametrize(
    ("delivered", "got"), [(True, b"one COMMIT two COMMIT"), (False, b"one COMMIT two COM")]
)
def test_a_cut_comes_after_the_server_answered_or_before_it_got_the_words(
    proxy: FaultProxy, echo: Echo, delivered: bool, got: bytes
) -> None:
    with _connect(proxy) as connection:
        proxy.cut_at(b"COMMIT", 2, delivered=delivered)
        assert _says(connection, b"one COMMIT") == b"one COMMIT"
        assert _says(connection, b" two COM") == b" two COM"  # the words come in two pieces
        connection.sendall(b"MIT")
        with pytest.raises(ConnectionResetError):
            connection.recv(1000)
        proxy.sprung()
    assert echo.got == got

"""What the broker's side reports. Silent by default; never content, only names, codes and numbers."""

from __future__ import annotations

from typing import Protocol


class BrokerObserver(Protocol):
    def server_started(self, pid: int, port: int) -> None: ...

    def server_exited(self, returncode: int) -> None:
        """The embedded server ended by itself; it is started again."""

    def connected(self) -> None:
        """All of it: where there are two connections, both."""

    def disconnected(self) -> None:
        """Some of it, after `connected`. It is no longer blocked, either."""

    def blocked(self) -> None:
        """The broker is there, and takes no messages: an alarm of its disk or memory."""

    def unblocked(self) -> None: ...

    def connection_error(self, kind: str) -> None:
        """`kind` is the exception's class name."""

    def closed(self) -> None:
        """The connection is closed for good: the process must end."""

    def handled(self, subject: str, outcome: str, seconds: float) -> None:
        """`outcome` is done, later or dead."""

    def handler_failed(self, subject: str, kind: str) -> None:
        """An exception escaped a handler; `kind` is its class name."""


class SilentBroker:
    """A BrokerObserver that says nothing."""

    def server_started(self, pid: int, port: int) -> None: ...

    def server_exited(self, returncode: int) -> None: ...

    def connected(self) -> None: ...

    def disconnected(self) -> None: ...

    def blocked(self) -> None: ...

    def unblocked(self) -> None: ...

    def connection_error(self, kind: str) -> None: ...

    def closed(self) -> None: ...

    def handled(self, subject: str, outcome: str, seconds: float) -> None: ...

    def handler_failed(self, subject: str, kind: str) -> None: ...

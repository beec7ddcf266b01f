"""Where the broker is and how to get in; for an embedded one, in a file that other roles read."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from dossier.errors import ConfigurationError

ADDRESS_FILE = "broker.json"
_DEFAULT_PORTS = {"amqp": 5672, "amqps": 5671, "nats": 4222, "tls": 4222}


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerAddress:
    """One broker: a server, or the nodes of a cluster."""

    url: str  # of each node, comma separated; without user and secrets, so that it may be logged
    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)  # NATS only; "" if the server asks for none
    monitor_url: str = ""  # of NATS's monitoring; "" if it has none
    embedded: bool = False  # our own child: its configuration is known

    @property
    def nodes(self) -> tuple[str, ...]:
        return tuple(self.url.split(","))

    @property
    def scheme(self) -> str:
        return urlsplit(self.nodes[0]).scheme

    @property
    def is_rabbit(self) -> bool:
        return self.scheme in ("amqp", "amqps")


def parse_address(url: str, *, password: str = "", token: str = "", monitor_url: str = "") -> BrokerAddress:
    """The address in BROKER_URL, with the secrets taken out of it.

    Several nodes are several URLs with commas between, alike but for host and port. Raises
    ConfigurationError, which never shows the URL: there may be a password in it.
    """
    nodes = [_split(node) for node in url.split(",")]
    if len({(node.scheme, node.path, node.username, node.password) for node in nodes}) > 1:
        raise ConfigurationError("BROKER_URL: the nodes differ in more than host and port")
    first = nodes[0]
    user = unquote(first.username or "")
    password = unquote(first.password or "") or password
    if user and not password:
        raise ConfigurationError("BROKER_URL names a user; give the password in BROKER_PASSWORD")
    if first.scheme.startswith("amqp") and not user:
        raise ConfigurationError("BROKER_URL must name a user for RabbitMQ: amqp://USER@HOST/VHOST")
    return BrokerAddress(
        url=",".join(_bare(node) for node in nodes),
        user=user,
        password=password if user else "",
        token=token,
        monitor_url=monitor_url.rstrip("/"),
    )


def read_address(folder: Path) -> BrokerAddress:
    """The address of the embedded server of `folder`. Raises ConfigurationError if it never ran."""
    try:
        content = json.loads((folder / ADDRESS_FILE).read_text())
        return BrokerAddress(url=content["url"], token=content["token"], embedded=True)
    except (OSError, ValueError, KeyError, TypeError):
        # No cause: it could show the token.
        raise ConfigurationError(
            f"there is no readable {ADDRESS_FILE} in the folder of the broker; start the role that runs it"
        ) from None


def write_address(folder: Path, address: BrokerAddress) -> None:
    write_private(folder / ADDRESS_FILE, json.dumps({"url": address.url, "token": address.token}))


def write_private(path: Path, content: str) -> None:
    """Replaces a file by one that only we can read (mode 600), never half written."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
    os.replace(temporary, path)


def _split(node: str) -> SplitResult:
    try:
        parts = urlsplit(node.strip())
        _ = parts.port  # raises if it is none
    except ValueError:
        raise ConfigurationError("BROKER_URL is no URL") from None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ConfigurationError(
            "BROKER_URL is not embedded, amqp://, amqps://, nats:// or tls:// with a host"
        )
    if parts.query or parts.fragment:
        raise ConfigurationError("BROKER_URL takes no parameters after the path")
    return parts


def _bare(node: SplitResult) -> str:
    host = f"[{node.hostname}]" if ":" in (node.hostname or "") else node.hostname
    return f"{node.scheme}://{host}:{node.port or _DEFAULT_PORTS[node.scheme]}{node.path}"

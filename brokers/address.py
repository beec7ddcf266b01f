"""Where the broker is and how to get in; for an embedded one, in a file that other roles read."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from dossier.errors import ConfigurationError

ADDRESS_FILE = "broker.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerAddress:
    url: str  # without credentials, so that it may be logged
    token: str = field(default="", repr=False)  # "" if the server asks for none


def read_address(folder: Path) -> BrokerAddress:
    """The address of the embedded server of `folder`. Raises ConfigurationError if it never ran."""
    try:
        content = json.loads((folder / ADDRESS_FILE).read_text())
        return BrokerAddress(url=content["url"], token=content["token"])
    except (OSError, ValueError, KeyError, TypeError):
        # No cause: it could show the token.
        raise ConfigurationError(
            f"there is no readable {ADDRESS_FILE} in the broker's folder; start the role that runs it first"
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

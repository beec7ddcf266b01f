"""How long who failed to log in must wait: by name, and by address.

A try is counted as a failure before its password is looked at, and taken back if it was none: so a
hundred tries at once are no hundred guesses. A try that comes too early is not looked at and not counted,
so that it does not lengthen the wait of the account's owner.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from sqlalchemy import Connection

from database import login_failures as table
from database.login_failures import Failures
from storage.seal import Seal


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    free: int  # this many failures cost no wait
    first_seconds: int  # the wait after these; each further failure doubles it
    longest_seconds: int
    forget_seconds: int  # without a failure

    def wait_ms(self, failures: Failures) -> int:
        """What is left of the wait; 0 or less if there is none."""
        beyond = self.tries(failures) - self.free
        if beyond < 0:
            return 0
        seconds = min(self.first_seconds << min(beyond, 32), self.longest_seconds)
        return seconds * 1000 - failures.ago_ms

    def tries(self, failures: Failures) -> int:
        return 0 if failures.ago_ms >= self.forget_seconds * 1000 else failures.tries


PER_NAME = Pace(free=5, first_seconds=2, longest_seconds=900, forget_seconds=86_400)
# An office has one address: more mistakes are honest there, and no longer than a lunch break.
PER_ADDRESS = Pace(free=20, first_seconds=2, longest_seconds=300, forget_seconds=1800)


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Keyed hashes: the table gives away neither names nor addresses."""

    name: str
    address: str


def who(seal: Seal, gebruikersnaam: str, address: str) -> Who:
    name = gebruikersnaam.encode("utf-8", "surrogatepass")
    return Who(
        name=seal.keyed_hash(b"login naam\0" + name),
        address=seal.keyed_hash(b"login adres\0" + _network(address).encode()),
    )


def may_try(connection: Connection, tried: Who) -> bool:
    """Looks only: so that a flood of early tries takes no write lock."""
    return all(pace.wait_ms(table.read_failures(connection, key)) <= 0 for key, pace in _keys(tried))


def admit(connection: Connection, tried: Who) -> bool:
    """Counts it as a failure, beforehand. False, and nothing counted, if it comes too early."""
    found = [(key, pace, table.lock_failures(connection, key)) for key, pace in _keys(tried)]
    if any(pace.wait_ms(failures) > 0 for _, pace, failures in found):
        return False
    for key, pace, failures in found:
        table.count_failure(connection, key, pace.tries(failures) + 1)
    return True


def succeeded(connection: Connection, tried: Who) -> None:
    """Clears the name. The address only gets this try back: its owner may have one good account."""
    for key, _ in _keys(tried):
        if key == tried.name:
            table.clear_failures(connection, key)
        else:
            table.take_back_failure(connection, key)


def let_again(connection: Connection, seal: Seal, gebruikersnaam: str) -> None:
    """The owner of this name may try at once."""
    table.clear_failures(connection, who(seal, gebruikersnaam, "").name)


def forget(connection: Connection) -> int:
    """Takes away what has no effect any more."""
    longest = max(PER_NAME.forget_seconds, PER_ADDRESS.forget_seconds)
    return table.delete_old_failures(connection, longest * 1000)


def _keys(tried: Who) -> list[tuple[str, Pace]]:
    """Always in one order, so that no two lock each other out."""
    return sorted([(tried.name, PER_NAME), (tried.address, PER_ADDRESS)], key=lambda pair: pair[0])


def _network(address: str) -> str:
    """Of IPv6 the /64, which is what one subscriber has; what is no address counts as one."""
    try:
        parsed = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return "?"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)

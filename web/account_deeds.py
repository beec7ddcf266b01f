"""What is done to an account of a site, whichever site: by a page or by a command.

Each is one transaction of the caller's, with its audit row; it raises a ConfigurationError for what may not
be done, and then nothing was changed. Who may do what to whom is the site's to know (FAQ 10).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from sqlalchemy import Connection

from storage.seal import Seal
from web import throttle
from web.totp import Enrolment

P = TypeVar("P", contravariant=True)


class Account(Protocol):
    @property
    def account_id(self) -> str: ...

    @property
    def gebruikersnaam(self) -> str: ...

    @property
    def naam(self) -> str: ...

    @property
    def actief(self) -> bool: ...

    @property
    def actor(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Deeds(Generic[P]):
    """The site's own, of the person who does it (P) and the account_id."""

    get_account: Callable[[Connection, P, str], Account]  # only one that this person may change
    find_account: Callable[[Connection, P, str], Account]  # likewise, by its gebruikersnaam
    rename: Callable[[Connection, P, str, str], None]
    block: Callable[[Connection, P, str], None]
    unblock: Callable[[Connection, P, str], None]
    give_password: Callable[[Connection, P, str, str], None]
    give_second_factor: Callable[[Connection, Seal, P, str], Enrolment]
    end_sessions: Callable[[Connection, P, str], int]

    def let_in_again(self, connection: Connection, seal: Seal, by: P, account: Account) -> None:
        """Of one that was blocked. Its failed tries are forgotten too."""
        self.unblock(connection, by, account.account_id)
        throttle.let_again(connection, seal, account.gebruikersnaam)

    def give_password_to(
        self, connection: Connection, seal: Seal, by: P, account: Account, password: str
    ) -> None:
        """It can be used at once: the tries of who forgot the old one are forgotten."""
        self.give_password(connection, by, account.account_id, password)
        throttle.let_again(connection, seal, account.gebruikersnaam)

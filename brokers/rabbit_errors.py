"""Translates what the libraries below raise for a RabbitMQ that is gone, silent or unwilling. One seam."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiormq.exceptions import (
    AMQPError,
    ChannelAccessRefused,
    ChannelInvalidStateError,
    ChannelPreconditionFailed,
)
from pamqp.exceptions import PAMQPException

from brokers.messages import PublishRefused
from dossier.errors import ConfigurationError, Unavailable

# Of a server whose limit is below ours. It closes the channel, with all that is under way on it.
_TOO_LARGE = re.compile(r"larger than (?:configured )?max size (\d+)")


@asynccontextmanager
async def answered_within(seconds: float) -> AsyncIterator[asyncio.Timeout]:
    """The work inside must end in time; whatever goes wrong with the connection is Unavailable("broker").

    The library's own timeouts do not hold on a frozen server, and it *cancels* who waits on a
    connection that dies, or raises a bare Exception: neither may look like our own cancellation or defect.
    """
    try:
        async with asyncio.timeout(seconds) as limit:
            yield limit
    except asyncio.CancelledError as exc:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise Unavailable("broker") from exc
    except (
        AMQPError,
        PAMQPException,
        ChannelInvalidStateError,
        OSError,
    ) as exc:  # TimeoutError is an OSError
        raise Unavailable("broker") from exc
    except Exception as exc:
        if type(exc) is not Exception:
            raise
        raise Unavailable("broker") from exc


@asynccontextmanager
async def permissions_asked() -> AsyncIterator[None]:
    """ConfigurationError if our user may not do this."""
    try:
        yield
    except ChannelAccessRefused as exc:
        raise ConfigurationError(
            "our user lacks permissions at the broker; docs/how-to/operations.md says which it needs"
        ) from exc


@asynccontextmanager
async def refused_if_too_large(size_bytes: int) -> AsyncIterator[None]:
    """PublishRefused if the server says that this very message is over its limit.

    Another message on the channel may be the culprit: only one that is too large itself is refused.
    """
    try:
        yield
    except ChannelPreconditionFailed as exc:
        limit = _TOO_LARGE.search(str(exc))
        if limit and size_bytes > int(limit[1]):
            raise PublishRefused from exc
        raise

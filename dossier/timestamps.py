"""A moment is an aware datetime in UTC, or in databases whole milliseconds since 1970."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
"""Where our schools are: their days begin and end there."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(moment: datetime) -> int:
    """Raises TypeError for a datetime without a time zone."""
    return (moment - _EPOCH) // _MILLISECOND


def from_ms(milliseconds: int) -> datetime:
    return _EPOCH + milliseconds * _MILLISECOND


def utc_now() -> datetime:
    return datetime.now(UTC)


def day_in_amsterdam(moment: datetime) -> date:
    return moment.astimezone(AMSTERDAM).date()

"""Where bijlagen are kept: a URL of an operator's, read and checked. No I/O.

file:///srv/bijlagen        a folder
s3://bucket/some/prefix     a bucket, and what every key in it begins with; the prefix may be left out
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from dossier.errors import ConfigurationError

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)
_PREFIX = re.compile(r"([A-Za-z0-9_-][A-Za-z0-9._-]*)(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    name: str
    prefix: str  # without a slash at either end; "": the whole bucket


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Access:
    """How S3 is reached. What is empty is taken from AWS's usual environment variables, by obstore."""

    endpoint: str = ""  # plain http only if it says so here
    region: str = ""
    key_id: str = ""
    secret: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if self.endpoint and not self.endpoint.startswith(("https://", "http://")):
            raise ConfigurationError("STORAGE_ENDPOINT begins with https:// or http://")
        if bool(self.key_id) != bool(self.secret):
            raise ConfigurationError("STORAGE_KEY_ID and STORAGE_SECRET go together; one of them is empty")


def read_storage_url(url: str, variable: str) -> Folder | Bucket:
    """Raises ConfigurationError, which names `variable` and shows nothing of the URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise _wrong(variable) from None
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise _wrong(variable)
    match parts.scheme:
        case "file":
            return _folder(parts, variable)
        case "s3":
            return _bucket(parts, variable)
        case _:
            raise _wrong(variable)


def check_apart(ours: Folder | Bucket, theirs: Folder | Bucket) -> None:
    """Raises ConfigurationError if both are one place: each one's sweeper would take the other's objects."""
    if ours == theirs:
        raise ConfigurationError(
            "STORAGE_URL and KINDKANS_STORAGE_URL are the same place; give each a folder or prefix of its own"
        )


def _folder(parts: SplitResult, variable: str) -> Folder:
    path = Path(unquote(parts.path))
    if parts.netloc not in ("", "localhost") or not path.is_absolute() or path == Path("/"):
        raise _wrong(variable)
    return Folder(path=path.resolve())


def _bucket(parts: SplitResult, variable: str) -> Bucket:
    prefix = parts.path.strip("/")
    if not _BUCKET.fullmatch(parts.netloc) or (prefix and not _PREFIX.fullmatch(prefix)):
        raise _wrong(variable)
    return Bucket(name=parts.netloc, prefix=prefix)


def _wrong(variable: str) -> ConfigurationError:
    return ConfigurationError(
        f"{variable} is file:///an/absolute/folder or s3://bucket/prefix "
        "(letters, digits, hyphens, underscores and dots), without credentials"
    )

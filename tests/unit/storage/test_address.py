"""STORAGE_URL as an operator writes it: a folder, a bucket, or told what is wrong without showing it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dossier.errors import ConfigurationError
from storage.address import Bucket, Folder, S3Access, check_apart, read_storage_url


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("file:///srv/bijlagen", Folder(path=Path("/srv/bijlagen"))),
        ("file:///srv/bijlagen/", Folder(path=Path("/srv/bijlagen"))),
        ("file://localhost/srv/b%20c", Folder(path=Path("/srv/b c"))),
        ("file:///srv/x/../bijlagen", Folder(path=Path("/srv/bijlagen"))),
        ("s3://bucket", Bucket(name="bucket", prefix="")),
        ("s3://bucket/", Bucket(name="bucket", prefix="")),
        ("s3://my.bucket-1/a/b_c.d/", Bucket(name="my.bucket-1", prefix="a/b_c.d")),
    ],
)
def test_a_folder_or_a_bucket_is_understood(url: str, place: Folder | Bucket) -> None:
    assert read_storage_url(url, "STORAGE_URL") == place


@pytest.mark.parametrize(
    "url",
    [
        "",
        "bijlagen",
        "/srv/geheim",
        "file://srv/geheim",
        "file://elders/srv/geheim",
        "file:///",
        "file:geheim",
        "s3:///geheim",
        "s3://Geheim",
        "s3://ab",
        "s3://key:geheim@bucket/prefix",
        "s3://bucket/pre fix",
        "s3://bucket/a//geheim",
        "s3://bucket/../geheim",
        "s3://bucket/.geheim",
        "s3://bucket/a?geheim",
        "s3://bucket/a#geheim",
        "s3://[geheim",
        "https://bucket.example/geheim",
        "S3A://bucket/geheim",
    ],
)
def test_anything_else_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^KINDKANS_STORAGE_URL is file:///") as caught:
        read_storage_url(url, "KINDKANS_STORAGE_URL")
    assert "geheim" not in str(caught.value).lower()
    assert caught.value.__cause__ is None


def test_one_place_for_both_is_refused_for_each_sweeper_would_take_the_others() -> None:
    bucket = Bucket(name="bucket", prefix="a")
    check_apart(bucket, Bucket(name="bucket", prefix="b"))
    check_apart(bucket, Folder(path=Path("/a")))

    with pytest.raises(ConfigurationError, match="are the same place"):
        check_apart(bucket, read_storage_url("s3://bucket/a/", "X"))
    with pytest.raises(ConfigurationError, match="are the same place"):
        check_apart(Folder(path=Path("/a")), read_storage_url("file:///b/../a", "X"))


def test_the_secret_is_in_no_repr() -> None:
    assert "geheim" not in repr(S3Access(key_id="k", secret="geheim"))


@pytest.mark.parametrize("half", [{"key_id": "k"}, {"secret": "geheim"}, {"endpoint": "bucket.example"}])
def test_half_an_access_is_refused(half: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="STORAGE_") as caught:
        S3Access(**half)
    assert "geheim" not in str(caught.value)

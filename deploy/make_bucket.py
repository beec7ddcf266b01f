"""Makes the bucket of STORAGE_URL if it is not there: the service `bucket` of compose.yaml. Safe to repeat.

By a request that obstore signs, which itself knows no buckets. An S3 of a supplier has its own way; then
leave this service out.
"""

import os
import sys
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import obstore
from obstore.store import S3Store

_CREATED, _THERE_ALREADY = (200, 204), 409  # S3 API: BucketAlreadyOwnedByYou


def secret(name: str) -> str:
    return (Path(os.environ["SECRETS_FOLDER"]) / name).read_text().strip()


def main() -> int:
    bucket = urlsplit(os.environ["STORAGE_URL"]).netloc
    store = S3Store(
        bucket,
        endpoint=os.environ["STORAGE_ENDPOINT"],
        region=os.environ["STORAGE_REGION"],
        access_key_id=secret("storage_key_id"),
        secret_access_key=secret("storage_secret"),
        client_options={"allow_http": True},
    )
    url = obstore.sign(store, "PUT", "", timedelta(minutes=5))
    request = urllib.request.Request(url, method="PUT", data=b"")  # noqa: S310 - http or https, says the operator
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - likewise
            status = answer.status
    except urllib.error.HTTPError as exc:
        status = exc.code
    except OSError:
        print("bucket: nobody answers at STORAGE_ENDPOINT", file=sys.stderr)
        return 1
    if status not in (*_CREATED, _THERE_ALREADY):
        print(f"bucket: the store refuses to make {bucket} (HTTP {status})", file=sys.stderr)
        return 1
    print(f"bucket: {bucket} is there")
    return 0


if __name__ == "__main__":
    sys.exit(main())

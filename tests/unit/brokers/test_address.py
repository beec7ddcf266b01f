from __future__ import annotations

import pytest

from brokers.address import BrokerAddress, read_address, write_address
from dossier.errors import ConfigurationError


def test_what_is_written_is_read_and_only_the_owner_may(tmp_path):
    address = BrokerAddress(url="nats://127.0.0.1:4333", token="geheim")
    write_address(tmp_path, address)
    write_address(tmp_path, address)
    assert read_address(tmp_path) == address
    assert [p.stat().st_mode & 0o777 for p in tmp_path.iterdir()] == [0o600]


def test_the_token_is_in_no_repr():
    assert "geheim" not in repr(BrokerAddress(url="nats://h:1", token="geheim"))


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"url": "nats://h:1"}'])
def test_an_absent_or_broken_file_names_the_remedy_and_no_content(tmp_path, content):
    if content is not None:
        (tmp_path / "broker.json").write_text(content)
    with pytest.raises(ConfigurationError, match="start the role") as caught:
        read_address(tmp_path)
    assert caught.value.__cause__ is None

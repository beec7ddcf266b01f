from __future__ import annotations

import pytest

from brokers.address import BrokerAddress, parse_address, read_address, write_address
from dossier.errors import ConfigurationError


def test_what_is_written_is_read_and_only_the_owner_may(tmp_path):
    address = BrokerAddress(url="nats://127.0.0.1:4333", token="geheim", embedded=True)
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


@pytest.mark.parametrize(
    ("url", "nodes", "user", "password"),
    [
        ("amqp://gw@h/v", ("amqp://h:5672/v",), "gw", "setting"),
        ("amqp://gw:in-url@h/v", ("amqp://h:5672/v",), "gw", "in-url"),
        ("amqps://g%40w:a%2Cb@h", ("amqps://h:5671",), "g@w", "a,b"),
        ("amqp://gw@a/v,amqp://gw@b:5673/v", ("amqp://a:5672/v", "amqp://b:5673/v"), "gw", "setting"),
        ("nats://a,nats://b:1", ("nats://a:4222", "nats://b:1"), "", ""),
        ("tls://gw@[::1]", ("tls://[::1]:4222",), "gw", "setting"),
    ],
)
def test_an_address_has_the_secrets_apart(url, nodes, user, password):
    address = parse_address(url, password="setting", token="geheim")
    assert (address.nodes, address.user, address.password) == (nodes, user, password)
    for secret in ("setting", "in-url", "a,b", "geheim"):
        assert secret not in repr(address)


@pytest.mark.parametrize(
    ("url", "remedy"),
    [
        ("amqp://u:geheim@a/v,amqp://u:geheim@b/w", "differ"),
        ("amqp://u:geheim@a/v,amqps://u:geheim@b/v", "differ"),
        ("amqp://u:geheim@a/v?heartbeat=0", "parameters"),
        ("amqp://u@a/v", "BROKER_PASSWORD"),
        ("nats://geheim@a", "BROKER_PASSWORD"),
        ("amqp://a/v", "must name a user"),
        ("http://u:geheim@a", "BROKER_URL"),
        ("amqp://u:geheim@", "BROKER_URL"),
        ("amqp://u:geheim@a:port/v", "BROKER_URL"),
        ("amqp://u:geheim@[a/v", "BROKER_URL"),
        ("geheim", "BROKER_URL"),
    ],
)
def test_a_wrong_address_names_the_remedy_and_not_itself(url, remedy):
    with pytest.raises(ConfigurationError, match=remedy) as caught:
        parse_address(url)
    assert "geheim" not in str(caught.value)
    assert caught.value.__cause__ is None

"""amqps:// and tls://: the broker must show a certificate that we trust."""

from __future__ import annotations

import pytest

from brokers.address import parse_address
from brokers.provision import check, provision
from brokers.topology import Topology
from components.brokers import Nats, Rabbit
from components.nats import NatsServer
from components.rabbitmq import fresh_vhost
from components.tls import make_certificate, tls_proxy
from dossier.errors import Unavailable

TOPOLOGY = Topology()
_NATS_TLS = 'tls {{ cert_file: "{}", key_file: "{}" }}'


@pytest.fixture
def certificate(tmp_path):
    return make_certificate(tmp_path)


@pytest.fixture(params=["nats", "rabbitmq"])
async def tls(request, tmp_path, certificate):
    """The broker, by its address with TLS."""
    if request.param == "nats":
        server = NatsServer(tmp_path / "nats", more=_NATS_TLS.format(*certificate))
        server.start()
        yield Nats(parse_address(f"tls://127.0.0.1:{server.port}", monitor_url=server.monitor_url))
        server.stop()
        return
    with fresh_vhost() as url:
        port, vhost = url.rsplit(":", 1)[1].split("/")
        async with tls_proxy(int(port), *certificate) as tls_port:
            yield Rabbit(parse_address(f"amqps://guest:guest@127.0.0.1:{tls_port}/{vhost}"))


async def test_a_broker_with_a_certificate_that_we_trust_is_used(tls, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    await provision(tls.address, TOPOLOGY)
    connection = tls.connection(TOPOLOGY, None)
    await connection.start()
    await connection.publish(TOPOLOGY.deliveries.subject, "m", b"x")
    await connection.stop()


async def test_a_broker_with_any_other_certificate_gets_nothing(tls):
    with pytest.raises(Unavailable):
        await check(tls.address, TOPOLOGY)

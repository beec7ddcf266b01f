"""What is RabbitMQ's own: provisioning, a password, a queue that is gone. The promises: test_sets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from acceptance.process import Gateway, wait_for
from adapters.parnassys.standin.messages import Push, indienen
from components.rabbitmq import fresh_vhost, rabbit_environment, run_rabbitmq

ROLES = ("kindkans", "relay", "intake")


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    with rabbit_environment() as environment:
        gateway = Gateway(tmp_path / "data", environment=environment)
        yield gateway
        gateway.close()


def test_a_role_on_a_vhost_that_is_not_provisioned_says_what_to_do(tmp_path: Path) -> None:
    with fresh_vhost() as url:
        gateway = Gateway(tmp_path / "data", environment={"BROKER_URL": url})
        gateway.make_world()
        gateway.start("relay", wait=False)
        code = gateway.running["relay"].wait(timeout=30)
        said = gateway.log("relay").read_text()
        declared = gateway.cli("provision")
        again = gateway.cli("provision")
        gateway.start("relay")
        gateway.stop()

    assert code == 1
    assert "queue kindkans.hulpvraag is missing; run the provision step (kindkans-gateway provision)" in said
    assert declared.returncode == again.returncode == 0
    assert "kindkans.hulpvraag" in declared.stdout


def test_a_password_in_the_url_gets_in_and_is_shown_nowhere(gateway: Gateway) -> None:
    port, api = run_rabbitmq()
    vhost = gateway.environment["BROKER_URL"].rsplit("/", 1)[1]
    api.create_user("parkiet", "geheimpje")
    api.permit(vhost, "parkiet")
    gateway.environment = {
        "BROKER_URL": f"amqp://parkiet:geheimpje@127.0.0.1:{port}/{vhost}",
        "LOG_LEVEL": "debug",
    }
    gateway.make_world()
    provisioned = gateway.cli("provision")
    gateway.start("relay")
    gateway.stop()
    api.call("DELETE", "/users/parkiet")
    refused = gateway.cli("provision")
    gateway.environment["BROKER_URL"] = "amqp://parkiet:geheimpje@127.0.0.1:1/x"
    away = gateway.cli("provision")
    gateway.environment["BROKER_URL"] = "amqp://parkiet:geheimpje@127.0.0.1:x"
    wrong = gateway.cli("relay")
    shown = gateway.log("relay").read_text()
    for ran in (provisioned, refused, away, wrong):
        shown += ran.stdout + ran.stderr

    assert [ran.returncode for ran in (provisioned, refused, away, wrong)] == [0, 2, 2, 2]
    assert "BROKER_PASSWORD" in refused.stderr
    assert "geheimpje" not in shown


def test_the_store_is_ready_again_after_its_queue_was_deleted_and_provisioned(gateway: Gateway) -> None:
    _, api = run_rabbitmq()
    vhost = gateway.environment["BROKER_URL"].rsplit("/", 1)[1]
    gateway.environment["RECEIPT_WITHIN_SECONDS"] = "2"
    gateway.make_world()
    gateway.start_all(*ROLES)
    gateway.post(indienen(Push(brin="17GU")).body, role="intake")
    gateway.reconciled()
    for name in ("hulpvraag", "ontvangst", "dood"):
        api.delete_queue(vhost, f"kindkans.{name}")
    gateway.post(indienen(Push(brin="17GU")).body, role="intake")
    wait_for(lambda: "relay_paused" in gateway.log("relay").read_text())
    assert gateway.cli("provision").returncode == 0
    proof = gateway.reconciled()
    gateway.stop()

    assert (proof.answered, proof.held, proof.equal) == (2, 2, 2)

"""RabbitMQ takes its configuration and users from deploy/: ours get in, and nobody else."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import aiormq
import psutil
import pytest
import requests
from aiormq.exceptions import AuthenticationError, ChannelAccessRefused, ProbableAuthenticationError

from acceptance.process import wait_for
from components.base import Component, Missing, component
from components.postgres import free_port
from deploy.compose import ROOT

pytestmark = [pytest.mark.xdist_group("compose"), pytest.mark.timeout(600)]
FOLDER = ROOT / "deploy" / "rabbitmq"


def find_rabbitmq(_folder: Path) -> Component:
    """For `component`. Raises Missing."""
    # Not the one in /usr/sbin, which becomes user rabbitmq and cannot read our folder.
    binary = shutil.which("rabbitmq-server", path="/usr/lib/rabbitmq/bin")
    if binary is None:
        raise Missing("no rabbitmq-server; install Debian's package of that name")
    return Component(line="RabbitMQ, with the configuration of deploy/rabbitmq", address={"binary": binary})


class Rabbit:
    """A node of its own, as the container has it but for ports and folders."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.metrics_port, distribution, epmd = (free_port() for _ in range(4))
        self._binary = component("rabbitmq of deploy", find_rabbitmq).address["binary"]
        subprocess.run([sys.executable, ROOT / "deploy" / "make-secrets", folder / "secrets"], check=True,
                       capture_output=True)  # fmt: skip
        config = (FOLDER / "rabbitmq.conf").read_text()
        for old, new in (
            ("/run/secrets/", f"{folder}/secrets/rabbitmq/"),
            ("prometheus.tcp.port = 15692", f"prometheus.tcp.port = {self.metrics_port}"),
            ("disk_free_limit.absolute = 2GB", "disk_free_limit.absolute = 1MB"),
        ):
            assert old in config, old
            config = config.replace(old, new)
        (folder / "rabbitmq.conf").write_text(f"{config}\nlisteners.tcp.default = 127.0.0.1:{self.port}\n")
        self._environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "HOME": str(folder),
            "RABBITMQ_NODENAME": f"deploy{self.port}@localhost",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(FOLDER / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_DIST_PORT": str(distribution),
            "ERL_EPMD_PORT": str(epmd),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none "
            "-kernel inet_dist_use_interface {127,0,0,1}",
        }
        self._epmd_port = epmd
        with (folder / "out").open("wb") as out:
            self._process = subprocess.Popen(
                [self._binary],
                env=self._environment,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )

    def answers(self) -> bool:
        """Over AMQP, and to Prometheus, which is there earlier."""
        assert self._process.poll() is None, (self.folder / "out").read_text()[-3000:]
        try:
            metrics = requests.get(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=60).text
            socket.create_connection(("127.0.0.1", self.port), timeout=60).close()
        except OSError:
            return False
        return "rabbitmq_build_info" in metrics

    def password(self, user: str) -> str:
        return (self.folder / "secrets" / "gateway" / f"{user}_broker").read_text()

    def url(self, user: str, password: str, vhost: str = "kindkans") -> str:
        return f"amqp://{user}:{password}@127.0.0.1:{self.port}/{vhost}"

    def close(self) -> None:
        shell = psutil.Process(self._process.pid) if self._process.poll() is None else None
        around = [
            *(shell.children(recursive=True) if shell else ()),
            *(
                psutil.Process(found.pid)
                for found in psutil.net_connections("tcp")
                if found.status == psutil.CONN_LISTEN and found.laddr.port == self._epmd_port and found.pid
            ),
        ]
        self._process.kill()
        for process in around:
            if process.is_running():
                process.kill()
        self._process.wait(timeout=30)
        psutil.wait_procs(around, timeout=30)


@pytest.fixture(scope="module")
def rabbit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rabbit]:
    rabbit = Rabbit(tmp_path_factory.mktemp("rabbitmq"))
    try:
        wait_for(rabbit.answers, seconds=90)
        yield rabbit
    finally:
        rabbit.close()


async def test_each_of_our_users_gets_into_our_vhost_and_to_our_queues_only(rabbit: Rabbit) -> None:
    for user in ("provision", "relay", "kindkans"):
        connection = await aiormq.connect(rabbit.url(user, rabbit.password(user)))
        channel = await connection.channel()
        await channel.queue_declare("kindkans.proef", durable=True)
        await channel.basic_publish(b"x", routing_key="kindkans.proef")
        assert (await channel.basic_get("kindkans.proef", no_ack=True)).body == b"x"
        with pytest.raises(ChannelAccessRefused):
            await channel.queue_declare("other", durable=True)
        await connection.close()


@pytest.mark.parametrize(
    ("user", "password", "vhost"),
    [("guest", "guest", "kindkans"), ("guest", "guest", "%2f"), ("relay", "wrong", "kindkans")],
)
async def test_nobody_else_gets_in(rabbit: Rabbit, user: str, password: str, vhost: str) -> None:
    with pytest.raises((AuthenticationError, ProbableAuthenticationError)):
        await aiormq.connect(rabbit.url(user, password, vhost))

"""The production set, run: every service of ours as compose.yaml has it, behind nginx of deploy/nginx."""

from __future__ import annotations

import base64
import itertools
import re
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
import requests

from acceptance.process import WORLD, wait_for
from adapters.parnassys.standin import files
from adapters.parnassys.standin.messages import File, Push, indienen
from brokers.address import BrokerAddress
from deploy.backing import PRODUCTION, connections, embedded, postgres_of_compose, production, psql
from deploy.certificates import Pair
from deploy.compose import ROOT, read_services
from deploy.front import PORT, Front
from deploy.roles import Roles

pytestmark = [pytest.mark.xdist_group("compose"), pytest.mark.timeout(600)]
MIB = 1024 * 1024
NUMBER = re.compile(r"dossiernummer>(-?[0-9]+)<")
_PAUSE_SECONDS = 0.5  # of a sender, before it sends the same again
ROLES = ("intake", "relay", "kindkans", "helpdesk")


@dataclass
class Set:
    """Everything, running."""

    roles: Roles
    front: Front
    postgres: str
    secret: str
    answered: set[int] = field(default_factory=set)

    @property
    def headers(self) -> dict[str, str]:
        pair = base64.b64encode(f"parnassys-gong:{self.secret}".encode()).decode()
        return {"Authorization": f"Basic {pair}", "Content-Type": "text/xml; charset=utf-8"}

    def post(self, push: Push, *, client: Pair | None = None) -> requests.Response:
        with self.front.session(client) as session:
            return session.post(
                f"{self.front.url}/parnassys/v1", data=indienen(push).body, headers=self.headers, timeout=120
            )

    def push(self, push: Push) -> int:
        """The number it gets, as a sender does it: the same message again while the outcome is unknown."""
        for attempt in range(20):
            if attempt:
                time.sleep(_PAUSE_SECONDS)  # nginx asks an intake that failed again after five seconds
            try:
                answer = self.post(push)
            except requests.exceptions.SSLError:
                raise
            except requests.ConnectionError:
                continue
            if answer.status_code == 200:
                number = int(NUMBER.findall(answer.text)[0])
                self.answered.add(number)
                return number
            assert answer.status_code in (500, 503), answer.text
        raise AssertionError("no answer in twenty tries")

    def heard(self) -> float:
        """Messages that any intake has heard of."""
        alive = [replica for replica in self.roles.replicas("intake") if replica in self.roles.running]
        return sum(self.roles.metric(replica, "kindkans_messages_total") for replica in alive)

    def proven(self) -> str:
        done = self.roles.once("admin", "reconcile", "--wait", "60")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "under way 0" in done.stdout  # confirmed, all of it: "not late yet" is no proof
        return done.stdout


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, nats_server: BrokerAddress) -> Iterator[Set]:
    folder = tmp_path_factory.mktemp("set")
    secrets = folder / "all-secrets"
    subprocess.run(
        [sys.executable, ROOT / "deploy" / "make-secrets", secrets], check=True, capture_output=True
    )
    postgres = postgres_of_compose(secrets)
    backings = (
        production(postgres, secrets)
        if PRODUCTION
        else embedded(postgres, {"url": nats_server.url, "token": nats_server.token})
    )
    with backings as backing:
        roles = Roles(folder, secrets, backing)
        intakes = [roles.address(replica) for replica in roles.replicas("intake")]
        stores = [roles.address(replica) for replica in roles.replicas("kindkans")]
        front = Front(folder / "nginx", roles.address("nginx"), intakes, roles.address("helpdesk-1"), stores)
        try:
            yield bring_up(roles, front, postgres)
        finally:
            front.close()
            roles.close()


def bring_up(roles: Roles, front: Front, postgres: str) -> Set:
    """In the order of depends_on."""
    for name in ("migrate", "provision", *(["bucket"] if PRODUCTION else [])):
        for _ in range(2):  # they are repeated at every `up`
            done = roles.once(name)
            assert done.returncode == 0, done.stderr
    done = roles.once("admin", "config", "apply", str(WORLD), "--yes")
    assert done.returncode == 0, done.stderr
    [secret] = re.findall(r"^parnassys-gong: (\S+)$", done.stdout, re.MULTILINE)
    replicas = [replica for name in ROLES for replica in roles.replicas(name)]
    for replica in replicas:
        roles.start(replica, wait=False)
    roles.wait_ready(*replicas)
    front.start()
    return Set(roles=roles, front=front, postgres=postgres, secret=secret)


def dossier(*contents: File) -> Push:
    return Push(brin="17GU", school="PCBO De Gong", files=contents)


def pdf(number: int, size: int = 5 * MIB) -> File:
    return File(naam=f"OPP {number}.pdf", content=files.pdf(f"{number}", size), mediatype="application/pdf")


def test_a_push_with_a_client_certificate_reaches_the_store(running: Set) -> None:
    push = dossier(pdf(1, 10_000))
    number = running.push(push)

    assert number > 0
    assert running.push(push) == number
    assert "No differences" in running.proven()


def test_both_intakes_take_their_share(running: Set) -> None:
    before = [running.roles.metric(i, "kindkans_messages_total") for i in running.roles.replicas("intake")]
    for _ in range(6):
        running.push(dossier())
    after = [running.roles.metric(i, "kindkans_messages_total") for i in running.roles.replicas("intake")]

    assert all(late > early for early, late in zip(before, after, strict=True))


@pytest.mark.parametrize("who", ["nobody", "stranger", "expired"])
def test_without_a_certificate_of_ours_a_push_is_refused_before_its_body_is_read(
    running: Set, who: str
) -> None:
    client = {"nobody": None, "stranger": running.front.stranger, "expired": running.front.expired}[who]
    before = running.heard()
    with running.front.connect(client) as connection:
        connection.sendall(
            b"POST /parnassys/v1 HTTP/1.1\r\nHost: front\r\nContent-Type: text/xml\r\n"
            b"Content-Length: 50000000\r\n\r\n"  # of which not one byte follows
        )
        answer = connection.recv(4096)

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"certificate" in answer
    assert running.heard() == before


def test_a_body_is_streamed_an_answer_comes_while_it_is_still_on_its_way(running: Set) -> None:
    body = indienen(dossier(pdf(1))).body
    wrong = base64.b64encode(b"parnassys-gong:wrong").decode()
    with running.front.connect(running.front.client) as connection:
        connection.sendall(
            f"POST /parnassys/v1 HTTP/1.1\r\nHost: front\r\nContent-Type: text/xml; charset=utf-8\r\n"
            f"Authorization: Basic {wrong}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body[:100_000]
        )
        answer = connection.recv(4096)

    assert answer.startswith(b"HTTP/1.1 401 ")


def test_plain_http_is_refused(running: Set) -> None:
    address = running.front.address
    answer = requests.post(f"http://{address}:{PORT}/parnassys/v1", data=b"x", timeout=60)

    assert answer.status_code == 400
    for port in (80, 8080):
        with pytest.raises(requests.ConnectionError):
            requests.post(f"http://{address}:{port}/parnassys/v1", data=b"x", timeout=60)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1")  # that is what is tried
def test_an_older_tls_than_1_2_is_refused(running: Set) -> None:
    with running.front.connect(running.front.client, newest=ssl.TLSVersion.TLSv1_2) as connection:
        assert connection.version() == "TLSv1.2"
    with pytest.raises(ssl.SSLError, match="alert protocol version"):  # says the front, not our own side
        running.front.connect(running.front.client, newest=ssl.TLSVersion.TLSv1_1)


@pytest.mark.parametrize("path", ["/", "/readyz", "/metrics", "/parnassys", "/parnassys/v1/../../metrics"])
def test_nothing_else_of_a_role_can_be_reached_from_outside(running: Set, path: str) -> None:
    with running.front.session() as session:
        request = requests.Request("GET", running.front.url).prepare()
        request.url = running.front.url + path
        answer = session.send(request, cert=running.front.client.files, verify=session.verify, timeout=60)

    assert answer.status_code == 404


def test_people_of_the_helpdesk_need_no_certificate_and_reach_nothing_but_the_helpdesk(running: Set) -> None:
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(running.front.server_authority.certificate)
        pages = {
            path: session.get(running.front.helpdesk_url + path, timeout=60, allow_redirects=False)
            for path in ("/", "/static/style.css", "/parnassys/v1", "/metrics")
        }

    assert pages["/"].status_code == 303
    assert pages["/"].headers["Location"].startswith("/inloggen")
    assert pages["/static/style.css"].status_code == 200
    assert "max-age" in pages["/"].headers["Strict-Transport-Security"]
    for path in ("/parnassys/v1", "/metrics"):  # as any page that there is not
        assert pages[path].headers["Location"].startswith("/inloggen")


def test_people_of_schools_reach_the_pages_of_either_store_and_programs_their_api(running: Set) -> None:
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(running.front.server_authority.certificate)

        def get(path: str) -> requests.Response:
            return session.get(running.front.kindkans_url + path, timeout=60, allow_redirects=False)

        pages = [get("/") for _ in range(4)]  # in turn
        api, metrics = get("/api/mij"), get("/metrics")

    assert [page.status_code for page in pages] == [303] * 4
    assert all("max-age" in page.headers["Strict-Transport-Security"] for page in pages)
    assert (api.status_code, api.headers["Content-Type"]) == (401, "application/problem+json")
    assert metrics.headers["Location"].startswith("/inloggen")
    log = running.front.log
    assert all(f"{running.roles.address(store)}:8083" in log for store in running.roles.replicas("kindkans"))


def test_the_contract_says_the_address_that_schools_call(running: Set) -> None:
    with running.front.session() as session:
        answer = session.get(f"{running.front.url}/parnassys/v1?wsdl", timeout=60)

    assert answer.status_code == 200
    assert f"{read_services()['intake'].environment['PUBLIC_URL']}/parnassys/v1" in answer.text


def test_ten_bijlagen_of_5_mb_stream_through_and_twenty_get_their_reden(running: Set) -> None:
    ten = running.push(dossier(*(pdf(number) for number in range(10))))
    twenty = running.post(dossier(*(pdf(number) for number in range(20))))

    assert ten > 0
    assert "BIJLAGEN_SAMEN_TE_GROOT" in twenty.text
    assert "<code>" in twenty.text
    assert running.front.resident_bytes < 64 * MIB
    running.proven()


def test_a_message_above_the_limit_is_refused_by_its_head(running: Set) -> None:
    with running.front.connect(running.front.client) as connection:
        connection.sendall(
            f"POST /parnassys/v1 HTTP/1.1\r\nHost: front\r\nContent-Length: {512 * MIB + 1}\r\n\r\n".encode()
        )
        assert connection.recv(4096).startswith(b"HTTP/1.1 413 ")


def test_when_an_intake_is_killed_nginx_goes_on_with_the_other_and_nothing_is_lost_or_doubled(
    running: Set,
) -> None:
    pushes = [dossier(pdf(number, 200_000)) for number in range(60)]
    counter = itertools.count()
    killed = threading.Event()

    def push(one: Push) -> int:
        if next(counter) == 20:
            running.roles.kill("intake-1")
            killed.set()
        return running.push(one)

    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(push, pushes))
    assert killed.is_set()
    assert len(set(numbers)) == len(pushes)
    assert all(number > 0 for number in numbers)
    again = [running.push(one) for one in pushes[15:30]]
    running.roles.start("intake-1")

    assert again == numbers[15:30]
    running.proven()


def test_with_no_intake_at_all_the_sender_is_told_to_send_the_same_again(running: Set) -> None:
    running.roles.stop("intake-1", "intake-2")
    push = dossier()
    told = running.post(push)
    for replica in running.roles.replicas("intake"):
        running.roles.start(replica)

    assert told.status_code == 503
    assert "zelfde berichtId" in told.text
    assert NUMBER.findall(told.text) == []
    wait_for(lambda: running.push(push) > 0)


def test_a_relay_and_a_store_that_are_killed_are_stood_in_for(running: Set) -> None:
    for number in range(10):
        running.push(dossier(pdf(number, 20_000)))
    running.roles.kill("relay-1")
    running.roles.kill("kindkans-1")
    for number in range(10):
        running.push(dossier(pdf(number, 20_000)))

    running.proven()
    running.roles.start("relay-1")
    running.roles.start("kindkans-1")


def test_each_role_is_a_user_of_its_own_at_the_database_and_may_not_change_its_tables(running: Set) -> None:
    assert {"gateway", "kindkans"} <= set(connections(running.postgres))
    assert "migrator" not in connections(running.postgres)

    asked = {"PGPASSWORD": running.roles.password("gateway")}
    own, other = (
        f"postgresql://gateway@{running.postgres}/{name}" for name in ("kindkans_gateway", "kindkans_store")
    )
    assert psql(own, "--command", "SELECT count(*) FROM outbox", **asked).returncode == 0
    sequence = "dossier_dossiernummer_seq"
    same = f"SELECT setval('{sequence}', (SELECT last_value FROM {sequence}))"  # as after a restore
    assert psql(own, "--command", same, **asked).returncode == 0
    assert "must be owner" in psql(own, "--command", "DROP TABLE outbox", **asked).stderr
    assert "permission denied" in psql(own, "--command", "CREATE TABLE x (y int)", **asked).stderr
    assert "permission denied for database" in psql(other, "--command", "SELECT 1", **asked).stderr
    assert "password authentication failed" in psql(own, "--command", "SELECT 1", PGPASSWORD="x").stderr


def test_no_secret_and_no_pupil_is_in_any_log(running: Set) -> None:
    running.push(Push(brin="17GU", achternaam="Kanarievogel", files=(pdf(1, 1000),)))
    running.proven()
    logs = running.front.log + "".join(
        running.roles.log(replica).read_text() for name in ROLES for replica in running.roles.replicas(name)
    )

    assert '"method":"POST","path":"/parnassys/v1","status":200' in running.front.log
    assert "Kanarievogel" not in logs
    for secret in (running.secret, *running.roles.secrets()):
        assert secret not in logs


def test_every_process_ends_cleanly_within_its_grace(running: Set) -> None:
    running.front.stop()
    running.roles.stop(*list(running.roles.running))
    for name in ROLES:
        for replica in running.roles.replicas(name):
            assert "process_stopped" in running.roles.log(replica).read_text()

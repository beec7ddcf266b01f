"""The omgeving proves who it is, before a byte of its message is read."""

from __future__ import annotations

import base64
import re
import socket
from urllib.parse import urlsplit

import pytest
import requests

from acceptance.process import Gateway, wait_for
from adapters.parnassys.standin.messages import Push, indienen

NUMBER = re.compile(r"dossiernummer>([0-9]+)<")


def basic(omgeving: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{omgeving}:{secret}".encode()).decode()


WRONG = {
    "none": "",
    "a wrong secret": basic("parnassys-gong", "wrong"),
    "an unknown omgeving": basic("nobody", "wrong"),
    "no base64": "Basic ???",
    "no colon": "Basic " + base64.b64encode(b"parnassys-gong").decode(),
    "another scheme": "Digest username=x",
    "a bearer without a secret": "Bearer parnassys-gong",
    "a wrong bearer": "Bearer parnassys-gong.wrong",
}


@pytest.mark.parametrize("authorization", WRONG.values(), ids=WRONG.keys())
def test_who_is_not_known_gets_401_and_is_told_how(gateway: Gateway, authorization: str) -> None:
    answer = gateway.post(indienen(Push(brin="17GU")).body, Authorization=authorization)

    assert answer.status_code == 401
    assert "Basic" in answer.headers["WWW-Authenticate"]
    assert "Bearer" in answer.headers["WWW-Authenticate"]
    assert "<code>NIET_AANGEMELD</code>" in answer.text


def test_basic_and_bearer_both_do(gateway: Gateway) -> None:
    secret = gateway.secrets["parnassys-gong"]
    for authorization in (basic("parnassys-gong", secret), f"Bearer parnassys-gong.{secret}"):
        answer = gateway.post(indienen(Push(brin="17GU")).body, Authorization=authorization)
        assert NUMBER.search(answer.text)


@pytest.mark.parametrize("expect", ["", "Expect: 100-continue\r\n"])
def test_the_401_comes_before_the_body(gateway: Gateway, expect: str) -> None:
    url = urlsplit(gateway.url())
    assert url.hostname
    assert url.port
    with socket.create_connection((url.hostname, url.port), timeout=60) as sock:
        sock.sendall(
            f"POST {url.path} HTTP/1.1\r\nHost: x\r\n{expect}Content-Type: text/xml\r\n"
            "Content-Length: 100000\r\n\r\n".encode()
        )
        assert sock.recv(1000).startswith(b"HTTP/1.1 401")


def test_a_large_message_of_somebody_unknown_is_answered_and_not_reset(gateway: Gateway) -> None:
    body = indienen(Push(brin="17GU", titel="x" * 100)).body + b" " * 500_000
    for _ in range(5):
        assert gateway.post(body, Authorization="Basic eDp5").status_code == 401


def test_a_rotated_secret_replaces_the_old_one_within_seconds(gateway: Gateway) -> None:
    omgeving, old = "parnassys-zwolle", gateway.secrets["parnassys-zwolle"]
    push = Push(brin="15YR", vestiging="00")
    assert NUMBER.search(gateway.post(indienen(push).body, Authorization=basic(omgeving, old)).text)

    told = gateway.cli("koppeling", "rotate-secret", omgeving, "--yes")
    new = told.stdout.split(f"{omgeving}: ")[1].strip()

    def status(secret: str) -> int:
        return gateway.post(indienen(push).body, Authorization=basic(omgeving, secret)).status_code

    wait_for(lambda: status(old) == 401)
    assert status(new) == 200


def test_the_wsdl_and_xsd_are_for_everybody_and_name_the_address(gateway: Gateway) -> None:
    wsdl = requests.get(f"{gateway.url()}?wsdl", timeout=60)
    xsd = requests.get(f"{gateway.url()}?xsd", timeout=60)

    assert gateway.url() in wsdl.text
    assert "{{" not in wsdl.text
    assert "HulpvraagBericht" in xsd.text
    assert requests.put(gateway.url(), timeout=60).status_code == 405
    assert requests.get(gateway.url().replace("/v1", "/v9"), timeout=60).status_code == 404

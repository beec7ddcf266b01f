"""Two identity providers over HTTP: the one of oidc-provider-mock, and one of ours that can be dishonest."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from components.postgres import free_port


@contextmanager
def mock_provider() -> Iterator[str]:
    """Its issuer. Anybody may log in, and PUT /users/SUB sets somebody's claims."""
    port = free_port()
    issuer = f"http://localhost:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"AUTHLIB_INSECURE_TRANSPORT": "1"},
    )
    try:
        until = time.monotonic() + 120
        while not _answers(f"{issuer}/.well-known/openid-configuration"):
            assert process.poll() is None, "the provider ended"
            assert time.monotonic() < until, "the provider does not answer"
            time.sleep(0.05)
        yield issuer
    finally:
        process.terminate()
        process.wait(30)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.HTTPError:
        return False


_KEY = RSAKey.generate_key(2048, parameters={"kid": "k1"})


class Dishonest:
    """A provider whose next token is as the test wants it. It does hold us to PKCE and our secret."""

    def __init__(self) -> None:
        self.key = _KEY
        self.published = [self.key]
        self.signing: Any = self.key
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "k1"}
        self.claims: dict[str, Any] = {}  # over the honest ones; None takes one away
        self.discovery: dict[str, Any] = {}
        self.tampered = False
        self.token_answer: tuple[int, bytes] | None = None
        self.asked_for_keys = 0
        self.begun: dict[str, str] = {}
        self.client = ("gateway", "se:cret/1")
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(*provider._get(self.path))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                self._answer(*provider._token(body, self.headers.get("authorization", "")))

            def _answer(self, status: int, content: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *arguments: Any) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()

    def let_in(self, url: str) -> dict[str, str]:
        """What the browser brings back after it went to `url`."""
        self.begun = {name: value for name, [value] in parse_qs(urlsplit(url).query).items()}
        return {"code": "code-1", "state": self.begun["state"]}

    def _get(self, path: str) -> tuple[int, bytes]:
        if path == "/jwks":
            self.asked_for_keys += 1
            return 200, json.dumps(KeySet(self.published).as_dict(private=False)).encode()
        found = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
        }
        return 200, json.dumps(found | self.discovery).encode()

    def _token(self, body: str, authorization: str) -> tuple[int, bytes]:
        if self.token_answer is not None:
            return self.token_answer
        form = {name: value for name, [value] in parse_qs(body).items()}
        challenge = _encoded(hashlib.sha256(form["code_verifier"].encode()).digest())
        secret = base64.b64encode(b"gateway:se%3Acret%2F1").decode()
        honest = (
            challenge == self.begun["code_challenge"]
            and self.begun["code_challenge_method"] == "S256"
            and authorization == f"Basic {secret}"
            and form["redirect_uri"] == self.begun["redirect_uri"]
            and form["code"] == "code-1"
        )
        if not honest:
            return 400, b'{"error": "invalid_grant"}'
        return 200, json.dumps({"access_token": "at", "id_token": self._id_token()}).encode()

    def _id_token(self) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": "gateway",
            "sub": "42",
            "exp": now + 300,
            "iat": now,
            "nonce": self.begun["nonce"],
            "name": "Anna",
        } | self.claims
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.header["alg"] in ("none", "HS256"):
            head = f"{_encoded(json.dumps(self.header).encode())}.{_encoded(json.dumps(claims).encode())}"
            # What an attacker signs with who hopes that it is checked with the provider's public key.
            secret = self.key.as_pem(private=False)
            signature = hmac.new(secret, head.encode(), hashlib.sha256).digest()
            return f"{head}.{_encoded(signature) if self.header['alg'] == 'HS256' else ''}"
        token = jwt.encode(self.header, claims, self.signing, algorithms=[self.header["alg"]])
        if self.tampered:
            head, _, tail = token.split(".")
            return ".".join((head, _encoded(json.dumps(claims | {"sub": "1"}).encode()), tail))
        return token


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()

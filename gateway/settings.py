"""All settings, read once from the environment (and `.env`), each with its unit and default."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from brokers.topology import Topology
from dossier.errors import ConfigurationError
from validators.limits import FORBIDDEN_CONTENT_TYPES, MEBIBYTE, Limits

EMBEDDED = "embedded"


def _number(value: object) -> object:
    """A variable is text, and text is none of the numbers of a Literal."""
    return int(value) if isinstance(value, str) and value.isdecimal() else value


class Settings(BaseSettings):
    """Environment variables of the same name, in capitals."""

    model_config = SettingsConfigDict(env_file=".env", frozen=True, extra="ignore")

    secrets_folder: Path | None = Field(
        None, description="with a file per secret, named as the variable in lower case; variables win"
    )
    data_folder: Path = Field(Path("data"), description="databases, bijlagen, keys and the embedded broker")
    database_url: str = Field("", description="of the gateway; empty: SQLite in the data folder")
    kindkans_database_url: str = Field("", description="of the core store; empty: SQLite in the data folder")
    database_password: str = Field("", repr=False, description="of `database_url`, where that has none")
    kindkans_database_password: str = Field(
        "", repr=False, description="of `kindkans_database_url`, likewise"
    )
    broker_url: str = Field(
        EMBEDDED,
        repr=False,
        description="amqp(s)://USER@HOST/VHOST, nats:// or tls://; comma between nodes; `embedded`: see `up`",
    )
    broker_password: str = Field(
        "", repr=False, description="of the user in `broker_url`, where that has none"
    )
    broker_token: str = Field("", repr=False, description="of an external NATS; empty if it asks for none")
    broker_monitor_url: str = Field(
        "", description="http://HOST:8222 of a single external NATS, which must show that it syncs always"
    )
    broker_replicas: Annotated[Literal[1, 3, 5], BeforeValidator(_number)] = Field(
        1, description="copies of each NATS stream, 3 or 5 on a cluster; RabbitMQ: the cluster's own default"
    )
    storage_url: str = Field(
        "", description="bijlagen: file:///folder or s3://bucket/prefix; empty: bijlagen/ in the data folder"
    )
    kindkans_storage_url: str = Field(
        "", description="of the core store, likewise; empty: kindkans-bijlagen/ in the data folder"
    )
    storage_endpoint: str = Field(
        "", description="of S3; empty: AWS's own. Plain http only if it begins with http://"
    )
    storage_region: str = Field("", description="of S3; empty: as AWS_REGION says")
    storage_key_id: str = Field("", description="of S3; empty: as AWS's environment variables or roles say")
    storage_secret: str = Field("", repr=False, description="that belongs to `storage_key_id`")
    key_file: Path | None = Field(None, description="the keyring; default: keys.json in the data folder")

    host: str = Field("127.0.0.1", description="address on which SOAP is served")
    port: int = Field(8080, ge=0, le=65535, description="port of SOAP; 0 picks a free one")
    ops_port: int = Field(8081, ge=0, le=65535, description="port of /healthz, /readyz and /metrics; 0: free")
    public_url: str = Field("", description="base URL in the WSDL; empty: the address that is served")
    nats_port: int = Field(
        0, ge=0, le=65535, description="port of the embedded NATS; 0 picks and keeps a free one"
    )

    helpdesk_port: int = Field(8082, ge=0, le=65535, description="port of the helpdesk's pages; 0: free")
    helpdesk_url: str = Field(
        "", description="where browsers find the helpdesk; https:// in production; empty: as it is served"
    )
    helpdesk_behind_proxy: bool = Field(
        False, description="whether X-Real-IP is our own proxy's word; without one anybody could write it"
    )
    kindkans_pages: bool = Field(
        True,
        description="whether the core store serves its pages and API; some that only take events need none",
    )
    kindkans_port: int = Field(
        8083, ge=0, le=65535, description="port of the core store's pages and API; 0: free"
    )
    kindkans_url: str = Field(
        "", description="where browsers find the core store; https:// in production; empty: as it is served"
    )
    kindkans_behind_proxy: bool = Field(False, description="as `helpdesk_behind_proxy`, of the core store")
    kindkans_api_url: str = Field(
        "", description="where the helpdesk asks the core store who sees a dossier; empty: it does not ask"
    )
    kindkans_api_key: str = Field(
        "", repr=False, description="a key of an account of the core store with role `uitleg`, for that"
    )
    oidc_issuer: str = Field("", description="of the identity provider; empty: local accounts only")
    oidc_client_id: str = Field("", description="of the helpdesk, at the identity provider")
    oidc_client_secret: str = Field("", repr=False, description="that belongs to `oidc_client_id`")
    oidc_role_claim: str = Field(
        "kindkans_rol", description="that holds helpdesk, applicatiebeheerder, auditor or beheerder"
    )
    oidc_swv_claim: str = Field("kindkans_swv", description="that holds the id of somebody's SWV")
    oidc_scope: str = Field("openid profile", description="what is asked of the identity provider")

    intake_workers: int = Field(
        1, ge=1, le=64, description="processes that the role `intake` runs on one port; about one per core"
    )
    prometheus_url: str = Field(
        "", description="that the helpdesk's /status reads; empty: it reads the database"
    )
    traces_url: str = Field(
        "", description="of OTLP over HTTP, as http://collector:4318/v1/traces; empty: no traces"
    )
    traces_ratio: float = Field(1.0, ge=0, le=1, description="of the messages that are traced")
    certificates_at: str = Field(
        "", description="HOST:PORT of TLS whose expiry is watched, comma between: schools, then helpdesk"
    )

    request_deadline_seconds: float = Field(120, gt=0, description="for reading one request and answering it")
    header_deadline_seconds: float = Field(10, gt=0, description="for the head of a request to be complete")
    max_request_bytes: int = Field(512 * MEBIBYTE, gt=0, description="of a whole request; 413 above it")
    max_connections: int = Field(600, gt=0, description="open connections; 503 above it")
    drain_seconds: float = Field(
        30, gt=0, description="to finish what is in hand after SIGTERM; then it ends as it is"
    )
    min_free_bytes: int = Field(256 * MEBIBYTE, ge=0, description="free disk below which /readyz says no")

    max_bijlage_bytes: int = Field(5 * MEBIBYTE, gt=0, description="of one decoded bijlage (FAQ 6)")
    max_bijlage_naam_characters: int = Field(100, gt=0, description="code points after NFC (FAQ 6)")
    max_bijlagen: int = Field(20, gt=0, le=999, description="in one message")
    max_bijlagen_bytes: int = Field(50 * MEBIBYTE, gt=0, description="of all decoded bijlagen together")
    forbidden_content_types: frozenset[str] = Field(
        frozenset(FORBIDDEN_CONTENT_TYPES), description="as sniffed from the content; a JSON list"
    )

    secret_cache_seconds: float = Field(60, gt=0, description="how long a verified secret is remembered")
    receipt_within_seconds: float = Field(300, gt=0, description="before an unconfirmed event is repeated")
    relay_lease_seconds: float = Field(
        10, gt=0, description="before another relay takes over what one claimed; above a publish's 6"
    )
    ack_wait_seconds: float = Field(
        10, gt=0, description="before NATS hands an unanswered message to another; set by `provision`"
    )
    retention_content_days: int = Field(
        0, ge=0, description="from `bezorgd` until the content of a push is removed here; 0: never"
    )
    retention_history_days: int = Field(
        0, ge=0, description="likewise its outbox row and tijdlijn; not before the content; 0: never"
    )
    retention_rejection_days: int = Field(
        0, ge=0, description="until the record of a rejection is removed; 0: never"
    )
    retention_auto: bool = Field(
        False, description="whether intake does it every day; else: `kindkans-gateway retention --apply`"
    )
    handling_deadline_seconds: float = Field(
        120, gt=0, description="for the store to handle one event; beyond it, the event failed once"
    )
    event_max_tries: int = Field(8, ge=1, description="of an event that fails by itself, before it is dead")
    watchdog_seconds: float = Field(
        30, gt=0, description="without a turn of the event loop, before the process ends itself"
    )
    log_format: Literal["console", "json"] = Field(
        "json", description="json for machines, console for people"
    )
    failpoints: str = Field("", description="for fault tests only (gateway/failpoints.py); leave empty")
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @property
    def limits(self) -> Limits:
        return Limits(
            bijlage_bytes=self.max_bijlage_bytes,
            bijlage_naam_characters=self.max_bijlage_naam_characters,
            bijlagen=self.max_bijlagen,
            bijlagen_bytes=self.max_bijlagen_bytes,
            forbidden_content_types=self.forbidden_content_types,
        )

    @property
    def gateway_database(self) -> str:
        return self.database_url or f"sqlite:///{self.data_folder.resolve()}/gateway.db"

    @property
    def kindkans_database(self) -> str:
        return self.kindkans_database_url or f"sqlite:///{self.data_folder.resolve()}/kindkans.db"

    @property
    def topology(self) -> Topology:
        replicas = 1 if self.broker_url == EMBEDDED else self.broker_replicas
        return Topology(ack_wait_seconds=self.ack_wait_seconds, replicas=replicas)

    @property
    def keyring_path(self) -> Path:
        return self.key_file or self.data_folder / "keys.json"


def read_settings(**overrides: object) -> Settings:
    """Raises ConfigurationError that names each wrong variable and never shows its value."""
    try:
        settings = Settings(**overrides)  # type: ignore[arg-type]
        if settings.secrets_folder is None:
            return settings
        return _with_secrets(settings.secrets_folder, overrides)
    except ValidationError as exc:
        wrong = "; ".join(
            f"{'.'.join(str(p) for p in e['loc']).upper()}: {e['msg']}"
            for e in exc.errors(include_input=False, include_context=False)
        )
        raise ConfigurationError(f"wrong setting: {wrong}") from None


def _with_secrets(folder: Path, overrides: dict[str, object]) -> Settings:
    """A secret that cannot be read is an error: without it a role would go on with an empty one."""
    try:
        # pydantic-settings warns, and leaves the secret out.
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            return Settings(_secrets_dir=folder, **overrides)  # type: ignore[call-arg,arg-type]
    except (OSError, UserWarning, SettingsError, UnicodeDecodeError):
        # No cause: it could show what stands in the file.
        raise ConfigurationError(
            f"SECRETS_FOLDER: {folder} must be a folder with files of its own that user {os.geteuid()}"
            " can read"
        ) from None

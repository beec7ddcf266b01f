"""All settings, read once from the environment (and `.env`), each with its unit and default."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from dossier.errors import ConfigurationError
from validators.limits import FORBIDDEN_CONTENT_TYPES, MEBIBYTE, Limits

EMBEDDED = "embedded"


class Settings(BaseSettings):
    """Environment variables of the same name, in capitals."""

    model_config = SettingsConfigDict(env_file=".env", frozen=True, extra="ignore")

    data_folder: Path = Field(Path("data"), description="databases, bijlagen, keys and the embedded broker")
    database_url: str = Field("", description="of the gateway; empty: SQLite in the data folder")
    kindkans_database_url: str = Field("", description="of the core store; empty: SQLite in the data folder")
    database_password: str = Field("", repr=False, description="of `database_url`, where that has none")
    kindkans_database_password: str = Field(
        "", repr=False, description="of `kindkans_database_url`, likewise"
    )
    broker_url: str = Field(EMBEDDED, description="nats://..., or `embedded`: the NATS that `up` starts")
    broker_token: str = Field("", repr=False, description="of an external broker; empty if it asks for none")
    key_file: Path | None = Field(None, description="the keyring; default: keys.json in the data folder")

    host: str = Field("127.0.0.1", description="address on which SOAP is served")
    port: int = Field(8080, ge=0, le=65535, description="port of SOAP; 0 picks a free one")
    ops_port: int = Field(8081, ge=0, le=65535, description="port of /healthz, /readyz and /metrics; 0: free")
    public_url: str = Field("", description="base URL in the WSDL; empty: the address that is served")
    nats_port: int = Field(
        0, ge=0, le=65535, description="port of the embedded NATS; 0 picks and keeps a free one"
    )

    request_deadline_seconds: float = Field(120, gt=0, description="for reading one request and answering it")
    header_deadline_seconds: float = Field(10, gt=0, description="for the head of a request to be complete")
    max_request_bytes: int = Field(512 * MEBIBYTE, gt=0, description="of a whole request; 413 above it")
    max_connections: int = Field(600, gt=0, description="open connections; 503 above it")
    drain_seconds: float = Field(30, gt=0, description="to finish what is in hand after SIGTERM")
    min_free_bytes: int = Field(256 * MEBIBYTE, ge=0, description="free disk below which /readyz says no")

    max_bijlage_bytes: int = Field(5 * MEBIBYTE, gt=0, description="of one decoded bijlage (FAQ 6)")
    max_bijlage_naam_characters: int = Field(100, gt=0, description="code points after NFC (FAQ 6)")
    max_bijlagen: int = Field(20, gt=0, description="in one message")
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
    def keyring_path(self) -> Path:
        return self.key_file or self.data_folder / "keys.json"


def read_settings(**overrides: object) -> Settings:
    """Raises ConfigurationError that names each wrong variable and never shows its value."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as exc:
        wrong = "; ".join(
            f"{'.'.join(str(p) for p in e['loc']).upper()}: {e['msg']}"
            for e in exc.errors(include_input=False, include_context=False)
        )
        raise ConfigurationError(f"wrong setting: {wrong}") from None

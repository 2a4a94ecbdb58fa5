"""All settings in one frozen object, read from the environment (`VITALSTREAM_…`) or `_FILE` secrets."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

MEBIBYTE = 1024 * 1024
PREFIX = "VITALSTREAM_"


class _SecretFiles(PydanticBaseSettingsSource):
    """Reads `VITALSTREAM_X_FILE=/path` as the value of `x`: how containers hand over secrets."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        path = os.environ.get(f"{PREFIX}{field_name.upper()}_FILE")
        return (Path(path).read_text().strip() if path else None, field_name, False)

    def __call__(self) -> dict[str, Any]:
        fields = self.settings_cls.model_fields
        values = {name: self.get_field_value(field, name)[0] for name, field in fields.items()}
        return {name: value for name, value in values.items() if value is not None}


class Settings(BaseSettings):
    """What an operator can set. Every field is read from `VITALSTREAM_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    broker: str = Field("127.0.0.1:9092", description="Kafka bootstrap servers, host:port[,host:port]")
    redis_url: SecretStr = Field(SecretStr("redis://127.0.0.1:6379/0"), description="Redis or Valkey URL")
    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_SSL"] = Field(
        "PLAINTEXT", description="how Kafka is talked to; SSL shows a certificate, SASL_SSL a password"
    )
    kafka_ca: Path | None = Field(None, description="CA (PEM) that Kafka's certificate must come from")
    kafka_cert: Path | None = Field(None, description="certificate chain (PEM) that says who this client is")
    kafka_key: Path | None = Field(None, description="its private key (PEM)")
    kafka_user: str | None = Field(
        None, description="user of SASL_SSL; the role's name by the ACLs made here"
    )
    kafka_password: SecretStr | None = Field(None, description="its password")
    kafka_mechanism: Literal["SCRAM-SHA-512", "SCRAM-SHA-256"] = Field(
        "SCRAM-SHA-512", description="how the password is proven; it is never sent"
    )
    plaintext: Literal["loopback", "trusted-network"] = Field(
        "loopback",
        description="where Kafka, Redis and metrics may go without TLS; trusted-network says that nobody"
        " else can read or write on the network between them",
    )
    data_dir: Path = Field(
        default_factory=lambda: Path.home() / ".local" / "share" / "vitalstream",
        description="where the embedded stack and the workers keep their files",
    )
    app_id: str = Field("vitalstream", description="Kafka consumer group and prefix of internal topics")
    partitions: int = Field(4, ge=1, le=4096, description="partitions of every topic, fixed at creation")
    metrics_port: int = Field(0, ge=0, le=65535, description="Prometheus endpoint; 0 = any free port")
    metrics_tls_cert: Path | None = Field(None, description="certificate chain (PEM) of the metrics endpoint")
    metrics_tls_key: Path | None = Field(None, description="its private key (PEM)")
    metrics_users: Path | None = Field(
        None, description="file of who may read metrics, a line each by `vitalstream metrics-user NAME`"
    )
    api_port: int = Field(0, ge=0, le=65535, description="alert API and board; 0 = any free port")
    api_anonymous: Literal["off", "read", "answer"] = Field(
        "off",
        description="what who shows no token may do, on loopback alone; a local stack that nobody was given"
        " access to may be read",
    )
    api_tls_cert: Path | None = Field(
        None, description="certificate chain (PEM) of the alert API; without it loopback alone"
    )
    api_tls_key: Path | None = Field(None, description="its private key (PEM)")
    access: Path | None = Field(
        None, description="file of tokens and roles; access.json of the data folder if left out"
    )
    audit: Path | None = Field(None, description="audit log; audit.jsonl of the data folder if left out")
    oidc_issuer: str | None = Field(None, description="OpenID Connect issuer whose tokens are taken")
    oidc_audience: str = Field("vitalstream", description="the audience that they must name")
    routes: Path | None = Field(None, description="file of routes for deliveries; none are made if left out")
    history_days: float = Field(7.0, gt=0, description="how many days of traces the board keeps")
    replication: int = Field(1, ge=1, description="copies of each partition of topics and of stored state")
    bind: str = Field("127.0.0.1", description="address that servers listen on")
    state_key: SecretStr | None = Field(
        None, description="HMAC key of state snapshots (hex, 32 bytes); the same for all workers"
    )
    state_schema: int | None = Field(
        None,
        description="schema that state is stored in; the newest if left out, an older one while workers of"
        " the version before are at work or may come back",
    )
    registry: Path | None = Field(
        None, description="folder of networks with manifest.json; the one that ships if left out"
    )
    registry_poll_s: float = Field(5.0, gt=0, description="how often workers look for a change in it")
    shadows: bool = Field(True, description="let shadow versions score beside, for the metrics alone")

    clock: Literal["stream", "wall"] = Field(
        "stream", description="what lateness and silence go by; wall adds checks against the broker's clock"
    )
    lateness_s: int = Field(60, ge=0, description="how far behind its device's newest sample a sample may be")
    clock_ahead_s: int = Field(600, ge=1, description="how far ahead of the stream a device's clock may be")
    stale_s: int = Field(1800, ge=60, description="silence after which a wearer's data count as stale")
    max_record_bytes: int = Field(MEBIBYTE, ge=1024, description="larger vitals records are rejected")
    consent: Literal["optional", "required"] = Field("optional", description="what an unknown consent means")
    collect_again: bool = Field(True, description="tell subscribers when a signal stays unusable")
    stale_alerts: bool = Field(True, description="tell subscribers when a wearer's data stop coming")
    trace_s: int = Field(
        300, ge=0, description="event time between traces of a wearer, for pictures; 0 = none"
    )
    learning: Literal["on", "frozen", "off"] = Field(
        "on", description="what answers to alerts do: teach and act, only act, or neither"
    )

    narrator_url: str | None = Field(
        None,
        description="OpenAI-compatible endpoint that words advice, e.g. https://host/v1; off if left out",
    )
    narrator_key: SecretStr | None = Field(None, description="its key")
    narrator_model: str = Field("", description="the model to ask it for")
    narrator_timeout_s: float = Field(
        3.0, gt=0, le=3, description="longest wait for it; then the catalogue's own words"
    )

    chunk_records: int = Field(256, ge=1, le=4096, description="records that are scored together")
    record_by_record: bool = Field(False, description="Faust's own consumer: slower, for diagnosis")
    checkpoint_s: float = Field(2.0, gt=0, description="shortest time between checkpoints of a partition")
    checkpoint_max_s: float = Field(30.0, gt=0, description="the same under load")
    pending_alerts: int = Field(10_000, ge=1, description="alerts that may wait before reading stops")
    stream_trim_s: int = Field(7 * 86_400, ge=60, description="age at which Redis stream entries are trimmed")
    session_timeout_s: float = Field(8.0, ge=6, description="silence after which a worker counts as dead")
    watchdog_s: float = Field(60.0, gt=0, description="a partition that stands still so long ends the worker")
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(str.lower)] = Field(
        "info", description="debug, info, warning or error"
    )
    log_format: Literal["auto", "json", "console"] = Field(
        "auto", description="lines of JSON, or columns for people; auto = columns on a terminal"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Explicit values first, then the environment, then secret files."""
        return (init_settings, env_settings, _SecretFiles(settings_cls))

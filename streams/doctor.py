"""Looks at everything a worker needs, one finding each, with what to do about it."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import redis
from redis.exceptions import RedisError

from streams.engine.preflight import check_topics
from streams.errors import START, one_line
from streams.settings import Settings

PATIENCE_S = 3.0
CLOCK_SKEW_S = 2.0
OLDEST_REDIS = 7


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    name: str
    good: bool
    says: str


class Unwell(Exception):
    """What is wrong and what to do, in one line."""


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at each thing in turn; a finding never holds a secret."""
    looks: dict[str, Callable[[Settings], str]] = {
        "data folder": _data_folder,
        "state key": _state_key,
        "broker": _broker,
        "topics": _topics,
        "redis": _redis,
        "clock": _clock,
        "models": _models,
        "metrics port": _metrics_port,
    }
    for name, look in looks.items():
        try:
            yield Finding(name, True, look(settings))
        except Exception as error:
            yield Finding(name, False, _line(error))


def _line(error: Exception) -> str:
    if isinstance(error, Unwell):
        return str(error)
    return one_line(error) or f"{type(error).__name__}: please report this"


def _data_folder(settings: Settings) -> str:
    folder = settings.data_dir
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Unwell("VITALSTREAM_DATA_DIR can't be written: choose another folder or change its owner")
    return "can be written"


def _state_key(settings: Settings) -> str:
    from streams.cli.worker import state_key

    state_key(settings)
    return "is there"


def _broker(settings: Settings) -> str:
    for place in settings.broker.split(","):
        host, _, port = place.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), PATIENCE_S).close()
        except (OSError, ValueError):
            raise Unwell(f"no broker answers at VITALSTREAM_BROKER: {START}") from None
    return "answers"


def _topics(settings: Settings) -> str:
    check_topics(settings.broker, settings.partitions)
    return f"are there, {settings.partitions} partitions each"


def _redis(settings: Settings) -> str:
    with _client(settings) as client:
        info = client.info("server")
        policy = client.config_get("maxmemory-policy").get("maxmemory-policy", "noeviction")
    version = str(info.get("valkey_version") or info["redis_version"])
    if int(version.split(".")[0]) < OLDEST_REDIS:
        raise Unwell(f"Redis {version} is too old: {OLDEST_REDIS} or newer, or Valkey 8, is needed")
    if policy != "noeviction":
        raise Unwell(f"maxmemory-policy is {policy}: set it to noeviction, or alerts can vanish")
    return f"answers, version {version}"


def _clock(settings: Settings) -> str:
    before = time.time()
    with _client(settings) as client:
        seconds, micros = client.time()
    skew = seconds + micros / 1e6 - (before + time.time()) / 2
    if abs(skew) > CLOCK_SKEW_S:
        raise Unwell(f"this machine's clock is {-skew:+.1f} s off that of Redis: set both by NTP")
    return f"agrees with that of Redis to {abs(skew) * 1000:.0f} ms"


def _models(settings: Settings) -> str:
    from models.deep.library import Library
    from models.deep.manifest import RegistryError

    try:
        library = Library(settings.registry)
    except RegistryError as error:
        raise Unwell(str(error)) from None
    if library.refusals:
        raise Unwell("; ".join(refusal.says for refusal in library.refusals))
    told = [f"{name} {version}" for name, version in library.lineup.items()]
    told += [f"{name} {' and '.join(versions)} (shadow)" for name, versions in library.shadows.items()]
    return f"verified in {library.registry}: {', '.join(told)}"


def _metrics_port(settings: Settings) -> str:
    with socket.socket() as probe:
        try:
            probe.bind((settings.bind, settings.metrics_port))
        except OSError:
            raise Unwell("VITALSTREAM_METRICS_PORT is taken: choose another, or 0 for any free one") from None
    return "is free"


def _client(settings: Settings) -> redis.Redis:
    client = redis.Redis.from_url(
        settings.redis_url.get_secret_value(), socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S
    )
    try:
        client.ping()
    except RedisError:
        raise Unwell(f"no Redis answers at VITALSTREAM_REDIS_URL: {START}") from None
    return client

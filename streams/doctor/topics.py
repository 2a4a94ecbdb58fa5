"""Kafka: whether it answers, has the topics as they must be, and how far the workers are."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

from streams.doctor.finding import About, Finding, Unwell
from streams.doctor.group import group, stored_pages
from streams.engine.names import PROFILES, TABLE, VITALS
from streams.engine.state.generation import changelog
from streams.errors import START, UserError
from streams.settings import Settings
from streams.stack.topics import TOPICS
from streams.wires import Broker, admin_client, client_options
from streams.wires.probe import check_broker

OPERATE: Final = "docs/how-to/operate.md"
BROKER: Final = About("broker", "docs/how-to/operate.md#against-servers-of-your-own")
ABOUT: Final = About("topics", "docs/reference/topics.md")
CLOCK: Final = About("clock", "docs/explanation/time.md")
PATIENCE_S: Final = 3.0
OLDEST: Final = (3, 0)
SHORT_MS: Final = 3_600_000
SKEW_MS: Final = 2_000

Configs = Mapping[str, Mapping[str, str]]


def look(settings: Settings) -> Iterator[Finding]:
    """The broker first; without it nothing of the rest can be looked at."""
    broker = Broker.of(settings)
    _reach(broker)
    check_broker(broker)
    with admin_client(broker) as admin:
        yield from _cluster(admin)
        found = {t["name"]: t["partitions"] for t in admin.describe_topics() if not t["error_code"]}
        missing = [name for name in TOPICS if name not in found]
        if missing:
            raise Unwell(
                f"there is no topic {', '.join(missing)} (or this user may not see it)",
                "`vitalstream topics` makes them",
                ABOUT.see,
            )
        stored = changelog(settings.app_id, _table(settings))
        ours = {name: parts for name, parts in found.items() if name in TOPICS or name == stored}
        yield from _parts(settings, ours)
        yield from _configs(settings, admin, ours, stored)
        yield from _clock(admin, len(found[VITALS]))
        yield from group(settings, admin, len(found[VITALS]))
    if stored in found:
        yield from stored_pages(settings, client_options(broker), stored, len(found[stored]))


def _table(settings: Settings) -> str:
    """The table of this generation; see `vitalstream grow`."""
    from streams.growing.journal import stored_table

    try:
        return stored_table(settings)
    except UserError:
        return TABLE  # the number of partitions is another: that is told of the topics


def _reach(broker: Broker) -> None:
    away = []
    for host, port in broker.places:
        try:
            socket.create_connection((host.strip("[]"), port), PATIENCE_S).close()
        except OSError:
            away.append(f"{host}:{port}")
    if len(away) == len(broker.places):
        raise Unwell(f"no broker answers at VITALSTREAM_BROKER ({', '.join(away)})", START, BROKER.see)


def _cluster(admin: Any) -> Iterator[Finding]:
    brokers = [each["broker_id"] for each in admin.describe_cluster()["brokers"]]
    version = admin.get_broker_version_data(brokers[0]).broker_version
    words = ".".join(map(str, version))
    if version < OLDEST:
        yield BROKER.warn(f"Kafka {words} was never tried here", "take Kafka 3 or 4")
    yield BROKER.ok(f"Kafka {words} answers, {len(brokers)} broker{'s' * (len(brokers) > 1)}")


def _parts(settings: Settings, topics: Mapping[str, list[dict[str, Any]]]) -> Iterator[Finding]:
    counts = {name: len(parts) for name, parts in topics.items()}
    for name, count in counts.items():
        if count != counts[VITALS]:
            yield ABOUT.wrong(
                f"{name} has {count} partitions, {VITALS} {counts[VITALS]}: a wearer's records don't meet",
                "all topics need the same number",
            )
    if counts[VITALS] != settings.partitions:
        yield ABOUT.wrong(
            f"they have {counts[VITALS]} partitions, VITALSTREAM_PARTITIONS is {settings.partitions}",
            f"set VITALSTREAM_PARTITIONS={counts[VITALS]}",
        )
    for name, parts in topics.items():
        copies = min(len(part["replica_nodes"]) for part in parts)
        if copies < settings.replication:
            yield ABOUT.wrong(
                f"{name} has {copies} of VITALSTREAM_REPLICATION={settings.replication} copies",
                "reassign its partitions, or what it holds is lost with a disk",
            )
        if any(len(part["isr_nodes"]) < len(part["replica_nodes"]) for part in parts):
            yield BROKER.warn(f"copies of {name} are behind or away", "look at the brokers")
    yield ABOUT.ok(f"{len(topics)} are there, {counts[VITALS]} partitions each")


def _configs(settings: Settings, admin: Any, topics: Mapping[str, object], stored: str) -> Iterator[Finding]:
    from kafka.admin import ConfigResource, ConfigResourceType

    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in topics]
    try:
        answer = admin.describe_configs(asked, config_filter="all")["topic"]
    except Exception as error:
        if type(error).__name__ != "TopicAuthorizationFailedError":
            raise
        yield ABOUT.warn("this user may not see how they are set", "run this once as admin")
        return
    configs = {name: {key: c["value"] for key, c in each.items()} for name, each in answer.items()}
    for name, config in configs.items():
        yield from _as_made(name, config)
    for name in (PROFILES, stored):
        if name in configs and "compact" not in configs[name]["cleanup.policy"]:
            yield ABOUT.wrong(
                f"{name} is not compacted: it forgets",
                f"set cleanup.policy=compact for {name}",
            )
    yield from _retention(settings, int(configs[VITALS]["retention.ms"]))


def _as_made(name: str, config: Mapping[str, str]) -> Iterator[Finding]:
    """Against what `vitalstream topics` would have set."""
    wanted = TOPICS.get(name, {})
    if int(config["max.message.bytes"]) < int(wanted.get("max.message.bytes", 0)):
        yield ABOUT.warn(
            f"{name} takes {config['max.message.bytes']} bytes a record: a large one can't even be rejected",
            f"set max.message.bytes={wanted['max.message.bytes']}",
        )
    kind = wanted.get("message.timestamp.type", config["message.timestamp.type"])
    if config["message.timestamp.type"] != kind:
        yield ABOUT.warn(
            f"times in {name} are the senders': latencies and VITALSTREAM_CLOCK=wall go by them",
            f"set message.timestamp.type={kind}",
        )


def _retention(settings: Settings, kept_ms: int) -> Iterator[Finding]:
    if 0 <= kept_ms < SHORT_MS:
        yield ABOUT.warn(
            f"{VITALS} are kept {kept_ms // 60_000} min: a longer outage of the workers loses some",
            "raise retention.ms",
        )
    known_ms = 2 * settings.stream_trim_s * 1000
    if kept_ms < 0 or kept_ms > known_ms:
        yield ABOUT.warn(
            f"{VITALS} are kept longer than Redis knows alerts: a replay of old ones would tell alerts again",
            f"lower retention.ms to {known_ms}, or raise VITALSTREAM_STREAM_TRIM_S",
        )


def _clock(admin: Any, partitions: int) -> Iterator[Finding]:
    """One-sided: the newest record can't be from the future. Redis tells the rest."""
    from kafka import TopicPartition
    from kafka.admin import OffsetSpec

    asked = {TopicPartition(VITALS, number): OffsetSpec.MAX_TIMESTAMP for number in range(partitions)}
    newest = max(found.timestamp for found in admin.list_partition_offsets(asked).values())
    ahead = newest - time.time() * 1000
    if ahead > SKEW_MS:
        yield CLOCK.wrong(f"the clock here is {ahead / 1000:.1f} s behind the broker's", "set both by NTP")

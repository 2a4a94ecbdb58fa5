"""What can't be erased, and until when it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from streams.backup import kafka
from streams.engine.names import ALERTS, FEEDBACK, REJECTED, RISK, TRACES, VITALS
from streams.settings import Settings

TOPICS: Final = (VITALS, FEEDBACK, ALERTS, RISK, TRACES, REJECTED)
DAY_MS: Final = 86_400_000
ELSEWHERE: Final = (
    "the topics of profiles and of state: older versions of the wearer's, until Kafka has compacted them",
    "backups that were taken before: after a restore of one, forget again",
    "the audit log, which names the wearer; logs of yours and what subscribers were told",
    "what answers have taught all: weights and counts, without a name",
)


def kept(settings: Settings) -> Iterator[str]:
    """Each place in a line."""
    days = retention(settings)
    times = ", ".join(f"{topic} {_words(days[topic])}" for topic in TOPICS if topic in days)
    yield f"records of before in Kafka's topics, as long as they are kept: {times}"
    yield from ELSEWHERE


def retention(settings: Settings) -> dict[str, int]:
    """For how many ms each topic keeps records; -1 = for ever."""
    from kafka.admin import ConfigResource, ConfigResourceType

    asked = [ConfigResource(ConfigResourceType.TOPIC, topic) for topic in TOPICS]
    with kafka.admin(settings) as admin:
        answer = admin.describe_configs(asked, config_filter="all")["topic"]
    return {topic: int(configs["retention.ms"]["value"]) for topic, configs in answer.items()}


def _words(ms: int) -> str:
    return "for ever" if ms < 0 else f"{ms / DAY_MS:g} days"

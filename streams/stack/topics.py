"""The topics of vitalstream, made once, the same on a laptop and in production."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from streams.errors import UserError
from streams.wires import Broker, admin_client

if TYPE_CHECKING:
    from kafka import KafkaAdminClient

LARGEST_RECORD_BYTES = 16 * 1024 * 1024
HEADROOM_BYTES = 64 * 1024
"""What a dead letter's headers may add to the largest record: its value is kept verbatim."""

TOPICS: Mapping[str, Mapping[str, str]] = {
    "vitals": {
        "max.message.bytes": str(LARGEST_RECORD_BYTES),
        # The broker's clock, not the sender's: latencies and VITALSTREAM_CLOCK=wall rest on it.
        "message.timestamp.type": "LogAppendTime",
    },
    "profiles": {"cleanup.policy": "compact"},
    "feedback": {},
    "alerts": {},
    "risk": {},
    "traces": {"retention.ms": str(2 * 86_400_000)},
    "vitals.rejected": {"max.message.bytes": str(LARGEST_RECORD_BYTES + HEADROOM_BYTES)},
}
"""Each topic and what differs from the broker's own configuration."""


def ensure_topics(
    broker: Broker | str, partitions: int, replication_factor: int = 1, patience_s: float = 10.0
) -> None:
    """Make the topics that are missing, `partitions` each; those that exist are left as they are.

    Those that this client may not see are left alone: they are no concern of its.

    Raises UserError when one exists with another number of partitions: a wearer's records would
    then meet in different workers, and the number can't be lowered. Raises KafkaError when no broker
    answers within `patience_s` seconds.
    """
    with admin_client(broker, patience_s) as admin:
        found = _partition_counts(admin)
        missing = TOPICS.keys() - found.keys()
        if missing:
            _create(admin, {name: _new(TOPICS[name], partitions, replication_factor) for name in missing})
            found = _partition_counts(admin)
        _check(found, partitions)


def _create(admin: KafkaAdminClient, topics: Mapping[str, Any]) -> None:
    from kafka.errors import TopicAlreadyExistsError, for_code

    # Another worker may make the same topics at the same moment.
    answer = admin.create_topics(topics, raise_errors=False)
    for topic in answer["topics"]:
        error = for_code(topic["error_code"])
        if topic["error_code"] and error is not TopicAlreadyExistsError:
            raise UserError(
                f"the broker does not make topic {topic['name']}: {topic['error_message'] or error.__name__}"
            )
    admin.wait_for_topics(list(topics))


def _new(configs: Mapping[str, str], partitions: int, replication_factor: int) -> dict[str, Any]:
    return {"num_partitions": partitions, "replication_factor": replication_factor, "configs": configs}


def _partition_counts(admin: KafkaAdminClient) -> dict[str, int | None]:
    """By name, of those that exist; None where this client may not know."""
    from kafka.errors import TopicAuthorizationFailedError, for_code

    return {
        topic["name"]: len(topic["partitions"]) if not topic["error_code"] else None
        for topic in admin.describe_topics(list(TOPICS))
        if not topic["error_code"] or for_code(topic["error_code"]) is TopicAuthorizationFailedError
    }


def _check(counts: Mapping[str, int | None], partitions: int) -> None:
    for name, count in sorted(counts.items()):
        if count is not None and count != partitions:
            raise UserError(
                f"topic {name} has {count} partitions, VITALSTREAM_PARTITIONS is {partitions}:"
                f" set it to {count}, or use another broker (or data folder)"
            )

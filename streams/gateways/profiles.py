"""Profiles on their compacted topic: the newest of a wearer, and writing another."""

from __future__ import annotations

from contextlib import closing

import msgspec
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from streams.errors import START, UserError
from streams.gateways.producer import VitalsProducer
from streams.malformed import MALFORMED
from streams.records import Profile
from streams.wires import Broker, client_options

TOPIC = "profiles"
PATIENCE_MS = 10_000


class UnreadableProfile(UserError):
    """What is stored is no profile."""


def read_profile(broker: Broker | str, wearer: str) -> Profile | None:
    """The newest profile of a wearer; None when there is none. Raises UserError.

    Reads the whole topic, since whoever wrote the profile may have chosen another partition for the key.
    """
    try:
        consumer = KafkaConsumer(
            **client_options(broker),
            client_id="vitalstream-profile",
            bootstrap_timeout_ms=PATIENCE_MS,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
        )
        with closing(consumer):
            return _newest(consumer, wearer.encode())
    except KafkaError as error:
        raise UserError(f"Kafka does not answer at {broker} ({type(error).__name__}): {START}") from error


def write_profile(broker: Broker | str, profile: Profile) -> None:
    """Write a profile, which takes the place of the one before. Raises UserError."""
    with VitalsProducer(broker) as producer:
        producer.send(profile)


def _newest(consumer: KafkaConsumer, key: bytes) -> Profile | None:
    partitions = [TopicPartition(TOPIC, number) for number in consumer.partitions_for_topic(TOPIC) or ()]
    consumer.assign(partitions)
    ends = consumer.end_offsets(partitions) if partitions else {}
    found: tuple[int, bytes | None] | None = None
    while any(consumer.position(tp) < end for tp, end in ends.items()):
        for records in consumer.poll(timeout_ms=500).values():
            own = [(record.timestamp, record.value) for record in records if record.key == key]
            found = max([*own, *([found] if found else [])], key=lambda pair: pair[0], default=None)
    return None if found is None or found[1] is None else stored(found[1])


def stored(value: bytes) -> Profile:
    """A profile as its topic keeps it. Raises UnreadableProfile."""
    try:
        return msgspec.json.decode(value, type=Profile)
    except MALFORMED as error:
        raise UnreadableProfile(
            "the stored profile can't be read: set it again with a --file that names consent"
        ) from error

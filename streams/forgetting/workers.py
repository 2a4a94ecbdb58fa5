"""Lets the workers forget: by two records in the topic `profiles`, each waited for until it is stored.

First consent is refused, so that histories take nothing more of the wearer while alerts end. Then the
profile is taken back with the header `forget`: state is stored without the wearer.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from streams.backup import kafka
from streams.backup.lines import Record
from streams.engine.names import PROFILES, VITALS
from streams.errors import UserError
from streams.growing.place import place_among
from streams.records import FORGET, Consent, Profile
from streams.settings import Settings
from streams.wires import partition_counts

if TYPE_CHECKING:
    from kafka import KafkaConsumer

LOOK_S = 0.2
SETTLE_S = 3.0
"""Risks are written to Redis about once a second, after their records are stored or before."""


def forget_in_workers(settings: Settings, wearer: str, patience_s: float) -> None:
    """Ask the workers to forget, and wait until they have stored that.

    Raises:
        UserError: they have not done so within `patience_s` seconds for each of two steps.
    """
    with kafka.admin(settings) as admin:
        partitions = partition_counts(admin).get(PROFILES)
    if partitions is None:
        raise UserError(f"the broker has no topic {PROFILES}: no worker knows anybody")
    number = place_among(partitions)(wearer.encode())
    with kafka.consumer(settings) as client:
        for record in _steps(number, wearer):
            with kafka.producer(settings) as out:
                kafka.send(out, PROFILES, [record])
            deadline = time.monotonic() + patience_s
            _wait(client, PROFILES, number, deadline)
            # What was read of `profiles` is in `vitals` now; what is committed of `vitals` is stored.
            _wait(client, VITALS, number, deadline)
    time.sleep(SETTLE_S)


def _steps(number: int, wearer: str) -> Iterator[Record]:
    refused = msgspec.json.encode(Profile(wearer, consent=Consent("refused")))
    yield Record(number, 0, None, wearer.encode(), refused, [])
    yield Record(number, 0, None, wearer.encode(), None, [(FORGET, b"1")])


def _wait(client: KafkaConsumer, topic: str, number: int, deadline: float) -> None:
    """Until the workers' group has committed all that a partition holds now."""
    from kafka import TopicPartition

    [end] = kafka.ends(client, topic, 1, number)
    while int(client.committed(TopicPartition(topic, number)) or 0) < end:
        if time.monotonic() > deadline:
            raise UserError(
                f"the workers have not stored it yet ({topic}, partition {number}): see that they are at"
                " work, then run this again. Nothing else is erased yet; packets of the wearer are refused"
            )
        time.sleep(LOOK_S)

"""The workers as Kafka sees them: who is there, how far behind, and whether the state key is theirs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any, Final

from streams.doctor.finding import About, Finding
from streams.engine.names import VITALS
from streams.settings import Settings

ABOUT: Final = About("group", "docs/how-to/operate.md#more-workers")
KEY: Final = About("state key", "docs/how-to/operate.md#the-state-key")
FAR: Final = 100_000
SAMPLE: Final = 4
"""Stored records of each partition whose seal is looked at."""
READ_MS: Final = 3_000


def group(settings: Settings, admin: Any, partitions: int) -> Iterator[Finding]:
    """Members of the consumer group and the records that they have not done."""
    try:
        told = admin.describe_groups([settings.app_id])[settings.app_id]
        behind = _behind(admin, settings.app_id, partitions)
    except Exception as error:
        if type(error).__name__ not in ("CoordinatorNotAvailableError", "NotCoordinatorError"):
            raise
        yield ABOUT.warn("the broker has no coordinator for groups yet", "look again in a minute")
        return
    workers = len(told["members"])
    words = f"{workers} worker{'s' * (workers != 1)}, {behind:,} records behind"
    if told["group_state"] in ("PreparingRebalance", "CompletingRebalance"):
        yield ABOUT.warn(f"{words}; partitions are being shared out", "look again in a minute")
    elif not workers:
        yield ABOUT.warn(f"{words}", "start `vitalstream worker`")
    elif workers > partitions:
        yield ABOUT.warn(f"{words}, for {partitions} partitions", "some are spares: stop them")
    elif behind > FAR:
        yield ABOUT.warn(words, "more workers, while there are partitions")
    else:
        yield ABOUT.ok(words)


def _behind(admin: Any, name: str, partitions: int) -> int:
    from kafka import TopicPartition
    from kafka.admin import OffsetSpec

    places = [TopicPartition(VITALS, number) for number in range(partitions)]
    done: Mapping[Any, Any] = admin.list_group_offsets(name)[name]
    ends = admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST))
    begins = admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.EARLIEST))
    starts = {place: done[place].offset if place in done else begins[place].offset for place in places}
    return sum(max(0, int(ends[place].offset) - max(0, int(starts[place]))) for place in places)


def stored_pages(
    settings: Settings, options: Mapping[str, Any], changelog: str, partitions: int
) -> Iterator[Finding]:
    """Whether the newest stored pages were sealed with this key."""
    from streams.engine.state.pages import Seal
    from streams.errors import UserError
    from streams.keys import state_key

    try:
        seal = Seal(state_key(settings))
    except UserError:
        return  # told already
    stored = [(key, value) for key, value in _newest(options, changelog, partitions) if key and value]
    forged = sum(not seal.authentic(key, value) for key, value in stored)
    if forged:
        yield KEY.wrong(
            f"{forged} of the {len(stored)} newest stored pages were sealed with another key:"
            " their wearers would start cold",
            "give all workers the key that the others have",
        )
    elif stored:
        yield KEY.ok(f"is that of the {len(stored)} newest stored pages")


def _newest(
    options: Mapping[str, Any], changelog: str, partitions: int
) -> Iterator[tuple[bytes | None, bytes | None]]:
    from kafka import KafkaConsumer, TopicPartition

    places = [TopicPartition(changelog, number) for number in range(partitions)]
    with closing(KafkaConsumer(**options, enable_auto_commit=False)) as consumer:
        begins, ends = consumer.beginning_offsets(places), consumer.end_offsets(places)
        filled = [place for place in places if ends[place] > begins[place]]
        consumer.assign(filled)
        for place in filled:
            consumer.seek(place, max(begins[place], ends[place] - SAMPLE))
        while filled and any(consumer.position(place) < ends[place] for place in filled):
            batch = consumer.poll(timeout_ms=READ_MS)
            if not batch:
                return
            for records in batch.values():
                yield from ((record.key, record.value) for record in records)

"""Whether a system is at rest: nobody at work, and everything that came is judged and stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from streams.backup import kafka
from streams.engine.names import CONTROL, VITALS
from streams.errors import UserError
from streams.settings import Settings

if TYPE_CHECKING:
    from kafka import KafkaAdminClient, KafkaConsumer

Ends = dict[str, list[int]]


def check_nobody_works(settings: Settings, admin: KafkaAdminClient) -> None:
    """Raises UserError while the workers' group has members."""
    group = admin.describe_groups([settings.app_id])[settings.app_id]
    if members := len(group["members"]):
        raise UserError(
            f"{members} worker{'s are' if members > 1 else ' is'} at work (one that was killed counts for"
            f" {settings.session_timeout_s:.0f} s more): stop all workers first"
        )


def ends_at_rest(client: KafkaConsumer, positions: Mapping[int, int], partitions: int) -> Ends:
    """The ends of what workers read. `positions`: the last offset judged of each partition that has state.

    Raises:
        UserError: something is not judged yet.
    """
    ends = {topic: kafka.ends(client, topic, partitions) for topic in (VITALS, *CONTROL)}
    starts = {topic: _beginnings(client, topic, partitions) for topic in ends}
    done = {topic: kafka.committed(client, topic, partitions) for topic in CONTROL}
    done[VITALS] = [positions.get(number, -1) + 1 for number in range(partitions)]
    left = sum(_left(ends[topic], starts[topic], done[topic]) for topic in ends)
    if left:
        raise UserError(
            f"{left} records are not judged yet: stop the gateways, let workers come to the end (lag 0), stop"
            " these, and run this again"
        )
    return ends


def _left(ends: Sequence[int], starts: Sequence[int], done: Sequence[int]) -> int:
    """Records that are kept and not done."""
    return sum(max(end - max(start, at), 0) for end, start, at in zip(ends, starts, done, strict=True))


def _beginnings(client: KafkaConsumer, topic: str, partitions: int) -> list[int]:
    from kafka import TopicPartition

    tps = [TopicPartition(topic, number) for number in range(partitions)]
    found = client.beginning_offsets(tps)
    return [int(found[tp]) for tp in tps]

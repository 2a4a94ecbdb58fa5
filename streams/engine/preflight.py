"""What is checked before a worker starts."""

from __future__ import annotations

from streams.engine.names import ALERTS, CONTROL, REJECTED, RISK, TRACES, VITALS
from streams.errors import UserError
from streams.wires import Broker, admin_client, partition_counts

NEEDED = (VITALS, *CONTROL, ALERTS, RISK, TRACES, REJECTED)


def check_topics(broker: Broker | str, partitions: int) -> None:
    """Make sure that every topic is there with this number of partitions.

    Raises:
        UserError: one is missing or has another number.
    """
    with admin_client(broker) as admin:
        topics = partition_counts(admin)
    missing = [name for name in NEEDED if not topics.get(name)]
    if missing:
        raise UserError(
            f"the broker has no topic {', '.join(missing)}: `vitalstream stack up` makes them here;"
            f" elsewhere make each with {partitions} partitions"
        )
    other = {name: topics[name] for name in NEEDED if topics[name] != partitions}
    if other:
        name, count = next(iter(other.items()))
        raise UserError(f"topic {name} has {count} partitions: set VITALSTREAM_PARTITIONS={count}")

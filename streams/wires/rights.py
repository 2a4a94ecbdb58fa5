"""Asks Kafka whether this client has the rights of its role, before it works: one line instead of a loop."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from streams.errors import START
from streams.settings import Settings
from streams.wires.acls import ROLES, Right
from streams.wires.broker import Broker, admin_client
from streams.wires.faults import WireFault
from streams.wires.probe import check_broker

if TYPE_CHECKING:
    from kafka import KafkaAdminClient

COORDINATOR_TRIES, COORDINATOR_PAUSE_S = 20, 0.2
MAKE = "`vitalstream topics --acls`, as admin, gives a role its rights"


def reach(settings: Settings, role: str) -> Broker:
    """The broker of these settings, asked whether this client may do what `role` does.

    Raises UserError in one line: it would be in clear, nobody answers, a certificate or password is wrong, or
    a right is missing.
    """
    broker = Broker.of(settings)
    check_broker(broker)
    if broker.security != "PLAINTEXT":
        check_rights(broker, role, settings.app_id)
    return broker


def reach_or_wait(settings: Settings, role: str) -> None:
    """The same for what works without Kafka until it is there: only what lasts is told. Raises UserError."""
    try:
        reach(settings, role)
    except WireFault as fault:
        if fault.lasting:
            raise


def check_rights(broker: Broker, role: str, app_id: str) -> None:
    """Raises WireFault that names a right of the role that this client has not."""
    from kafka.errors import KafkaError

    wanted = list(ROLES[role].rights(app_id))
    try:
        with admin_client(broker) as admin:
            missing = sorted({*wanted} & {*_missing_topics(admin, wanted), *_missing_groups(admin, wanted)})
    except KafkaError as error:
        raise WireFault(f"no answer from Kafka ({type(error).__name__}): {START}", lasting=False) from error
    if missing:
        who = f"user {broker.user}" if broker.user else "the user of this certificate"
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise WireFault(
            f"Kafka does not let {who} {missing[0]}{more}: {MAKE}",
            lasting=True,
        )


def _missing_topics(admin: KafkaAdminClient, wanted: list[Right]) -> Iterator[Right]:
    names = sorted({right.example for right in wanted if right.resource == "topic"})
    may = {topic["name"]: _topic_operations(topic) for topic in admin.describe_topics(names)}
    for right in wanted:
        allowed = may.get(right.example)
        if right.resource == "topic" and allowed is not None and right.operation not in allowed:
            yield right


def _topic_operations(topic: dict[str, Any]) -> set[str] | None:
    """What this client may do with a topic; None where Kafka does not say."""
    from kafka.errors import TopicAuthorizationFailedError, for_code

    if for_code(topic["error_code"]) is TopicAuthorizationFailedError:
        return set()
    return _operations(topic)


def _missing_groups(admin: KafkaAdminClient, wanted: list[Right]) -> Iterator[Right]:
    from kafka.errors import GroupAuthorizationFailedError

    for right in wanted:
        if right.resource != "group":
            continue
        try:
            allowed = _group_operations(admin, right.name)
        except GroupAuthorizationFailedError:
            yield right
            continue
        if allowed is not None and right.operation not in allowed:
            yield right


def _group_operations(admin: KafkaAdminClient, name: str) -> set[str] | None:
    """What this client may do with a group; None where Kafka does not say (nobody has joined)."""
    from kafka.errors import CoordinatorNotAvailableError

    for _ in range(COORDINATOR_TRIES):
        try:
            return _operations(admin.describe_groups([name])[name])
        except CoordinatorNotAvailableError:  # a new cluster makes its topic of offsets first
            time.sleep(COORDINATOR_PAUSE_S)
    return None


def _operations(described: dict[str, Any]) -> set[str] | None:
    names = described["authorized_operations"]
    return None if names is None else {name.lower() for name in names}

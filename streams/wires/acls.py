"""Who may do what at Kafka: each role with exactly what its commands need. Pure data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Resource = Literal["topic", "group"]
Operation = Literal["read", "write", "create", "describe"]

STATE = "{app_id}-state"
"""What the names of the topics of state begin with: one for each number of partitions that there was."""
CHANGELOG = "-changelog"
JOURNAL = "{app_id}-generations"
GROUP = "{app_id}"


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """One operation on one thing. `read` and `write` let describe as well."""

    resource: Resource
    name: str
    operation: Operation
    prefixed: bool = False
    """On everything whose name begins so."""

    @property
    def example(self) -> str:
        """The name of a thing that it is about."""
        return self.name + CHANGELOG if self.prefixed else self.name

    def __str__(self) -> str:
        return f"{self.operation} {self.resource} {self.name}{'*' * self.prefixed}"


@dataclass(frozen=True, slots=True)
class Role:
    """What a user of Kafka with this name may do, and for which commands it is."""

    serves: str
    topics: Mapping[str, tuple[Operation, ...]]
    group: tuple[Operation, ...] = ()

    def rights(self, app_id: str) -> Iterator[Right]:
        """Each right, for the workers of this `VITALSTREAM_APP_ID`."""
        for name, operations in self.topics.items():
            for operation in operations:
                yield Right("topic", name.format(app_id=app_id), operation, name == STATE)
        for operation in self.group:
            yield Right("group", GROUP.format(app_id=app_id), operation)


ROLES: Mapping[str, Role] = {
    "worker": Role(
        "`worker`",
        {
            # Profiles, feedback and ticks are copied into it: one order of all that a wearer is judged by.
            "vitals": ("read", "write"),
            "profiles": ("read",),
            "feedback": ("read",),
            "alerts": ("write",),
            "risk": ("write",),
            "traces": ("write",),
            "vitals.rejected": ("write",),
            # Faust makes it at the first start, and asks for it at every one.
            STATE: ("read", "write", "create"),
            # Which of them holds, `vitalstream grow` notes here.
            JOURNAL: ("read",),
        },
        ("read",),
    ),
    "gateway": Role("what takes packets from devices", {"vitals": ("write",)}),
    "simulator": Role("`simulate` and `replay`", {"vitals": ("write",), "profiles": ("write",)}),
    "care": Role(
        "`profile`, `ack`, `snooze` and what else people do at a terminal",
        {"profiles": ("read", "write"), "feedback": ("write",)},
    ),
    "api": Role(
        "`api` with its board and history",
        {
            "profiles": ("read",),
            "traces": ("read",),
            "risk": ("read",),
            "alerts": ("read",),
            "feedback": ("write",),
        },
    ),
    "scaler": Role("what looks at lag to start workers (KEDA)", {"vitals": ("describe",)}, ("describe",)),
}
"""By the name of the user. `deliver` reads Redis alone; `admin`, a super user, makes topics and ACLs."""

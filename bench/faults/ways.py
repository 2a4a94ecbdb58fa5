"""The ways that are compared: how each is run, and what its documentation promises."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Way:
    """One way of doing the job."""

    title: str
    setting: str
    """As the project names it."""
    library: str
    """Whose version is told; empty for vitalstream itself."""
    command: tuple[str, ...]
    promise: str
    """What its documentation says of this setting, in short."""
    ours: bool = False


WAYS = MappingProxyType({
    "vitalstream": Way(
        "vitalstream",
        "as it is",
        "",
        ("bench.faults.count_ours",),
        "at least once in, exactly once in effect: state, and alerts in Valkey; its topics may hold a record"
        " twice after a crash",
        ours=True,
    ),
    "faust": Way(
        "plain Faust",
        "`at_least_once` (default)",
        "faust-streaming",
        ("bench.faults.count_faust", "at_least_once"),
        "no record is lost; one may be processed more than once",
    ),
    "faust_eo": Way(
        "plain Faust",
        "`exactly_once`",
        "faust-streaming",
        ("bench.faults.count_faust", "exactly_once"),
        "each record is processed exactly once in Kafka; Valkey is outside of its transactions",
    ),
    "quix": Way(
        "Quix Streams",
        "`at-least-once` (default)",
        "quixstreams",
        ("bench.faults.count_quix", "at-least-once"),
        "no record is lost; one may be processed more than once, and outputs repeated",
    ),
    "quix_eo": Way(
        "Quix Streams",
        "`exactly-once`",
        "quixstreams",
        ("bench.faults.count_quix", "exactly-once"),
        "each record is processed without duplicated outputs in Kafka; Valkey is outside of its transactions",
    ),
})  # fmt: skip

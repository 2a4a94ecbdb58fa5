"""The job that every way is given, its exact answer, and what an answer has too little or too much.

The job is the one that all of them teach first: count records by key and sum their values; at every tenth
record of a key tell count and sum, in a stream of Valkey and in a topic.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

EVERY = 10
"""Records of a key from one output to the next."""
TELL = b"?"
"""A record of this value changes nothing: it asks for its key's count and sum."""
STATE = "state"

State = Mapping[str, tuple[int, int]]
"""Count and sum by key."""


class Outputs(msgspec.Struct, frozen=True):
    """Outputs beside those of an undisturbed run."""

    expected: int
    lost: int
    """Of these keys and counts nothing was told."""
    repeated: int
    """This key and count were told before."""
    wrong: int
    """Told with a count or a sum that no undisturbed run has: it stands on records lost or repeated."""


class Verdict(msgspec.Struct, frozen=True):
    """What came of a trial. Where one key lost and repeated records both, only the difference is seen."""

    records: int
    lost: int
    """Records that the state does not have."""
    repeated: int
    """Records that the state has more than once."""
    silent: int
    """Keys that nobody answered for; their records count as lost."""
    valkey: Outputs
    kafka: Outputs


@dataclass
class Fed:
    """What was produced: the values of each key in their order."""

    values: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    @property
    def records(self) -> int:
        """How many."""
        return sum(map(len, self.values.values()))

    @property
    def outputs(self) -> set[str]:
        """Every output that is due."""
        return {
            output(key, count, sum(values[:count]))
            for key, values in self.values.items()
            for count in range(EVERY, len(values) + 1, EVERY)
        }


def output(key: str, count: int, total: int) -> str:
    """What is told of a key."""
    return f"{key}:{count}:{total}"


def answer(key: str, count: int, total: int) -> str:
    """What is told of a key when it is asked for."""
    return f"{STATE}:{output(key, count, total)}"


def parted(told: Iterable[str]) -> tuple[list[str], dict[str, tuple[int, int]]]:
    """Outputs, and the last answer of each key."""
    outputs, state = list[str](), dict[str, tuple[int, int]]()
    for text in told:
        first, *rest = text.split(":")
        if first == STATE:
            state[rest[0]] = (int(rest[1]), int(rest[2]))
        else:
            outputs.append(text)
    return outputs, state


def judge(fed: Fed, state: State, valkey: Iterable[str], kafka: Iterable[str]) -> Verdict:
    """Compare with the exact answer."""
    lost = repeated = 0
    for key, values in fed.values.items():
        count, total = state.get(key, (0, 0))
        less = len(values) - count
        lost += max(less, 0)
        repeated += max(-less, 0)
        if not less and total != sum(values):  # as many are missing as came twice
            lost += 1
            repeated += 1
    silent = len(fed.values.keys() - state.keys())
    due = fed.outputs
    return Verdict(fed.records, lost, repeated, silent, _compared(due, valkey), _compared(due, kafka))


def _compared(due: set[str], told: Iterable[str]) -> Outputs:
    found = list(told)
    counts = Counter(map(_place, found))
    return Outputs(
        expected=len(due),
        lost=len({_place(text) for text in due} - counts.keys()),
        repeated=sum(count - 1 for count in counts.values()),
        wrong=sum(text not in due for text in found),
    )


def _place(text: str) -> str:
    """Key and count, without the sum."""
    return text.rpartition(":")[0]

"""When Python looks for garbage: among what is young, never through the whole state."""

from __future__ import annotations

import gc

YOUNG = 10_000
MIDDLE = 20
NEVER = 1 << 30


def spare_what_is_old() -> None:
    """Let no collection go through what has outlived two.

    A full collection visits every object of every wearer: seconds for 100,000 of them, in which the loop
    stands still and Kafka may give the partitions away. State holds no reference cycles and is freed when
    it is dropped; what makes cycles (exceptions, tasks) dies young, and the younger generations have it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, NEVER)

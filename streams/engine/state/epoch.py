"""What tells work begun before a rebalance from work begun after it."""

from __future__ import annotations


class Epoch:
    """A number, raised whenever partitions are revoked.

    Remember it before an `await` and compare after: when it moved, what was begun is dropped.
    """

    def __init__(self) -> None:
        self.number = 0

    def raise_(self) -> None:
        """End everything that was begun so far."""
        self.number += 1

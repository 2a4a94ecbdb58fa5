"""Label values with an upper bound: a series too many is memory in every Prometheus for ever."""

from __future__ import annotations

import re

MOST_VALUES = 40
OTHER = "other"
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")


class BoundedLabel:
    """Lets the first values through that look like codes, and calls the rest `other`.

    For labels whose values come from other code (reasons, kinds): should one of those ever carry
    data of a person or a device, the number of series still ends at `MOST_VALUES`.
    """

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def __call__(self, value: str) -> str:
        """The label value to use for `value`."""
        if value in self._seen:
            return value
        if len(self._seen) >= MOST_VALUES or not _CODE.fullmatch(value):
            return OTHER
        self._seen.add(value)
        return value

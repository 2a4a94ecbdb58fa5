"""Tables as they were published, written out again for tests: (lowest value, highest value, label) by row."""

from __future__ import annotations


def edges(rows, step=1.0):
    """Each edge of each band with its label: the edge, one resolution inside, and the next band's first."""
    found = []
    for low, high, label in rows:
        found += [(low, label), (high, label)]
        if high - low > 2 * step:
            found += [(low + step, label), (high - step, label)]
    return [(round(float(value), 3), label) for value, label in found]

"""What devices do to their data on the way: silence, lost contact, frozen values, wrong clocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.gateways.simulator.episodes import Course, Rates

Rng = np.random.Generator


_ORDER = ("clock", "hold", "flat", "contact", "silent")


@dataclass(slots=True)
class Delivery:
    """What befalls the packets of a block, (packet, W) as lists; times in ms."""

    fault: list[list[str]]
    skew: list[list[int]]
    """How far the device's clock is ahead."""
    held: list[list[int]]
    """When the phone is back in reach; 0 = it is."""
    delay: list[list[int]]
    """How much later the packet comes (a failed send, tried again)."""
    again: list[list[int]]
    """How much later a second copy comes; 0 = none."""


def deliver(
    rng: Rng,
    faults: list[Course],
    rates: Rates,
    start: int,
    phase: NDArray[np.int64],
    shape: tuple[int, int],
    step: int,
) -> Delivery:
    """Decide the fate of a block's packets, `shape` = (packets, W), `step` ms each."""
    fault = np.zeros(shape, dtype="<U7")
    skew = np.zeros(shape, np.int64)
    held = np.zeros(shape, np.int64)
    # A packet suffers what holds at its middle.
    middle = start + np.arange(shape[0]) * step + step // 2
    # The worst comes last: nobody sees a frozen value of a device that is silent.
    for course in sorted(faults, key=lambda c: _ORDER.index(c.fault)):
        hit = (middle + phase[course.who] >= course.start) & (middle + phase[course.who] < course.end)
        if course.fault == "hold":
            held[hit, course.who] = course.end
        elif course.fault == "clock":
            skew[hit, course.who] = round(course.add["clock"])
        else:
            fault[hit, course.who] = course.fault
    draw = rng.random((4, *shape))
    delay = np.where(draw[0] < rates.late, 75_000 + 400_000 * draw[1], 0).astype(np.int64)
    again = np.where(draw[2] < rates.duplicate, 2_000 + 240_000 * draw[3], 0).astype(np.int64)
    return Delivery(*(a.T.tolist() for a in (fault, skew, held, delay, again)))

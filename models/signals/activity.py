"""What a wearer is doing, as far as steps and movement tell: the context of every baseline and rule."""

from __future__ import annotations

from typing import Literal

import msgspec

from models.signals.windows import MINUTE

Context = Literal["asleep", "rest", "recovering", "active", "unknown"]

ACTIVE_STEPS = 20
"""Steps in a minute that are a walk, not a shuffle."""
ACTIVE_MG = 45.0
"""Movement above which one is not sedentary: 44.8 mg at the wrist (Hildebrand et al. 2017)."""
ASLEEP_MG = 8.0
"""Smoothed movement below which one lies still."""
ASLEEP_AFTER = 20
"""Still minutes before they count as sleep (compare the 20-minute rule of Cole et al. 1992)."""
NIGHT = (21, 10)
"""Local hours between which stillness is taken for sleep."""
LONGEST_RECOVERY = 30
"""Minutes; heart rate after exercise falls within about this time, sooner after a short effort."""
SMOOTHING = 0.1
STALE_MINUTES = 5


class Activity(msgspec.Struct, array_like=True, gc=False):
    """Running knowledge of a wearer's movement."""

    seen: int = 0
    """Minute last judged, ms UTC."""
    effort: int = 0
    """Minutes of recovery still owed."""
    still: int = 0
    """Successive minutes without activity."""
    movement: float = ACTIVE_MG
    """Smoothed movement, mg."""
    context: Context = "unknown"

    def update(self, minute: int, steps: float | None, accel: float | None, utc_offset: int) -> Context:
        """Judge one minute (start, ms UTC) by its steps and mean movement (mg)."""
        if steps is None and accel is None:
            return self.context if minute - self.seen <= STALE_MINUTES * MINUTE else "unknown"
        if minute >= self.seen:
            self.seen = minute
            self.context = self._judge(minute, steps or 0.0, accel, utc_offset)
        return self.context

    def _judge(self, minute: int, steps: float, accel: float | None, utc_offset: int) -> Context:
        if accel is not None:
            self.movement += SMOOTHING * (accel - self.movement)
        if steps >= ACTIVE_STEPS or (accel is not None and accel >= ACTIVE_MG):
            self.effort = min(self.effort + 1, LONGEST_RECOVERY)
            self.still = 0
            return "active"
        self.still += 1
        if self.effort:
            self.effort -= 1
            return "recovering"
        hour = (minute // MINUTE + utc_offset) // 60 % 24
        night = hour >= NIGHT[0] or hour < NIGHT[1]
        lying = accel is not None and self.movement < ASLEEP_MG
        return "asleep" if night and lying and self.still >= ASLEEP_AFTER else "rest"

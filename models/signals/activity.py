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
CALM_AFTER = 12
"""Minutes without activity before a pulse is that of rest (Mishra et al. 2020, Nat Biomed Eng 4:1208)."""
CALM_KNOWN = 60
"""Minutes of waking rest before its pulse counts as known."""
ASLEEP_STEPLESS = 45
"""Minutes without activity before they can count as sleep where only steps and pulse tell (a watch that
gives no movement): waking rest without a step is seldom so long at night."""
ASLEEP_BELOW = 2.0
"""Beats a minute by which the smoothed pulse then has to lie below the one of waking rest: the pulse falls in
sleep by some beats (Quer 2020, PLoS ONE 15:e0227709, daily and nightly rates)."""
NIGHT = (21, 10)
"""Local hours between which stillness is taken for sleep."""
LONGEST_RECOVERY = 30
"""Minutes; heart rate after exercise falls within about this time, sooner after a short effort."""
UNRECOVERED = 15.0
"""Beats a minute above waking rest: for so long the recovery goes on, at most LONGEST_RECOVERY in all."""
SMOOTHING = 0.1
PULSE_SMOOTHING = 0.3
CALM_FADING = 1 / 240
"""Weight of a new minute in the pulse of waking rest: about four hours of it."""
CALM_REACH = 10.0
"""A pulse further away than this counts as if it were this far: an episode must not teach what is calm."""
STALE_MINUTES = 5


class Activity(msgspec.Struct, array_like=True, gc=False):
    """Running knowledge of a wearer's movement, and of the pulse that goes with rest.

    The pulse alone never makes a minute `active`: else an illness or a rhythm disorder would excuse itself.
    It lengthens a recovery while it falls, within bounds, and tells sleep from rest where there is no
    movement sensor. What is not known widens: without movement data the context is `unknown`, and sleep that
    can't be told apart is `rest`.
    """

    seen: int = 0
    """Minute last judged, ms UTC."""
    effort: int = 0
    """Minutes of recovery still owed."""
    still: int = 0
    """Successive minutes without activity."""
    movement: float = ACTIVE_MG
    """Smoothed movement, mg."""
    context: Context = "unknown"
    pulse: float = 0.0
    """Heart rate smoothed over some minutes; 0 = not measured yet."""
    calm: float = 0.0
    """Slow mean of the heart rate in waking rest; 0 = not known yet."""
    calm_minutes: int = 0
    """How many minutes it rests on, counted up to CALM_KNOWN."""

    def update(
        self, minute: int, steps: float | None, accel: float | None, utc_offset: int, hr: float | None = None
    ) -> Context:
        """Judge one minute (start, ms UTC) by its steps, mean movement (mg) and heart rate."""
        if steps is None and accel is None:
            return self.context if minute - self.seen <= STALE_MINUTES * MINUTE else "unknown"
        if minute >= self.seen:
            if hr is not None:
                lasting = minute - self.seen <= LONGEST_RECOVERY * MINUTE and self.pulse
                self.pulse = self.pulse + PULSE_SMOOTHING * (hr - self.pulse) if lasting else hr
            self.seen = minute
            self.context = self._judge(minute, steps or 0.0, accel, utc_offset, hr)
        return self.context

    def _judge(
        self, minute: int, steps: float, accel: float | None, utc_offset: int, hr: float | None
    ) -> Context:
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
        if self._unrecovered(hr):
            return "recovering"
        night = _night(minute, utc_offset)
        if night and self._lying(accel):
            return "asleep"
        if hr is not None and not night:
            self._learn_calm(hr)
        return "rest"

    def _unrecovered(self, hr: float | None) -> bool:
        """Whether the effort was just now and the pulse is on its way down from it, but not there yet."""
        if hr is None or self.context != "recovering" or self.calm_minutes < CALM_KNOWN:
            return False
        falling = hr < self.pulse
        return falling and self.still < LONGEST_RECOVERY and hr > self.calm + UNRECOVERED

    def _lying(self, accel: float | None) -> bool:
        if accel is not None:
            return self.movement < ASLEEP_MG and self.still >= ASLEEP_AFTER
        known = self.calm_minutes >= CALM_KNOWN and self.pulse > 0
        return known and self.still >= ASLEEP_STEPLESS and self.pulse < self.calm - ASLEEP_BELOW

    def _learn_calm(self, hr: float) -> None:
        if self.still < CALM_AFTER:
            return
        if self.calm_minutes < CALM_KNOWN:
            self.calm_minutes += 1
            self.calm += (hr - self.calm) / self.calm_minutes
        else:
            self.calm += CALM_FADING * min(max(hr - self.calm, -CALM_REACH), CALM_REACH)


def _night(minute: int, utc_offset: int) -> bool:
    hour = (minute // MINUTE + utc_offset) // 60 % 24
    return hour >= NIGHT[0] or hour < NIGHT[1]

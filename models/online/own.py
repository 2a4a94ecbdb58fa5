"""What is usual for a wearer over days: nights, illness, and usuals that move. Fed minute by minute."""

from __future__ import annotations

import msgspec

from models.online.illness import Onset, Watch
from models.online.nights import DAWN, DAY, Nights
from models.signals.activity import Context
from models.signals.windows import MINUTE
from streams.records import Drift


class News(msgspec.Struct, frozen=True, gc=False):
    """What a minute brought to an end, and what that showed."""

    night: Onset | None = None
    moved: tuple[Drift, ...] = ()


class Own(msgspec.Struct, array_like=True, gc=False):
    """The slow part of a wearer's own normal: plain numbers and bytes, stored as it is."""

    nights: Nights = msgspec.field(default_factory=Nights)
    watch: Watch = msgspec.field(default_factory=Watch)

    def minute(
        self, minute: int, context: Context, values: dict[str, float], still: int, utc_offset: int
    ) -> News | None:
        """Take one minute (start, ms UTC) of values by signal; gives news at most every three hours.

        `still` is how many minutes have had no activity, `utc_offset` minutes east of UTC.
        """
        at = minute // MINUTE + utc_offset
        before = self.nights.day
        if not self.nights.put(at, context, values, still) or not before:
            return None
        begins = (before * DAY + DAWN - DAY - utc_offset) * MINUTE
        night = self.watch.judge(self.nights, 1, minute, begins, ())
        return News(night)

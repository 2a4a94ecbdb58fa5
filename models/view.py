"""What one minute of one wearer looks like to the rules: the hand-over from observing to deciding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from models.deep.asks import Ask
from models.online.anomaly import Surprise
from models.online.baseline import Usual
from models.signals.activity import Context
from models.signals.beats import BeatWindow
from models.signals.quality import Cause, Quality
from streams.records import ClinicalScore, Drift, Feedback, Finding

if TYPE_CHECKING:
    from models.clinical.moment import Moment
    from models.online.illness import Onset
    from models.online.progressive import Error


class View(msgspec.Struct):
    """One minute as the rules see it. Values carry the units of the catalogue."""

    minute: int
    """Start of the minute, ms UTC."""
    context: Context = "unknown"
    values: dict[str, float] = {}
    """This minute's usable values by signal."""
    steady: dict[str, float] = {}
    """Median of the newest minutes, by signal."""
    usual: dict[str, Usual] = {}
    """What is usual for this wearer in this context at this hour, where known."""
    scaled: dict[str, float] = {}
    """This minute's values in spreads from what the context's own usual says, where that was learnt."""
    quality: dict[str, Quality] = {}
    causes: dict[str, Cause] = {}
    """Why a signal was not usable, by signal."""
    surprise: Surprise | None = None
    score: ClinicalScore | None = None
    moved: list[Drift] = []
    """Usuals that were found at this minute to have moved."""
    interval: float | None = None
    """Median of the usable intervals between beats, ms."""
    trend: Finding | None = None
    """How the variability of the heart goes over weeks, with the night that it came with."""
    night: Onset | None = None
    """What the last nights look like, once a local day."""
    clinical: Moment | None = None
    """Newest cuff readings and what days of readings add up to."""
    utc_offset: int = 0
    """Minutes east of UTC where the wearer is."""
    cuffless: bool = False
    """Whether this minute's blood pressure was measured without a cuff."""


class Observation(msgspec.Struct):
    """What one record showed: views oldest first, questions to networks oldest first, and silence."""

    views: list[View] = []
    asks: list[Ask] = []
    silent_since: int | None = None
    """Stream time since when nothing was heard; None while the wearer is heard."""
    silence: str = ""
    """What the device last said that explains its silence: `battery`, `contact` or nothing."""
    returned: bool = False
    """The wearer was silent and is back."""
    nudged: bool = False
    """Nothing was heard of a silent wearer; what is out may want a reminder."""
    withdrawn: bool = False
    """The wearer no longer agrees: whatever is out ends."""
    feedback: Feedback | None = None
    """What a person answered to an alert."""
    another: bool = False
    """The profile tells of other facts: risks that rest on the old ones are void."""
    errors: list[Error] = []
    """How far the own usuals were off, measured before they learnt."""
    late: dict[str, int] = {}
    """Samples per signal that came after their minute had closed."""

    @property
    def beats(self) -> list[BeatWindow]:
        """The windows of beats among the questions."""
        return [BeatWindow(ask.start, ask.end, ask.row) for ask in self.asks if ask.model == "rhythm"]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to decide."""
        return not (
            self.views
            or self.asks
            or self.returned
            or self.nudged
            or self.withdrawn
            or self.another
            or self.feedback is not None
            or self.silent_since is not None
        )

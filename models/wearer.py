"""The state of one wearer, in two halves that never read each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import msgspec

from models.clinical.clinic import Clinic
from models.deep.glucose_day import GlucoseDay
from models.deep.stay import Stay
from models.deep.unusual import RecentHour
from models.judged import Judged
from models.online.anomaly import JointNormal
from models.online.baseline import Baseline
from models.online.own import Own
from models.person import Person
from models.signals.activity import Activity
from models.signals.beats import BeatBuffer
from models.signals.marks import Marks
from models.signals.recent import Recent
from models.signals.windows import Track

DEVICES = 16
"""Devices of a wearer whose open minutes are kept."""
HELD = 400_000
"""Open samples of a wearer above which a device is let go (26 bytes each at most; a page ends at 17 MiB)."""

SLOW = frozenset({"temp", "sbp", "dbp", "glucose"})
"""Signals whose usual does not depend on rest or sleep."""

# Smallest believable spread of a minute's value: what devices' own errors allow (unit of the vital).
FLOORS = {
    "hr": 2.0,
    "rr": 1.0,
    "spo2": 0.7,
    "temp": 0.1,
    "hrv": 0.15,
    "glucose": 10.0,
    "sbp": 5.0,
    "dbp": 4.0,
}


@dataclass(slots=True)
class Device:
    """What is open of one device of a wearer."""

    marks: Marks = field(default_factory=Marks)
    tracks: dict[str, Track] = field(default_factory=dict)
    cuffless: bool = False
    """Its blood pressure is estimated without a cuff."""

    def repeated(self, seq: int, start: int) -> bool:
        """Whether this packet was seen before; remembers it if not."""
        return self.marks.repeated(seq, start)

    @property
    def newest(self) -> int:
        """Newest time that the device has spoken for, ms UTC; 0 before the first."""
        return max((track.newest for track in self.tracks.values()), default=0)

    @property
    def held(self) -> int:
        """How many samples are open."""
        return sum([len(track.counts) for track in self.tracks.values()])

    def too_late(self, signal: str, newest: int) -> bool:
        """Whether all minutes up to this time (ms UTC) are closed for the signal."""
        track = self.tracks.get(signal)
        return track is not None and newest < track.closed


class Stuck(msgspec.Struct, array_like=True, gc=False):
    """Since when a signal has not changed at all."""

    value: int
    """As a count of its resolution."""
    since: int
    last: int


@dataclass(slots=True)
class Seen:
    """What observing writes: open windows, own normal, context."""

    devices: dict[str, Device] = field(default_factory=dict)
    heard: int = 0
    """Stream time at which this wearer was last heard of, ms."""
    silent: bool = True
    contact: bool = True
    """What the newest packet said of the sensor's contact; true where it said nothing."""
    weakness: str = ""
    """What the newest packet said that could explain a silence: `battery`, `contact` or nothing."""
    utc_offset: int = 0
    consent: Literal["given", "refused", "unknown"] = "unknown"
    oxygen_scale: int = 1
    beats: BeatBuffer = field(default_factory=BeatBuffer)
    activity: Activity = field(default_factory=Activity)
    recent: Recent = field(default_factory=Recent)
    baselines: dict[str, Baseline] = field(default_factory=dict)
    """By `signal` or `signal@context`."""
    joint: JointNormal = field(default_factory=JointNormal)
    own: Own = field(default_factory=Own)
    clinic: Clinic = field(default_factory=Clinic)
    stuck: dict[str, Stuck] = field(default_factory=dict)
    glucose: GlucoseDay | None = None
    """None while no glucose was ever measured."""
    hour: RecentHour | None = None
    """The last hour on the personal scale; None while nothing is usual yet."""
    hour_asked: int = 0
    """The minute as of which the last hour was asked about, ms UTC."""
    stay: Stay | None = None
    """The current stay in hospital, if the profile tells of one."""
    stay_asked: int = 0
    """Whole hours of the stay that were asked about."""
    person: Person = field(default_factory=Person)
    person_asked: int = 0
    """Day (since 1970) on which the person as a whole was last asked about; 0 = not since the profile."""

    def device(self, name: str) -> Device:
        """The device of that name, made when first heard of. Who makes too many loses the oldest."""
        found = self.devices.get(name)
        if found is None:
            found = self.devices[name] = Device()
        if len(self.devices) > 1:
            self._let_go(name)
        return found

    def _let_go(self, spared: str) -> None:
        held = sum([device.held for device in self.devices.values()])
        while len(self.devices) > DEVICES or (held > HELD and len(self.devices) > 1):
            others = [name for name in self.devices if name != spared]
            oldest = min(others, key=lambda name: self.devices[name].newest)
            held -= self.devices.pop(oldest).held

    def forget(self) -> None:
        """Forget all vitals and what they taught; consent and profile stay."""
        kept = Seen(
            heard=self.heard,
            utc_offset=self.utc_offset,
            consent=self.consent,
            oxygen_scale=self.oxygen_scale,
            person=self.person,
        )
        for name in self.__slots__:
            setattr(self, name, getattr(kept, name))

    def baseline(self, key: str, signal: str) -> Baseline:
        """The baseline under `key`, made when first asked for."""
        found = self.baselines.get(key)
        if found is None:
            found = self.baselines[key] = Baseline(FLOORS[signal])
        return found


@dataclass(slots=True)
class Wearer:
    """All that is kept of one wearer."""

    name: str
    seen: Seen = field(default_factory=Seen)
    judged: Judged = field(default_factory=Judged)

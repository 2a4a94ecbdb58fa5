"""The state of a wearer as plain data, for storing, and back again."""

from __future__ import annotations

from array import array
from typing import Literal

import msgspec

from models.clinical.blood_pressure import Pressures
from models.clinical.clinic import Clinic
from models.clinical.glucose_control import GlucoseControl
from models.deep.glucose_day import DaySnapshot, GlucoseDay
from models.deep.stay import Snapshot as Hours
from models.deep.stay import Stay
from models.deep.unusual import HourSnapshot, RecentHour
from models.judged import Judged
from models.online.anomaly import JointNormal, JointSnapshot
from models.online.baseline import Baseline, BaselineSnapshot
from models.online.own import Own
from models.person import Person
from models.signals.activity import Activity
from models.signals.beats import BeatBuffer
from models.signals.marks import Marks
from models.signals.recent import Recent
from models.signals.stored import TrackSnapshot, dump_track, load_track
from models.wearer import FLOORS, Device, Seen, Stuck, Wearer


class DeviceSnapshot(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A device as plain data."""

    newest: int
    marks: tuple[bytes, int, int]
    tracks: dict[str, TrackSnapshot]
    cuffless: bool


class WearerSnapshot(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A wearer as plain data: numbers and bytes only, nothing that runs when it is read."""

    devices: dict[str, DeviceSnapshot]
    heard: int
    silent: bool
    contact: bool
    weakness: str
    utc_offset: int
    consent: Literal["given", "refused", "unknown"]
    oxygen_scale: int
    beats: bytes
    beats_last: int
    activity: Activity
    recent: bytes
    baselines: dict[str, BaselineSnapshot]
    joint: JointSnapshot
    own: Own
    pressures: Pressures | None
    control: GlucoseControl | None
    stuck: dict[str, Stuck]
    glucose: DaySnapshot | None
    hour: HourSnapshot | None
    hour_asked: int
    stay: Hours | None
    stay_asked: int
    person: Person
    person_asked: int
    judged: Judged


def dump(wearer: Wearer) -> WearerSnapshot:
    """The state of a wearer as plain data."""
    seen = wearer.seen
    return WearerSnapshot(
        devices={name: _dump_device(device) for name, device in seen.devices.items()},
        heard=seen.heard,
        silent=seen.silent,
        contact=seen.contact,
        weakness=seen.weakness,
        utc_offset=seen.utc_offset,
        consent=seen.consent,
        oxygen_scale=seen.oxygen_scale,
        beats=seen.beats.counts.tobytes(),
        beats_last=seen.beats.last,
        activity=seen.activity,
        recent=bytes(seen.recent),
        baselines={key: baseline.snapshot() for key, baseline in seen.baselines.items()},
        joint=seen.joint.snapshot(),
        own=seen.own,
        pressures=seen.clinic.pressures,
        control=seen.clinic.control,
        stuck=seen.stuck,
        glucose=None if seen.glucose is None else seen.glucose.snapshot(),
        hour=None if seen.hour is None else seen.hour.snapshot(),
        hour_asked=seen.hour_asked,
        stay=None if seen.stay is None else seen.stay.snapshot(),
        stay_asked=seen.stay_asked,
        person=seen.person,
        person_asked=seen.person_asked,
        judged=wearer.judged,
    )


def load(name: str, snapshot: WearerSnapshot) -> Wearer:
    """The wearer that was dumped."""
    seen = Seen(
        devices={device: _load_device(stored) for device, stored in snapshot.devices.items()},
        heard=snapshot.heard,
        silent=snapshot.silent,
        contact=snapshot.contact,
        weakness=snapshot.weakness,
        utc_offset=snapshot.utc_offset,
        consent=snapshot.consent,
        oxygen_scale=snapshot.oxygen_scale,
        beats=BeatBuffer(array("H", snapshot.beats), snapshot.beats_last),
        activity=snapshot.activity,
        recent=Recent(snapshot.recent),
        baselines={
            key: Baseline(FLOORS[key.partition("@")[0]], stored) for key, stored in snapshot.baselines.items()
        },
        joint=JointNormal(snapshot.joint),
        own=snapshot.own,
        clinic=Clinic(snapshot.pressures, snapshot.control),
        stuck=snapshot.stuck,
        glucose=None if snapshot.glucose is None else GlucoseDay(snapshot.glucose),
        hour=None if snapshot.hour is None else RecentHour(snapshot.hour),
        hour_asked=snapshot.hour_asked,
        stay=_load_stay(snapshot),
        stay_asked=snapshot.stay_asked,
        person=snapshot.person,
        person_asked=snapshot.person_asked,
    )
    return Wearer(name, seen, snapshot.judged)


def _load_stay(snapshot: WearerSnapshot) -> Stay | None:
    admitted = snapshot.person.admitted
    return None if snapshot.stay is None or admitted is None else Stay(admitted, snapshot.stay)


def _dump_device(device: Device) -> DeviceSnapshot:
    newest = device.newest
    tracks = {signal: dump_track(track, newest) for signal, track in device.tracks.items()}
    return DeviceSnapshot(newest, device.marks.stored(), tracks, device.cuffless)


def _load_device(stored: DeviceSnapshot) -> Device:
    tracks = {signal: load_track(track, stored.newest) for signal, track in stored.tracks.items()}
    return Device(Marks(*stored.marks), tracks, stored.cuffless)

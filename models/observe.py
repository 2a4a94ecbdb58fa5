"""Observing: from a packet's samples to views of minutes and questions to networks; learns own normal.

Pure: reads and writes only the `Seen` half of a wearer, and the time comes with the record.
"""

from __future__ import annotations

from array import array
from collections.abc import Container

from models import asking
from models.comparing import compare
from models.minute import MOVEMENT, beats, drop_shaken, miss_pulse, summarise
from models.person import Person
from models.signals.abreast import Abreast
from models.signals.columns import Columns
from models.signals.counts import MISSING, ascending, counted
from models.signals.windows import MINUTE, Track, Window
from models.view import Observation, View
from models.wearer import Device, Seen
from streams.records import DeviceFacts, Profile

SINGLE = frozenset({"cuff", "thermometer", "cgm"})
"""Devices that give one reading every few minutes or hours: each is judged at once, not with the next one."""
SPOT = frozenset({"cuff", "thermometer"})
"""Of these the ones that are not worn: nobody waits for their next reading, so that no gap is a silence."""
ALONE_MS = 15_000
"""A pulse oximeter that says nothing for so long around one value takes readings by hand."""
PRESSURES = frozenset({"sbp", "dbp"})
FLAT_BATTERY = 0.05
"""Share of a battery's charge at which a device may stop at any moment."""


def take(
    seen: Seen,
    device: Device,
    columns: Columns,
    last: int,
    lateness: int,
    contact: bool,
    single: bool = False,
) -> Observation:
    """Put a packet's columns into its windows, close what the watermark passes, and view it.

    `last` is the newest time (ms UTC) the packet speaks for, `lateness` in ms. A device of `single` readings
    speaks for the whole minute of each: nothing more is waited for.
    """
    if single:
        last, lateness = max(times[-1] for times, _ in columns.values()) // MINUTE * MINUTE + MINUTE, 0
    observation = Observation()
    closed: list[Window] = []
    seen.contact = contact
    newest = max([times[0] for times, _ in columns.values()])
    abreast = Abreast(lateness)
    for signal, (times, values) in columns.items():
        track = device.tracks.get(signal)
        if track is None:
            track = device.tracks[signal] = Track()
        counts = values if values.typecode == "H" else counted(signal, values)
        if not contact and signal not in MOVEMENT:
            times, counts = times[:], array("H", [MISSING]) * len(counts)
        # What lies well before the rest has come late to the device itself: it speaks for itself alone.
        until = last if single or times[0] >= newest - MINUTE else times[-1]
        late, windows = abreast.take(track, signal, times, counts, until)
        if late:
            observation.late[signal] = late
        closed += windows
    if closed:
        cuffless = {window.minute for window in closed} if device.cuffless else ()
        _view_all(seen, [device], closed, observation, cuffless)
    return observation


def by_hand(device: Device, facts: DeviceFacts, columns: Columns, first: int) -> bool:
    """Whether a packet (its first time in ms UTC) is a reading that somebody took, of a device not worn."""
    if facts.kind != "oximeter":
        return facts.kind in SPOT
    return first - device.newest > ALONE_MS and all(len(times) == 1 for times, _ in columns.values())


def hear(seen: Seen, device: Device, facts: DeviceFacts, spot: bool = False) -> None:
    """Take what a device says of itself; of what is not worn (`spot`) nothing explains a silence."""
    device.cuffless = facts.kind == "cuffless"
    if spot:
        return
    if facts.contact is False:
        seen.weakness = "contact"
    elif facts.battery is not None and facts.battery <= FLAT_BATTERY:
        seen.weakness = "battery"
    else:
        seen.weakness = ""


def fall_silent(seen: Seen) -> Observation:
    """Close every open window: nothing more is expected soon."""
    observation = Observation(silent_since=seen.heard, silence=seen.weakness)
    closed: list[Window] = []
    cuffless: set[int] = set()
    for device in seen.devices.values():
        of_device = [w for signal, track in device.tracks.items() for w in track.flush(signal)]
        if device.cuffless:
            cuffless |= {w.minute for w in of_device if w.signal in PRESSURES}
        closed += of_device
    _view_all(seen, list(seen.devices.values()), closed, observation, cuffless)
    seen.silent = True
    return observation


def meet(seen: Seen, profile: Profile) -> Observation:
    """Take what a profile says of the wearer."""
    seen.consent = profile.consent.status
    seen.oxygen_scale = profile.oxygen_scale
    before, seen.person = seen.person, Person.of(profile)
    seen.person_asked = 0
    if seen.person.admitted != before.admitted:
        seen.stay, seen.stay_asked = None, 0
    return Observation(another=seen.person != before)


def withdraw(seen: Seen) -> Observation:
    """Forget all vitals of a wearer who no longer agrees, and what they taught; nothing of it is judged."""
    seen.forget()
    return Observation(withdrawn=True)


def _view_all(
    seen: Seen,
    devices: list[Device],
    closed: list[Window],
    observation: Observation,
    cuffless: Container[int],
) -> None:
    """Make a view of each closed minute; in minutes of `cuffless` a pressure was measured without a cuff."""
    pulses = [device.tracks["hr"].newest for device in devices if "hr" in device.tracks]
    minutes: dict[int, list[Window]] = {}
    for window in closed:
        minutes.setdefault(window.minute, []).append(window)
    for minute in sorted(minutes):
        lost = bool(pulses) and max(pulses) <= minute
        view = _view(seen, minute, minutes[minute], observation, lost, minute in cuffless)
        observation.views.append(view)


def _view(
    seen: Seen, minute: int, windows: list[Window], observation: Observation, lost: bool, cuffless: bool
) -> View:
    view = View(minute, cuffless=cuffless, utc_offset=seen.utc_offset)
    intervals = None
    for window, ordered in zip(windows, ascending([window.counts for window in windows]), strict=True):
        summarise(seen, window, ordered, view)
        if window.signal == "ibi":
            intervals = window
    if lost:
        miss_pulse(seen, view)
    values = view.values
    view.context = seen.activity.update(
        minute, values.get("steps"), values.get("accel"), seen.utc_offset, values.get("hr")
    )
    drop_shaken(view)
    if intervals is not None:
        beats(seen, intervals, view, observation.asks)
    compare(seen, view, observation.errors)
    observation.asks.extend(asking.questions(seen, view))
    return view

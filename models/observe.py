"""Observing: from a packet's samples to views of minutes and questions to networks; learns own normal.

Pure: reads and writes only the `Seen` half of a wearer, and the time comes with the record.
"""

from __future__ import annotations

import math
from array import array

import numpy as np

from models import asking
from models.clinical.news2 import news2
from models.deep.asks import Ask
from models.person import Person
from models.signals import quality as gate
from models.signals.beats import rmssd
from models.signals.catalogue import SIGNALS
from models.signals.columns import Columns
from models.signals.counts import MISSING, counted
from models.signals.quality import Quality
from models.signals.recent import VITALS as LEARNED
from models.signals.windows import MINUTE, Track, Window
from models.view import Observation, View
from models.wearer import SLOW, Device, Seen, Stuck
from streams.records import Profile

SCORED = ("hr", "rr", "spo2", "temp", "sbp")
TOTALS = frozenset({"steps", "meal", "urine"})
MOVEMENT = frozenset({"steps", "accel"})
"""Signals that need no contact with the skin."""
CALM = frozenset({"rest", "asleep"})
STUCK = Quality(0.0, "flat")


def take(
    seen: Seen, device: Device, columns: Columns, last: int, lateness: int, contact: bool
) -> Observation:
    """Put a packet's columns into its windows, close what the watermark passes, and view it.

    `last` is the newest time (ms UTC) the packet speaks for, `lateness` in ms.
    """
    observation = Observation()
    closed: list[Window] = []
    seen.contact = contact
    newest = max(times[0] for times, _ in columns.values())
    for signal, (times, values) in columns.items():
        track = device.tracks.get(signal)
        if track is None:
            track = device.tracks[signal] = Track()
        counts = values if values.typecode == "H" else counted(signal, values)
        if not contact and signal not in MOVEMENT:
            times, counts = times[:], array("H", [MISSING]) * len(counts)
        late = track.add(times, counts)
        if late:
            observation.late[signal] = late
        # What lies well before the rest has come late to the device itself: it speaks for itself alone.
        until = last if times[0] >= newest - MINUTE else times[-1]
        closed += track.close(signal, until, lateness)
    if closed:
        _view_all(seen, [device], closed, observation)
    return observation


def fall_silent(seen: Seen) -> Observation:
    """Close every open window: nothing more is expected soon."""
    observation = Observation(silent_since=seen.heard)
    closed = [
        window
        for device in seen.devices.values()
        for signal, track in device.tracks.items()
        for window in track.flush(signal)
    ]
    _view_all(seen, list(seen.devices.values()), closed, observation)
    seen.silent = True
    return observation


def meet(seen: Seen, profile: Profile) -> Observation:
    """Take what a profile says of the wearer."""
    seen.consent = profile.consent.status
    seen.oxygen_scale, seen.on_oxygen = profile.oxygen_scale, profile.on_oxygen
    before, seen.person = seen.person, Person.of(profile)
    seen.person_asked = 0
    if seen.person.admitted != before.admitted:
        seen.stay, seen.stay_asked = None, 0
    return Observation(another=seen.person != before)


def withdraw(seen: Seen) -> Observation:
    """Forget what is open of a wearer who no longer agrees; nothing of it is judged."""
    seen.devices.clear()
    seen.beats.clear()
    seen.glucose = seen.hour = seen.stay = None
    seen.stay_asked = 0
    seen.silent = True
    return Observation(withdrawn=True)


def _view_all(seen: Seen, devices: list[Device], closed: list[Window], observation: Observation) -> None:
    pulses = [device.tracks["hr"].newest for device in devices if "hr" in device.tracks]
    minutes: dict[int, list[Window]] = {}
    for window in closed:
        minutes.setdefault(window.minute, []).append(window)
    for minute in sorted(minutes):
        lost = bool(pulses) and max(pulses) <= minute
        observation.views.append(_view(seen, minute, minutes[minute], observation.asks, lost))


def _view(seen: Seen, minute: int, windows: list[Window], asks: list[Ask], lost: bool) -> View:
    view = View(minute)
    intervals = None
    for window in windows:
        _summarise(seen, window, view)
        if window.signal == "ibi":
            intervals = window
    if lost:
        _miss_pulse(seen, view)
    values = view.values
    view.context = seen.activity.update(minute, values.get("steps"), values.get("accel"), seen.utc_offset)
    _drop_shaken(view)
    if intervals is not None:
        _beats(seen, intervals, view, asks)
    _compare(seen, view)
    asks.extend(asking.questions(seen, view))
    return view


def _summarise(seen: Seen, window: Window, view: View) -> None:
    """Judge a window and reduce it to one value: a sum of counts, else the median."""
    signal, ordered = window.signal, sorted(window.counts)
    judged = gate.judge(window, ordered)
    if judged.usable and _stuck(seen, window, ordered):
        judged = STUCK
    view.quality[signal] = judged
    if not judged.usable:
        assert judged.cause is not None
        view.causes[signal] = judged.cause
        return
    if signal == "ibi":
        return
    if judged.share < 1.0:
        ordered = sorted(window.counts)
        del ordered[gate.valued(ordered) :]
    count = sum(ordered) if signal in TOTALS else gate.middle(ordered)
    view.values[signal] = count / SIGNALS[signal].per


def _miss_pulse(seen: Seen, view: View) -> None:
    """A device that tells of movement and no longer of the pulse has lost the skin, said or unsaid."""
    if "hr" not in view.quality and not view.quality.keys().isdisjoint(MOVEMENT):
        cause: gate.Cause = "missing" if seen.contact else "contact"
        view.quality["hr"] = Quality(0.0, cause)
        view.causes["hr"] = cause


def _stuck(seen: Seen, window: Window, ordered: list[int]) -> bool:
    """Whether the signal has not moved at all for longer than it can."""
    allowed = gate.FLAT_MINUTES.get(window.signal)
    if allowed is None:
        return False
    first = ordered[0]
    low, high = gate.FLAT_WITHIN.get(window.signal, (-math.inf, math.inf))
    if ordered[-1] != first or not low <= first / SIGNALS[window.signal].per <= high:
        seen.stuck.pop(window.signal, None)
        return False
    known = seen.stuck.get(window.signal)
    # After a gap it may have moved and come back.
    if known is None or known.value != first or window.minute - known.last > allowed * MINUTE:
        seen.stuck[window.signal] = Stuck(first, window.minute, window.minute)
        return False
    known.last = window.minute
    return window.minute - known.since >= allowed * MINUTE


def _drop_shaken(view: View) -> None:
    """Leave out what movement spoils."""
    if view.values.get("accel", 0.0) < gate.MOTION_MG:
        return
    for signal in gate.MOTION_SENSITIVE & view.quality.keys():
        view.values.pop(signal, None)
        view.quality[signal] = Quality(0.0, "motion")
        view.causes[signal] = "motion"


def _beats(seen: Seen, window: Window, view: View, asks: list[Ask]) -> None:
    if not view.quality["ibi"].usable:
        seen.beats.clear()
        return
    if view.context in CALM:
        _variability(window, view)
    asks.extend(asking.beats(seen, window))


def _variability(window: Window, view: View) -> None:
    values = window.values
    if view.quality["ibi"].share < 1.0:
        values = values[~np.isnan(values)]
    variability = rmssd(values)
    if variability is not None:
        # Its logarithm is near normal (Task Force of the ESC and NASPE, 1996).
        view.values["hrv"] = math.log(max(variability, 1.0))


def _compare(seen: Seen, view: View) -> None:
    """Set the minute beside the newest ones and beside the wearer's own usual, then learn it."""
    context, minute = view.context, view.minute
    deviations: dict[str, float] = {}
    for signal in LEARNED:
        value = view.values.get(signal)
        if value is None:
            continue
        view.steady[signal] = seen.recent.put(signal, minute, value)
        if signal in SLOW:
            key = signal
        elif context in CALM:
            key = f"{signal}@{context}"
        else:
            continue
        baseline = seen.baseline(key, signal)
        usual = baseline.usual()
        if baseline.known:
            view.usual[signal] = usual
            deviations[signal] = (value - usual.recent) / usual.wander
        baseline.learn(value, usual)
    if context in CALM:
        view.surprise = seen.joint.update(deviations)
        own = view.usual.get("hr")
        if own is not None:
            view.drifted = seen.drift.update((view.values["hr"] - own.mean) / own.spread)
    if not view.values.keys().isdisjoint(SCORED):
        _score(seen, view)


def _score(seen: Seen, view: View) -> None:
    """NEWS2 at rest only: the score is meant for a person at rest."""
    if view.context in ("active", "recovering"):
        return
    readings: dict[str, tuple[int, float]] = {}
    for signal in SCORED:
        newest = seen.recent.newest(signal)
        if newest is not None:
            readings[signal] = newest[0], view.steady.get(signal, newest[1])
    view.score = news2(readings, view.minute, scale=seen.oxygen_scale, on_oxygen=seen.on_oxygen)

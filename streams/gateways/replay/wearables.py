"""Packets of recordings made on the body: intervals, glucose, phone measurements, trackers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from operator import itemgetter
from pathlib import Path

import numpy as np

from models.datasets import cgm, fitbit, rr, welltory
from streams.gateways.replay.device import Device, possible, pseudonym
from streams.gateways.replay.intervals import MINUTE_MS, minutes
from streams.gateways.timed import Timed
from streams.records import Column, Profile


def rr_packets(dataset: str, folder: Path, records: Collection[str], start: int) -> Iterator[Iterator[Timed]]:
    """Holter recordings: no dates, so all begin at `start`."""
    for record in rr.load_records(folder, list(records)):
        device = Device(pseudonym(dataset, record.name), "holter", "patch")
        yield minutes(device, record.intervals, start + record.first_ms, start)


def cgm_packets(
    dataset: str, folder: Path, records: Collection[str], _start: int
) -> Iterator[Iterator[Timed]]:
    """Glucose every 15 minutes, at its own dates."""
    for series in cgm.load_series(folder, set(records)):
        yield _cgm(pseudonym(dataset, series.name), series)


def _cgm(wearer: str, series: cgm.Series) -> Iterator[Timed]:
    device = Device(wearer, "cgm", "cgm", cgm.UTC_OFFSET)
    columns = (series.times_ms.tolist(), series.glucose.tolist(), series.meal.tolist())
    profile: Profile | None = Profile(wearer, conditions=["E10" if series.kind == "T1DM" else "E11"])
    for at, value, meal in zip(*columns, strict=True):
        sent = device.readings(at, [("glucose", round(value, 1)), ("meal", float(meal))], profile)
        profile = None if sent else profile
        yield from sent


def welltory_packets(
    dataset: str, folder: Path, records: Collection[str], _start: int
) -> Iterator[Iterator[Timed]]:
    """About 100 intervals from a phone's camera now and then, and cuff readings, at their own dates."""
    wanted = set(records)
    measured = defaultdict(list)
    for hrv in welltory.load_hrv(folder):
        if hrv.user in wanted:
            measured[hrv.user].append((hrv.time_ms, hrv.intervals))
    phones = {user: Device(pseudonym(dataset, user), "phone", "other") for user in measured}
    for user, own in measured.items():
        own.sort(key=itemgetter(0))
        packets = [p for at, intervals in own for p in minutes(phones[user], intervals, at, at)]
        # Two measurements may overlap in time.
        yield iter(sorted(packets, key=itemgetter(0, 3)))
    readings = sorted(
        (r for r in welltory.load_pressure(folder) if r.user in wanted), key=lambda r: r.time_ms
    )
    cuffs = {r.user: Device(pseudonym(dataset, r.user), "cuff", "cuff") for r in readings}
    pressure = (
        packet
        for r in readings
        for packet in cuffs[r.user].readings(r.time_ms, [("sbp", r.systolic), ("dbp", r.diastolic)])
    )
    yield iter(sorted(pressure, key=itemgetter(0, 1, 2, 3)))


def fitbit_packets(
    dataset: str, folder: Path, records: Collection[str], start: int
) -> Iterator[Iterator[Timed]]:
    """Heart rate and steps by the minute; undated recordings begin at `start`."""
    for wearer in fitbit.load_minutes(folder, set(records)):
        shift = 0 if wearer.dated or not len(wearer.times_ms) else start - int(wearer.times_ms[0])
        yield _fitbit(Device(pseudonym(dataset, wearer.name), "watch", "watch"), wearer, shift)


def _fitbit(device: Device, wearer: fitbit.Minutes, shift: int) -> Iterator[Timed]:
    columns = (wearer.times_ms.tolist(), wearer.hr.tolist(), wearer.steps.tolist())
    for time, hr, steps in zip(*columns, strict=True):
        at = int(time) + shift
        told = {"hr": round(hr, 1) if np.isfinite(hr) else hr, "steps": steps}
        signals = {s: Column(at, [v], MINUTE_MS) for s, v in told.items() if possible(s, v)}
        if signals:
            yield device.packet(at + MINUTE_MS, signals)

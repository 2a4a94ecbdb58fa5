"""Packets of recordings made in a clinic or a survey: intensive care stays, one-time examinations."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import groupby
from pathlib import Path

import numpy as np

from models.datasets import icu, people
from streams.gateways.replay.device import Device, pseudonym
from streams.gateways.timed import Timed
from streams.records import DeviceKind, Profile

# Challenge 2012's parameters by device: the monitor, the cuff (NI = not invasive), the laboratory.
_ICU: dict[str, dict[str, str]] = {
    "monitor": {
        "HR": "hr",
        "RespRate": "rr",
        "Temp": "temp",
        "SaO2": "spo2",
        "SysABP": "sbp",
        "DiasABP": "dbp",
    },
    "cuff": {"NISysABP": "sbp", "NIDiasABP": "dbp"},
    "lab": {"Glucose": "glucose"},
}
_KINDS: dict[str, DeviceKind] = {"monitor": "other", "cuff": "cuff", "lab": "other"}
_WHERE = {param: (device, signal) for device, table in _ICU.items() for param, signal in table.items()}

ROW_MS = 1_000
"""Examinations have no time: a row follows the other after a second."""


def icu_packets(
    dataset: str, folder: Path, records: Collection[str], start: int
) -> Iterator[Iterator[Timed]]:
    """All stays begin at `start`; a packet for each device and minute that has a value."""
    stays = icu.load_stays(folder, set(_WHERE), set(records))
    where = [_WHERE[name] for name in stays.params]
    order = np.lexsort((stays.param, stays.record, stays.minute))
    columns = (c[order].tolist() for c in (stays.minute, stays.record, stays.param, stays.value))
    devices: dict[tuple[int, str], Device] = {}

    def made() -> Iterator[Timed]:
        for (minute, record), group in groupby(zip(*columns, strict=True), key=lambda row: row[:2]):
            found: dict[str, dict[str, float]] = {}
            for _, _, param, value in group:
                device, signal = where[param]
                found.setdefault(device, {}).setdefault(signal, value)
            packets: list[Timed] = []
            for device, values in found.items():
                own = devices.get((record, device)) or Device(
                    pseudonym(dataset, str(record)), device, _KINDS[device]
                )
                devices[record, device] = own
                packets += own.readings(start + minute * 60_000, values.items())
            yield from sorted(packets, key=lambda p: p.device)

    yield made()


def nhanes_names(folder: Path) -> list[str]:
    """Names of the people examined."""
    return sorted({person.name for person in people.load_nhanes(folder)})


def pima_names(folder: Path) -> list[str]:
    """Numbers of the rows."""
    return [person.name for person in people.load_pima(folder)]


def nhanes_packets(
    dataset: str, folder: Path, records: Collection[str], start: int
) -> Iterator[Iterator[Timed]]:
    """A profile and one examination a row."""
    yield _examinations(dataset, people.load_nhanes(folder), set(records), start)


def pima_packets(
    dataset: str, folder: Path, records: Collection[str], start: int
) -> Iterator[Iterator[Timed]]:
    """A profile and one examination a row."""
    yield _examinations(dataset, people.load_pima(folder), set(records), start)


def _examinations(
    dataset: str, persons: Iterable[people.Person], records: set[str], start: int
) -> Iterator[Timed]:
    devices: dict[str, Device] = {}
    signals: dict[str, Callable[[people.Person], float | None]] = {
        "hr": lambda p: p.pulse,
        "sbp": lambda p: p.systolic,
        "dbp": lambda p: p.diastolic,
        "glucose": lambda p: p.glucose,
    }
    for i, person in enumerate(p for p in persons if p.name in records):
        wearer = pseudonym(dataset, person.name)
        device = devices.setdefault(person.name, Device(wearer, "examination", "other"))
        values = [(name, value) for name, get in signals.items() if (value := get(person)) is not None]
        yield from device.readings(start + i * ROW_MS, values, _profile(wearer, person))


def _profile(wearer: str, person: people.Person) -> Profile:
    # Not the diagnosis: it is the label that a model has to find.
    return Profile(
        wearer,
        birth_year=None if person.age is None else person.year - int(person.age),
        sex=person.sex,
        height_cm=person.height_cm,
        weight_kg=person.weight_kg,
    )

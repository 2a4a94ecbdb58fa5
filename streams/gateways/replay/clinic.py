"""Packets of recordings made in a clinic or a survey: intensive care stays, one-time examinations."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from models.datasets import icu, people
from streams.gateways.replay.device import Device, pseudonym
from streams.gateways.timed import Timed
from streams.records import CareUnit, DeviceKind, Profile

# Challenge 2012's parameters by device: the monitor, the cuff (NI = not invasive), the laboratory.
_ICU: dict[str, dict[str, str]] = {
    "monitor": {
        "HR": "hr",
        "RespRate": "rr",
        "Temp": "temp",
        "SaO2": "spo2",
        "SysABP": "sbp",
        "DiasABP": "dbp",
        "MAP": "map",
        "FiO2": "fio2",
        "MechVent": "vent",
    },
    "cuff": {"NISysABP": "sbp", "NIDiasABP": "dbp", "NIMAP": "map"},
    "lab": {
        "Glucose": "glucose",
        "Lactate": "lactate",
        "WBC": "wbc",
        "Creatinine": "creatinine",
        "PaO2": "pao2",
    },
    "nurse": {"GCS": "gcs", "Urine": "urine"},
}
# A stay's cuff is one channel of the monitor: judged with the rest of its minutes, not each reading at once.
_KINDS: dict[str, DeviceKind] = dict.fromkeys(_ICU, "other")
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
    known = icu.load_people(folder) if any(folder.glob("static_*")) else {}
    met: set[int] = set()

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
                profile = None if record in met else _stay(dataset, record, known, start)
                sent = own.readings(start + minute * 60_000, values.items(), profile)
                if sent:
                    met.add(record)
                packets += sent
            yield from sorted(packets, key=lambda p: p.device)

    yield made()


def _stay(dataset: str, record: int, known: Mapping[int, Mapping[str, float]], start: int) -> Profile:
    """The profile of a stay that begins at `start`; not its outcome, which a model has to find."""
    facts = {name: value for name, value in known.get(record, {}).items() if not math.isnan(value)}
    units = [unit for k, unit in enumerate(get_args(CareUnit), 1) if facts.get(f"icu_{k}")]
    sexes: dict[float | None, Literal["female", "male"]] = {0.0: "female", 1.0: "male"}
    return Profile(
        pseudonym(dataset, str(record)),
        birth_year=_birth_year(facts.get("age"), start),
        sex=sexes.get(facts.get("male")),
        height_cm=facts.get("height_cm"),
        weight_kg=facts.get("weight_kg"),
        admitted=start,
        care_unit=units[0] if units else None,
    )


def _birth_year(age: float | None, start: int) -> int | None:
    return None if age is None else datetime.fromtimestamp(start / 1000, UTC).year - int(age)


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
        yield from device.readings(start + i * ROW_MS, values, _profile(wearer, person, start))


def _profile(wearer: str, person: people.Person, start: int) -> Profile:
    # Not the diagnosis: it is the label that a model has to find. Everyone is as old as when examined.
    return Profile(
        wearer,
        birth_year=_birth_year(person.age, start),
        sex=person.sex,
        height_cm=person.height_cm,
        weight_kg=person.weight_kg,
    )

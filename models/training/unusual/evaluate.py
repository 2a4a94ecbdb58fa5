"""Judges the `unusual` network on real recordings and on the simulator's planted episodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np

from models.datasets.rr import RecordError, load_record, record_names
from models.deep.networks import Networks
from models.training.report import Report, known
from models.training.splits import load_split
from models.training.unusual.data import ORDINARY, Days, holter, simulated
from models.training.unusual.explain import named_first, planted_hours
from models.training.unusual.judge import CONDITIONS, Scored, report
from models.training.unusual.plant import plant_strain
from streams.gateways.simulator import Rates

Progress = Callable[[str, int, int], None]

EPISODES = Rates(episode_hours=12, conditions=CONDITIONS)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Cohort:
    """Wearers of the simulator: a seed that nobody else has, how many, how long."""

    seed: int
    wearers: int = 40
    hours: float = 48.0

    def days(self, rates: Rates, progress: Progress) -> list[Days]:
        """Their days, with as many episodes as `rates` says."""
        what, hours = f"simulating {self.wearers} wearers (seed {self.seed})", int(self.hours)
        return simulated(self.seed, self.wearers, self.hours, rates, lambda done: progress(what, done, hours))


TEST = Cohort(3002)
"""Wearers with planted episodes."""
TEST_ORDINARY = Cohort(3001, 30)
"""Wearers with ordinary days alone, for the percentile and the rate of alarms."""


def score(networks: Networks, people: Sequence[Days]) -> list[Scored]:
    """Every hour of everyone through the network, as the stream runs it."""
    return [Scored(days, networks.run("unusual", days.rows).astype(float)) for days in people]


def limits(networks: Networks, heart: bool) -> dict[str, float]:
    """The thresholds of both scores: for people with heart rate alone, or with all five channels."""
    edges, mark = networks.entry("unusual").thresholds, "_heart" if heart else ""
    return {"unusual": edges[f"alarm{mark}"], "river": edges[f"river{mark}"]}


def real_days(folder: Path, names: Sequence[str], planted: bool, tick: Callable[[int], None]) -> list[Days]:
    """Holter recordings as they are, or with strain planted in them."""
    people = []
    for done, name in enumerate(names):
        record = load_record(folder / f"{name}.npz")
        people.append(holter(*plant_strain(record, crc32(name.encode()))) if planted else holter(record))
        tick(done + 1)
    return people


def evaluate_unusual(
    networks: Networks,
    folder: Path,
    test_only: bool = False,
    progress: Progress = lambda *_: None,
    cohort: Cohort = TEST,
    ordinary: Cohort = TEST_ORDINARY,
) -> Report:
    """Onsets of fibrillation in a folder of recordings; planted strain and simulated wearers as extras.

    Raises RecordError when the folder holds no recording (of the test people).
    """
    there = record_names(folder)
    names = [name for name in load_split("ltafdb").test if name in there] if test_only else there
    if not names:
        raise RecordError(f"{folder}: none of the test records of LTAFDB is here")
    version, steps = networks.entry("unusual").version, len(names)
    heart = limits(networks, heart=True)
    plain = real_days(folder, names, False, lambda done: progress("recordings", done, steps))
    strained = real_days(folder, names, True, lambda done: progress("planted strain", done, steps))
    if not any(len(days.ends) for days in plain):
        raise RecordError(f"{folder}: no recording has an hour of beats to judge by")
    onsets = report(score(networks, plain), heart, version)
    planted = report(score(networks, strained), heart, version)
    simulations = {
        "simulated": evaluate_simulated(networks, cohort, progress).as_json(),
        "simulated_ordinary": evaluate_ordinary(networks, ordinary, progress).as_json(),
    }
    extra = {**onsets.extra, "planted": planted.as_json(), **simulations}
    return Report(onsets.model, onsets.version, onsets.people, onsets.judge, extra)


def evaluate_simulated(networks: Networks, cohort: Cohort, progress: Progress = lambda *_: None) -> Report:
    """Planted episodes of simulated wearers nobody trained or chose on; how well they are explained."""
    days = cohort.days(EPISODES, progress)
    version = networks.entry("unusual").version
    found = report(score(networks, days), limits(networks, heart=False), version)
    ordinary = np.concatenate([one.rows[one.ordinary] for one in days])
    named = named_first(networks, *planted_hours(ordinary, cohort.seed))
    explained = {
        "explained_hours": int(named.size),
        "explained": known(float(named.mean())) if named.size else None,
    }
    return Report(found.model, found.version, found.people, found.judge, {**found.extra, **explained})


def evaluate_ordinary(networks: Networks, cohort: Cohort, progress: Progress = lambda *_: None) -> Report:
    """Calibration and rate of alarms of simulated wearers to whom nothing happens."""
    scored = score(networks, cohort.days(ORDINARY, progress))
    return report(scored, limits(networks, heart=False), networks.entry("unusual").version)

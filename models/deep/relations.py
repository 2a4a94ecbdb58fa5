"""What several vitals say together: shock index, pulse pressure, oxygenation, urine by weight and more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Levels:
    """Vitals in their units (NaN where unknown) and what is known of the person, [n, hours] each."""

    hourly: Mapping[str, Array]
    last: Mapping[str, Array]
    mean: Mapping[str, Array]
    first: Mapping[str, Array]
    person: Mapping[str, Array]

    def share(self, vital: str, beyond: Callable[[Array], NDArray[np.bool_]]) -> Array:
        """Share of the measured hours so far in which a vital was beyond a limit; NaN before the first."""
        x = self.hourly[vital]
        number = np.cumsum(~np.isnan(x), axis=1)
        return np.where(number > 0, np.cumsum(beyond(x), axis=1) / np.maximum(number, 1), np.nan)


Relation = Callable[[Levels], Array]


def _log_ratio(top: Array, bottom: Array) -> Array:
    return np.asarray(np.log(np.maximum(top, 0.01)) - np.log(np.maximum(bottom, 0.01)))


def _pulse(levels: Mapping[str, Array]) -> Array:
    return levels["sbp"] - levels["dbp"]


def _urine(levels: Levels, hours: int) -> Array:
    """log(1 + mL) of the last hours; NaN before the first."""
    total = np.cumsum(np.nan_to_num(levels.hourly["urine"]), axis=1)
    before = np.zeros_like(total)
    before[:, hours:] = total[:, :-hours]
    seen = np.maximum.accumulate(~np.isnan(levels.hourly["urine"]), axis=1)
    return np.where(seen, np.log1p(np.maximum(total - before, 0.0)), np.nan)


def _wearable() -> dict[str, Relation]:
    return {
        "shock_index": lambda v: _log_ratio(v.last["hr"], v.last["sbp"]),
        "shock_index_mean": lambda v: _log_ratio(v.mean["hr"], v.mean["sbp"]),
        "shock_index_map": lambda v: _log_ratio(v.last["hr"], v.last["map"]),
        "shock_index_age": lambda v: v.person["age"] / 64 * np.exp(_log_ratio(v.mean["hr"], v.mean["sbp"])),
        "pulse_pressure": lambda v: _pulse(v.last),
        "pulse_pressure_mean": lambda v: _pulse(v.mean),
        "pulse_pressure_share": lambda v: _pulse(v.mean) / v.mean["sbp"],
        "work": lambda v: _log_ratio(v.mean["hr"], 1 / v.mean["sbp"]),
        "low_sbp": lambda v: v.share("sbp", lambda x: x < 90),
        "low_map": lambda v: v.share("map", lambda x: x < 60),
        "fast_hr": lambda v: v.share("hr", lambda x: x > 110),
        "cold": lambda v: v.share("temp", lambda x: x < 36),
        "fever": lambda v: v.share("temp", lambda x: x > 38.3),
    }


def _clinical() -> dict[str, Relation]:
    return _wearable() | {
        "pao2_fio2": lambda v: _log_ratio(v.last["pao2"], v.last["fio2"]),
        "pao2_fio2_mean": lambda v: _log_ratio(v.mean["pao2"], v.mean["fio2"]),
        "sao2_fio2": lambda v: _log_ratio(v.last["sao2"], v.last["fio2"]),
        "gcs_change": lambda v: v.last["gcs"] - v.first["gcs"],
        "urine_12h": lambda v: _urine(v, 12),
        "urine_24h": lambda v: _urine(v, 24),
        "urine_kg_24h": lambda v: _urine(v, 24) - np.log(v.person["weight_kg"]),
        "bmi": lambda v: _log_ratio(v.person["weight_kg"], (v.person["height_cm"] / 100) ** 2),
    }


RELATIONS: Mapping[str, Mapping[str, Relation]] = {"wearable": _wearable(), "clinical": _clinical()}


def relate(inputs: str, levels: Levels) -> Array:
    """[n, hours, relations] of a version, NaN where a part of it is unknown."""
    return np.stack([relation(levels) for relation in RELATIONS[inputs].values()], axis=2)

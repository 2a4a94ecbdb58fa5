from __future__ import annotations

import numpy as np
import pytest

from models.deep.deterioration import HOURS, Inputs, channels, columns, deterioration_inputs
from models.deep.relations import RELATIONS

UNKNOWN = -99.0


def told(inputs: Inputs, **values: float) -> dict[str, float]:
    """Relations in the last hour of a stay in which everything was steady."""
    row = np.full((1, HOURS, channels(inputs)), np.nan)
    for name, value in values.items():
        row[0, :, columns(inputs).index(name)] = value
    summary = deterioration_inputs(inputs, row)[1][0, -1]
    after = 2 * sum(name in columns(inputs) for name in ("age", "male", "height_cm", "weight_kg"))
    after += 2 * sum(name.startswith("icu_") for name in columns(inputs)) + 2
    names = list(RELATIONS[inputs])
    return dict(zip(names, summary[-after - len(names) : -after].tolist(), strict=True))


def test_the_shock_index_is_pulse_over_systolic_pressure() -> None:
    found = told("wearable", hr=120, sbp=80, dbp=50, age=64)

    assert found["shock_index"] == pytest.approx(np.log(1.5), abs=1e-5)
    assert found["shock_index_age"] == pytest.approx(1.5, abs=1e-5)
    assert found["pulse_pressure"] == pytest.approx(30, abs=1e-4)
    assert (found["low_sbp"], found["fast_hr"]) == (1, 1)


def test_what_lacks_a_part_is_unknown() -> None:
    found = told("wearable", hr=120, temp=39)

    assert {name for name, value in found.items() if value != UNKNOWN} == {"fast_hr", "cold", "fever"}


def test_urine_is_summed_over_a_day_and_taken_by_weight() -> None:
    found = told("clinical", urine=50, weight_kg=100)

    assert found["urine_24h"] == pytest.approx(np.log1p(1200), abs=1e-4)
    assert found["urine_kg_24h"] == pytest.approx(np.log1p(1200) - np.log(100), abs=1e-4)


def test_oxygenation_is_the_pressure_over_what_is_breathed() -> None:
    found = told("clinical", pao2=80, fio2=0.4)

    assert np.exp(found["pao2_fio2"]) == pytest.approx(200, rel=1e-4)

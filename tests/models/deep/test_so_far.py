from __future__ import annotations

import numpy as np
import pytest

from models.deep.so_far import SO_FAR, so_far

HOURS = 48
Rows = np.ndarray


def one(values: dict[int, float]) -> Rows:
    x = np.full((1, HOURS, 1), np.nan)
    for hour, value in values.items():
        x[0, hour, 0] = value
    return x


def came_to(values: dict[int, float]) -> dict[str, Rows]:
    x = one(values)
    return {name: part[0, :, 0] for name, part in so_far(x, x, x).items()}


def test_every_name_is_there_in_order() -> None:
    assert tuple(came_to({})) == SO_FAR


def test_nothing_measured_is_unknown_and_only_counts_are_known() -> None:
    found = came_to({})

    assert {name for name, part in found.items() if not np.isnan(part).all()} == {"often", "since"}


def test_a_whole_stay_is_summed_up_so_far() -> None:
    found = came_to({2: 1.0, 5: 3.0, 40: -1.0})

    assert [float(found[name][5]) for name in ("last", "first", "mean", "low", "high")] == [3, 1, 2, 1, 3]
    assert [float(found[name][47]) for name in ("last", "first", "mean", "low", "high")] == [-1, 1, 1, -1, 3]
    assert found["spread"][5] == 1.0
    assert found["since"][[1, 4, 6, 47]].tolist() == [2, 2, 1, 7]


@pytest.mark.parametrize("window", [6, 12, 24])
def test_a_window_forgets_what_lies_before(window: int) -> None:
    found = came_to({0: 5.0, 1: 1.0, 2: 2.0})

    for name, value in (("mean", 1.5), ("low", 1.0), ("high", 2.0)):
        assert found[f"{name}_{window}h"][window] == value
        assert np.isnan(found[f"{name}_{window}h"][window + 2])


def test_a_line_is_told_by_its_slope_a_day() -> None:
    found = came_to({0: 0.0, 12: 1.0, 24: 2.0})

    assert np.isnan(found["slope"][:24]).all()
    assert found["slope"][24:] == pytest.approx(2.0)


def test_extremes_within_an_hour_count() -> None:
    x = one({3: 0.0})

    found = so_far(x, one({3: -1.0}), one({3: 2.0}))

    assert [float(found[name][0, 3, 0]) for name in ("low", "mean", "high", "high_12h")] == [-1, 0, 2, 2]

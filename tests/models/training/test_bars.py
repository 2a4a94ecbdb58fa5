from __future__ import annotations

import pytest

from models.deep.manifest import Interval, read_manifest
from models.deep.networks import COMMITTED
from models.training.bars import BARS, Bar, stand


@pytest.mark.parametrize(
    ("bar", "found"),
    list(stand(read_manifest(COMMITTED))),
    ids=[f"{b.network} {b.people} {b.figure}" for b in BARS],
)
def test_what_ships_reaches_its_bar(bar: Bar, found: Interval) -> None:
    assert bar.verdict(found.value) != "missed"


@pytest.mark.parametrize(
    ("figure", "value", "verdict"),
    [
        ("se", 0.95, "missed"),
        ("se", 0.96, "bar"),
        ("se", 0.97, "aim"),
        ("rmse_30", 0.95, "aim"),
        ("rmse_30", 0.97, "missed"),
    ],
)
def test_a_figure_stands_at_the_aim_the_bar_or_below(figure: str, value: float, verdict: str) -> None:
    least, aim = (0.96, 0.97) if figure == "se" else (0.96, 0.95)

    assert Bar("rhythm", "people", figure, least, aim).verdict(value) == verdict

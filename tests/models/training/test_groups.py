from __future__ import annotations

import builtins
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from models.training.cards import group_table
from models.training.groups import bands, by_group
from models.training.metrics import figures
from streams.cli import build_app
from streams.errors import UserError
from tests.models.training.stays import write_stays
from tests.models.training.tables import write_nhanes

JUDGE = partial(figures, threshold=0.5)


def found(sizes: dict[str, int], missed: str = "") -> dict[str, Any]:
    """Groups in which half are ill and found, but for one group whose ill are all missed."""
    names = np.repeat(list(sizes), list(sizes.values()))
    labels = np.arange(names.size) % 2 == 0
    scores = np.where(labels & (names != missed), 0.9, 0.1)
    return by_group({"sex": names}, scores, labels, JUDGE)


def test_the_gap_names_the_group_that_is_worse_and_by_how_much() -> None:
    gap = found({"female": 100, "male": 100}, missed="female")["sex"]["gaps"]["se"]

    assert gap == {"gap": 1.0, "worst": "female", "best": "male", "apart": True, "large_gap": 1.0}


def test_an_error_is_worst_where_it_is_largest() -> None:
    gap = found({"female": 100, "male": 100}, missed="female")["sex"]["gaps"]["ece"]

    assert (gap["worst"], gap["best"]) == ("female", "male")
    assert gap["gap"] == pytest.approx(0.3)


def test_small_groups_are_flagged_and_a_gap_without_them_is_given() -> None:
    part = found({"a": 100, "b": 100, "few": 30}, missed="few")["sex"]

    assert [name for name, group in part["groups"].items() if group["small"]] == ["few"]
    assert part["groups"]["few"]["people"] == 30
    assert part["groups"]["few"]["positive"] == 15
    assert (part["gaps"]["se"]["gap"], part["gaps"]["se"]["large_gap"]) == (1.0, 0.0)


def test_people_of_no_known_group_are_left_out_and_one_group_is_no_comparison() -> None:
    labels, scores = np.arange(60) % 2 == 0, np.linspace(0, 1, 60)
    names = np.where(np.arange(60) < 40, "a", "")

    assert by_group({"ethnicity": names}, scores, labels, JUDGE) == {}


def test_a_figure_that_does_not_exist_in_a_group_is_open() -> None:
    names, labels = np.repeat(["a", "b"], 50), np.repeat([True, False], 50)

    part = by_group({"sex": names}, np.full(100, 0.7), labels, JUDGE)["sex"]

    assert part["groups"]["a"]["auroc"] is None
    assert part["gaps"]["auroc"]["worst"] is None
    assert "`auroc`" not in group_table({"sex": part})


def test_bands_take_their_lower_edge_and_leave_the_unknown_out() -> None:
    named = bands(np.array([39.9, 40.0, np.nan, 300.0]), {"young": (0, 40), "old": (40, 200)})

    assert named.tolist() == ["young", "old", "", ""]


def test_a_card_says_in_words_where_the_network_is_worse() -> None:
    told = group_table(found({"female": 100, "male": 30}, missed="male"))

    assert "| male (small) | 30 | 15 |" in told
    assert "misses the most in *male*: `se` 0.000 against 1.000 in *female*, a gap of 1.000" in told
    assert "their intervals do not overlap. One of the two is small." in told


def test_the_commands_table_shows_groups_with_their_gap(tmp_path: Path) -> None:
    people = str(write_nhanes(tmp_path / "n", [str(i) for i in range(80)]))
    stays = str(write_stays(tmp_path / "s", list(range(1, 40))))

    diabetes, deterioration = (
        CliRunner().invoke(build_app(), ["evaluate", name, "--data", data]).stdout
        for name, data in (("diabetes", people), ("deterioration", stays))
    )

    for words in ("by sex", "by age", "by ethnicity", "female", "60 and over", "Black", "gap"):
        assert words in diabetes
    for words in ("by sex", "by age", "male", "65 to 79"):
        assert words in deterioration


def test_without_fairlearn_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any) -> Any:
        if name.startswith("fairlearn"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *args)

    folder = write_nhanes(tmp_path, [str(i) for i in range(40)])
    monkeypatch.setattr(builtins, "__import__", without)

    result = CliRunner().invoke(build_app(), ["evaluate", "diabetes", "--data", str(folder)])

    assert isinstance(result.exception, UserError)
    assert str(result.exception) == "figures by group need fairlearn: pip install 'vitalstream[evaluate]'"

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.datasets.rr import load_record
from models.deep.networks import Networks
from models.policy.rules import load_policy
from models.training.rhythm.episodes import alarms, annotated, summary, tally
from models.training.rhythm.evaluate import stream_windows
from tests.models.training.recordings import write_record

RULE = load_policy().rules["rhythm"]
HALF_HOUR = 30 * 60_000 // 800


def test_an_episode_is_found_near_its_start_and_sinus_rhythm_raises_nothing(tmp_path: Path) -> None:
    parts = [("N", HALF_HOUR), ("AFIB", HALF_HOUR), ("N", HALF_HOUR)]
    record = load_record(write_record(tmp_path, "a", parts))
    windows, _ = stream_windows(record)
    scores = Networks.load().run("rhythm", np.stack([w.intervals for w in windows])).astype(np.float64)

    found = tally(record, windows, scores, RULE)

    assert (found.episodes, found.alarms, found.false) == (1, 1, 0)
    assert found.delays_s[0] < 600
    assert found.onset_errors_s[0] < 300
    assert found.hours == pytest.approx(1.5, abs=0.05)


def test_an_alarm_without_a_beat_in_af_is_false(tmp_path: Path) -> None:
    record = load_record(write_record(tmp_path, "a", [("N", HALF_HOUR)]))
    windows, _ = stream_windows(record)

    found = tally(record, windows, np.ones(len(windows)), RULE)

    assert (found.alarms, found.false) == (1, 1)
    assert summary([found])["false_alerts_per_24h"] == pytest.approx(48, rel=0.05)


def test_low_scores_raise_no_alarm(tmp_path: Path) -> None:
    record = load_record(write_record(tmp_path, "a", [("AFIB", HALF_HOUR)]))
    windows, _ = stream_windows(record)

    assert alarms(windows, np.zeros(len(windows)), RULE) == []


def test_short_episodes_do_not_count_and_short_breaks_do_not_part(tmp_path: Path) -> None:
    ten = 10 * 60_000 // 800
    parts = [("AFIB", ten // 2), ("N", ten), ("AFIB", ten), ("N", 20), ("AFIB", ten)]
    record = load_record(write_record(tmp_path, "a", parts))

    ((start, end),) = annotated(record)

    assert end - start == pytest.approx(2 * 600_000, rel=0.05)


def test_nothing_annotated_leaves_delays_open() -> None:
    assert summary([])["alert_delay_median_s"] is None

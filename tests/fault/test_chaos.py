"""`vitalstream chaos` in small: a round each of quick faults on one stack, all compared."""

from __future__ import annotations

import os
import random

import pytest

from streams.chaos.plan import chosen, rounds
from streams.chaos.run import Work, play, stage
from streams.chaos.view import line
from streams.cli.stack import download_bar

pytestmark = [pytest.mark.fault, pytest.mark.timeout(900)]

TRIED = ["messy-packets", "valkey-kill", "worker-kill"]


def test_quick_faults_lose_and_repeat_nothing() -> None:
    seed = int(os.environ.get("VITALSTREAM_TEST_SEED", random.randrange(10**6)))
    print(f"VITALSTREAM_TEST_SEED={seed}")  # noqa: T201 - shown when the test fails
    plans = [next(rounds(fault, 1, seed)) for fault in chosen(TRIED)]

    with stage(plans[0].fault, seed, Work(wearers=20, packets_per_s=80.0), download_bar) as (scene, judge):
        reports = [play(plan, scene, judge) for plan in plans]

    assert [line(report) for report in reports if not report.clean] == []
    assert reports[-1].packets > 100
    assert any("killed by SIGKILL" in end for end in reports[-1].ends)

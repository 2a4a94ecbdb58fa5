"""Every decoder of outside bytes: valid input is taken, any other is refused by one line or does no harm.

For hours of it: `python -m tests.fuzz NAME --seconds 3600` (docs/how-to/fuzz.md).
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.hostile import NASTY, broken_lines, hostile
from tests.fuzz.target import Target
from tests.fuzz.targets import TARGETS

EXAMPLES = 60


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS.keys())
def test_valid_input_is_taken(target: Target) -> None:
    for seed in target.seeds:
        target.decode(seed)


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS.keys())
def test_what_is_known_to_be_nasty_does_no_harm(target: Target) -> None:
    for data in NASTY:
        target.check(data)


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS.keys())
def test_an_error_quotes_no_line_break(target: Target) -> None:
    for seed in target.seeds:
        for data in broken_lines(seed):
            target.check(data)


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS.keys())
def test_hostile_input_is_refused_in_one_line_or_does_no_harm(target: Target) -> None:
    # Derandomized: what CI finds, everybody finds. Random input is for `python -m tests.fuzz`.
    @settings(max_examples=EXAMPLES, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def survives(data: st.DataObject) -> None:
        target.check(data.draw(hostile(target)))

    survives()

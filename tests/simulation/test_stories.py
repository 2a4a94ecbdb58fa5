"""Stories of crashes, rebalances, zombies and lost answers: nothing is lost, repeated or changed by them.

A seed tells the whole story. To hear many: `python -m tests.simulation --steps 10000000`.
"""

from __future__ import annotations

import pytest

from tests.simulation.bugs import WITH_THE_PRODUCT, WITH_THE_TOY
from tests.simulation.casts import real, toy
from tests.simulation.story import Story, Violation

TOYS, REALS = 60, 3
"""How many stories are told here."""
ENOUGH = 500
"""A planted bug must be found within so many stories."""


@pytest.mark.parametrize("first", range(0, TOYS, 10))
def test_whatever_happens_every_number_counts_once(first: int) -> None:
    for seed in range(first, first + 10):
        tell(Story(toy(), seed))


@pytest.mark.parametrize("seed", range(REALS))
def test_whatever_happens_state_and_alerts_are_those_of_an_uninterrupted_run(seed: int) -> None:
    tell(Story(real(), seed))


def test_a_seed_tells_the_same_story_again() -> None:
    first, again = Story(toy(), 4), Story(toy(), 4)

    assert first.run() == again.run()
    assert first.sink.told == again.sink.told


@pytest.mark.parametrize("bug", WITH_THE_TOY)
def test_a_planted_bug_is_found(bug: str) -> None:
    with WITH_THE_TOY[bug](), pytest.raises(Violation):
        for seed in range(ENOUGH):
            Story(toy(), seed).run()


@pytest.mark.parametrize("bug", WITH_THE_PRODUCT)
def test_a_bug_planted_in_the_products_pages_is_found(bug: str) -> None:
    with WITH_THE_PRODUCT[bug](), pytest.raises(Violation):
        for seed in range(ENOUGH):
            Story(real(), seed).run()


def tell(story: Story) -> None:
    try:
        story.run()
    except Violation as violation:
        raise AssertionError(f"seed {story.seed}: {violation}") from violation

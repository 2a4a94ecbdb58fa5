"""A whole study, as small as it can be."""

from __future__ import annotations

from bench.personal import count
from bench.personal.play import System, Task, play
from bench.personal.run import OWN, run
from bench.personal.world import World, groups

TINY = World(wearers=2, days=1.3, episode_hours=4.0, others=2, other_days=1.0)


def test_a_study_over_processes_is_what_its_groups_give_one_by_one() -> None:
    said: list[float] = []

    study = run(TINY, 2, None, lambda text, share: said.append(share))

    alone = [play(Task(System(OWN), group), lambda days: None) for group in groups(TINY)]
    assert study.own == count.system(alone)
    assert study.own.planted > 0
    assert study.population is not None
    assert study.feedback is None
    assert said[-1] == 1.0

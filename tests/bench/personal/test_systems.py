"""Systems of the study on a few wearers: the shipped one, several policies at once, everyone's usual."""

from __future__ import annotations

import pytest

from bench.core import make_core
from bench.personal.answers import crowd
from bench.personal.population import KNOWN, Population, measure, settle
from bench.personal.scoring import Core
from bench.personal.sweep import Panel, scaled
from bench.personal.world import Group, World
from models.policy.rules import load_policy
from streams.gateways.simulator import Rates, Simulation
from streams.gateways.timed import Timed

POLICY = load_policy()


@pytest.fixture(scope="module")
def packets() -> list[Timed]:
    rates = Rates(episode_hours=3, warmup_hours=1)
    return list(Simulation(5, 4, 8, step_s=300, rates=rates).packets())


@pytest.fixture(scope="module")
def population() -> Population:
    return measure(4, 0.6)


def test_several_policies_at_once_tell_what_each_tells_alone(packets: list[Timed]) -> None:
    maker = make_core()
    alone = Core(make_core()).run(packets, lambda now: None)

    panel = Panel(maker(0, {}), maker)
    panel.seat(POLICY)
    panel.seat(scaled(POLICY, 0.5))
    shipped, nearer = panel.run(packets, lambda now: None)

    assert alone.alerts
    assert shipped.alerts == alone.alerts
    assert shipped.outcomes == alone.outcomes
    assert len(nearer.alerts) > len(shipped.alerts)


def test_answers_in_one_seat_change_nothing_in_another(packets: list[Timed]) -> None:
    maker = make_core()
    everybody = crowd(1.0, packets[-1].time, [])
    panel = Panel(maker(0, {}), maker)
    panel.seat(POLICY)
    panel.seat(POLICY, everybody)

    silent, answered = panel.run(packets, lambda now: None)

    assert (silent.answers, answered.answers) == (0, everybody.given)
    assert "answered" in {alert.status for alert in answered.alerts}
    assert "answered" not in {alert.status for alert in silent.alerts}
    learnt = [sum(count for count, _ in seat.learning.errors(2**62).values()) for seat in panel.seats]
    assert learnt == [0, everybody.given]


def test_nearer_thresholds_change_only_what_is_judged_by_the_usual() -> None:
    nearer = scaled(POLICY, 0.5)

    changed = {name for name, rule in nearer.rules.items() if rule != POLICY.rules[name]}

    assert changed == {"anomaly", "illness", "resting_heart_rate"}
    assert nearer.rules["anomaly"].grades[0].above == pytest.approx(
        (POLICY.rules["anomaly"].grades[0].above or 0) / 2
    )
    assert nearer.rules["resting_heart_rate"].grades == POLICY.rules["resting_heart_rate"].grades
    assert nearer.rules["resting_heart_rate"].limits["own_above"] == pytest.approx(87.5)


def test_everyones_usual_is_known_at_once_and_never_learns(
    packets: list[Timed], population: Population
) -> None:
    maker = make_core()
    shard = maker(0, {})
    name = packets[0].wearer
    wearer = shard.book.page(name.encode()).wearer(name)
    settle(wearer, population)
    before = {key: baseline.usual() for key, baseline in wearer.seen.baselines.items()}

    Core(maker, shard).run(packets, lambda now: None)

    assert "hr@rest" in before
    assert {key: wearer.seen.baselines[key].usual() for key in before} == before
    assert wearer.seen.joint.count >= KNOWN


def test_everyones_usual_is_that_of_many_people(population: Population) -> None:
    rest = population.usual["hr@rest"]

    assert 55 < rest.mean < 90
    assert rest.spread > 5


def test_groups_share_out_all_wearers() -> None:
    world = World(wearers=10, days=4)

    assert sum(Group(world, number).wearers for number in range(4)) == 10
    assert {len(Group(world, n).simulation().cohort) for n in range(4)} == {2, 3}

"""How long useful and useless alerts last."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models.usefulness.durations import EDGES, FULL, Durations

alerts = st.lists(st.tuples(st.booleans(), st.integers(0, 300)), max_size=60)


def counted(*found: tuple[bool, int]) -> Durations:
    durations = Durations({})
    for useful, lasted in found:
        durations.count("anomaly", useful, lasted, 1)
    return durations


def test_what_ends_within_a_wait_is_gone_and_what_lasts_is_not() -> None:
    durations = counted(*[(False, 9)] * 40, *[(True, 90)] * 40)

    useless = dict(zip(EDGES, durations.gone("anomaly", False), strict=True))
    useful = dict(zip(EDGES, durations.gone("anomaly", True), strict=True))

    assert useless[8] < 0.1 < 0.9 < useless[10]
    assert useful[60] < 0.1


def test_an_alert_that_lasts_as_long_as_the_wait_is_not_gone() -> None:
    assert counted(*[(False, 10)] * 40).gone("anomaly", False)[EDGES.index(10)] == 0.0


@given(alerts)
def test_shares_lie_in_bounds_and_rise_with_the_wait(found: list[tuple[bool, int]]) -> None:
    for useful in (False, True):
        shares = counted(*found).gone("anomaly", useful)
        assert shares == sorted(shares) and shares[0] >= 0 and shares[-1] <= 1


@given(alerts)
def test_a_restored_count_goes_on_equally_and_can_be_taken_back(found: list[tuple[bool, int]]) -> None:
    live, again = counted(*found), Durations(counted(*found).snapshot())

    for durations in (live, again):
        durations.count("anomaly", True, 30, 1)
        durations.count("anomaly", True, 30, -1)

    assert live.snapshot() == again.snapshot()
    assert live.gone("anomaly", True) == counted(*found).gone("anomaly", True)


def test_with_few_alerts_both_kinds_are_taken_to_be_alike() -> None:
    durations = counted((False, 5), *[(True, 90)] * 20)

    assert durations.gone("anomaly", False)[-1] < 0.5


def test_old_alerts_fade_when_there_are_many() -> None:
    durations = counted(*[(False, 5)] * (FULL + 1))

    assert durations.useless("anomaly") == (FULL + 1) // 2

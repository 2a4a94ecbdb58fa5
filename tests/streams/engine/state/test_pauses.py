"""How long partitions stand at a rebalance."""

from __future__ import annotations

from streams.engine.state.pauses import Pauses


class Told:
    """Metrics that remember, and two clocks that are set by hand."""

    def __init__(self) -> None:
        self.now = 100.0
        self.told: list[tuple[str, float]] = []
        self.pauses = Pauses(self, lambda: self.now, lambda: self.now)

    def rebalanced(self, partitions: int) -> None:
        self.told.append(("rebalanced", partitions))

    def recovered(self, seconds: float) -> None:
        self.told.append(("recovered", seconds))

    def resumed(self, seconds: float) -> None:
        self.told.append(("resumed", seconds))

    def took_over(self, log_ms: int, now: float | None = None) -> None:
        self.told.append(("took over", (now or 0) - log_ms / 1000))

    def rebalance(self, numbers: list[int], takes: float = 1.0) -> None:
        self.pauses.revoked()
        self.now += takes
        self.pauses.given(numbers)


def test_a_partition_stands_from_the_revocation_to_its_first_record() -> None:
    told = Told()

    told.rebalance([0, 1])
    told.now += 2
    told.pauses.recovered()
    told.now += 3
    told.pauses.decided(0, 95_000)
    told.pauses.decided(0, 96_000)

    assert told.told == [("rebalanced", 2), ("recovered", 2.0), ("resumed", 6.0), ("took over", 11.0)]


def test_a_record_that_came_after_the_rebalance_waited_since_it_came() -> None:
    told = Told()

    told.rebalance([0])
    told.pauses.recovered()
    told.now = 130.0
    told.pauses.decided(0, 129_500)

    assert told.told[-2:] == [("resumed", 0.5), ("took over", 0.5)]


def test_a_partition_in_which_nothing_waits_does_not_stand() -> None:
    told = Told()

    told.rebalance([0])
    told.pauses.recovered()
    told.pauses.idle(0)
    told.pauses.decided(0, 1)

    assert [what for what, _ in told.told] == ["rebalanced", "recovered"]


def test_who_stands_through_two_rebalances_stands_since_the_first() -> None:
    told = Told()

    told.rebalance([0, 1])
    told.rebalance([1])
    told.pauses.recovered()
    told.pauses.decided(1, 0)

    assert told.told[-2] == ("resumed", 2.0)


def test_a_worker_that_joins_stands_since_it_was_given_its_first_partition() -> None:
    told = Told()

    told.pauses.given([0])
    told.now += 4
    told.pauses.recovered()
    told.pauses.decided(0, 0)

    assert ("resumed", 4.0) in told.told

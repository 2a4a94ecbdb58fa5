"""Token buckets: what fits, when there is room again, and that memory has a bound."""

from __future__ import annotations

import pytest

from exporters.access.limits import Buckets, Rate, address_key


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_fits_and_then_one_has_to_wait() -> None:
    buckets = Buckets(Rate(per_s=2, burst=3), Clock())

    assert [buckets.wait_s("a") for _ in range(4)] == [0, 0, 0, 0.5]


def test_there_is_room_again_after_the_wait() -> None:
    clock = Clock()
    buckets = Buckets(Rate(per_s=2, burst=1), clock)
    buckets.wait_s("a")
    clock.now += buckets.wait_s("a")

    assert buckets.wait_s("a") == 0


def test_who_is_refused_again_and_again_does_not_wait_longer_for_it() -> None:
    buckets = Buckets(Rate(per_s=2, burst=1), Clock())

    assert [buckets.wait_s("a") for _ in range(5)] == [0, 0.5, 0.5, 0.5, 0.5]


def test_a_charge_makes_the_wait_longer_up_to_a_bound() -> None:
    buckets = Buckets(Rate(per_s=1, burst=10), Clock())
    for _ in range(100):
        buckets.charge("a", 50)

    assert buckets.wait_s("a") == 11


def test_the_bucket_used_longest_ago_goes_first() -> None:
    buckets = Buckets(Rate(per_s=1, burst=1), Clock(), kept=2)
    for key in ("a", "b", "a", "c"):
        buckets.wait_s(key)
    buckets.charge("a", 0)

    assert (len(buckets), buckets.wait_s("b")) == (2, 0)


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("testclient", "unknown"),
        (None, "unknown"),
    ],
)
def test_addresses_are_counted_by_what_one_machine_can_not_choose(host: str | None, key: str) -> None:
    assert address_key(host) == key

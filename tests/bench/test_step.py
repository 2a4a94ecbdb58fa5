"""A step is timed for every size of packet, without networks, and a wearer is weighed."""

from __future__ import annotations

from bench.cost.step import SIZES, measure


def test_steps_are_timed_and_a_wearer_is_weighed() -> None:
    found = measure(wearers=2, hours=0.5, rounds=1)

    assert list(found.step_us) == list(found.observe_us) == [size.samples for size in SIZES]
    assert all(0 < found.observe_us[size.samples] <= found.step_us[size.samples] for size in SIZES)
    assert 500 < found.snapshot_bytes < 5_000
    assert found.restored_bytes > found.snapshot_bytes

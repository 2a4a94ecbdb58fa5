"""Workers come and go under load: nothing is lost or told twice, and no partition waits for long."""

from __future__ import annotations

import os
import random
import signal

import pytest

from tests.fault.scaling import LONGEST_PAUSE_S, Pauses, check_exact, figure, let_through, share
from tests.fault.swapping import Flow
from tests.integration.conftest import Bench
from tests.integration.test_real_core_kills import recovered
from tests.streams.engine.harness import PARTITIONS, eventually

pytestmark = pytest.mark.fault


def shares(ports: list[int]) -> list[int]:
    return [share(port) for port in ports]


def test_one_two_three_and_one_worker_again_under_load(bench: Bench) -> None:
    seed = int(os.environ.get("VITALSTREAM_TEST_SEED", random.randrange(10**6)))
    print(f"VITALSTREAM_TEST_SEED={seed}")  # noqa: T201 - shown when the test fails
    flow, pauses = Flow(bench, seed, hours=24.0), Pauses(bench)
    first = bench.start()
    ports = [first.wait_ready()]
    flow.start()
    let_through(bench, 300)
    pauses.start()

    for workers in (2, 3):
        ports.append(bench.start().wait_ready())
        eventually(lambda: sum(shares(ports)) == PARTITIONS and min(shares(ports)) > 0, "all have a share")
        assert len(ports) == workers
        let_through(bench, 300)
    for worker in bench.workers[1:]:
        assert worker.end(signal.SIGTERM) == 0
    eventually(lambda: share(ports[0]) == PARTITIONS, "one worker has all again")
    let_through(bench, 300)
    seen = figure(ports[0], "vitalstream_rebalances_total")
    told_pauses = figure(ports[0], "vitalstream_partition_pause_seconds_count")
    flow.end()
    bench.wait_done()
    longest = pauses.end()
    print(f"longest pause {longest:.1f} s")  # noqa: T201 - shown when the test fails
    assert first.end(signal.SIGTERM) == 0

    check_exact(bench, recovered(bench))
    assert longest <= LONGEST_PAUSE_S
    assert seen >= 4, "each step is a rebalance"
    assert told_pauses > 0

"""Two versions in one group, one replacing the other, there and back: nothing is lost or told twice."""

from __future__ import annotations

import os
import random
import signal
import sys
from collections import defaultdict

import pytest

from models.snapshot import WearerSnapshot
from streams.engine.state.pages import Seal, Versions
from tests.fault import next_version
from tests.fault.next_version import BOTH, NEXT, NOW
from tests.fault.scaling import LONGEST_PAUSE_S, Pauses, check_exact, let_through
from tests.fault.swapping import Flow
from tests.integration.conftest import STATE_KEY, Bench, RealWorker
from tests.integration.test_real_core_kills import maker, snapshots
from tests.streams.engine.harness import eventually

pytestmark = pytest.mark.fault

NEXT_WORKER = [sys.executable, "-m", next_version.__name__]
AS_BEFORE = {"VITALSTREAM_STATE_SCHEMA": str(NOW)}
ENOUGH = 150


def replaced(bench: Bench, worker: RealWorker, command: list[str]) -> RealWorker:
    """Stop a worker, start another in its place, and see records go through."""
    assert worker.end(signal.SIGTERM) == 0
    other = bench.start(command)
    other.wait_ready()
    let_through(bench, ENOUGH)
    return other


def stored(bench: Bench) -> dict[int, dict[bytes, bytes]]:
    pages: dict[int, dict[bytes, bytes]] = defaultdict(dict)
    for record in bench.observer.records(bench.observer.changelog):
        pages[record.partition][record.key] = record.value
    return pages


def seal() -> Seal:
    return Seal(bytes.fromhex(STATE_KEY), None, BOTH)


def schemas(bench: Bench) -> set[int]:
    pages = [page for found in stored(bench).items() for page in found[1].items()]
    return {seal().open(key, value, Versions)[1].schema for key, value in pages}


def recovered(bench: Bench) -> dict[str, WearerSnapshot]:
    make, states = maker(bench), dict[str, WearerSnapshot]()
    make.seal = seal()
    for number, pages in stored(bench).items():
        states |= snapshots(make(number, pages))
    return states


def test_there_while_both_store_as_before_and_then_for_good(bench: Bench) -> None:
    seed = int(os.environ.get("VITALSTREAM_TEST_SEED", random.randrange(10**6)))
    print(f"VITALSTREAM_TEST_SEED={seed}")  # noqa: T201 - shown when the test fails
    flow, pauses = Flow(bench, seed, hours=24.0, rate=150), Pauses(bench)
    first = bench.start(NEXT_WORKER, **AS_BEFORE)
    first.wait_ready()
    flow.start()
    let_through(bench, ENOUGH)
    pauses.start()

    second = bench.start()  # of the version before: it takes over what the next has stored
    second.wait_ready()
    let_through(bench, ENOUGH)
    assert schemas(bench) == {NOW}
    second = replaced(bench, second, NEXT_WORKER)
    first = replaced(bench, first, NEXT_WORKER)
    eventually(lambda: schemas(bench) == {NEXT}, "all is stored anew")
    flow.end()
    bench.wait_done()
    longest = pauses.end()
    print(f"longest pause {longest:.1f} s")  # noqa: T201 - shown when the test fails
    late = bench.start()  # somebody forgot a worker of the version before

    assert late.process.wait(60) == 1
    assert "was written by a newer version (schema" in late.log.read_text()
    assert [worker.end(signal.SIGTERM) for worker in (first, second)] == [0, 0]
    check_exact(bench, recovered(bench))
    assert schemas(bench) == {NEXT}
    assert longest <= LONGEST_PAUSE_S

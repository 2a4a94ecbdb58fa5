"""Networks are swapped under load while workers are killed: each record is judged once, by one version.

What must come out is computed by the pure core over the same log, each record judged by the version that
the stored line-ups name for its offset.
"""

from __future__ import annotations

import os
import random
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from models.deep.library import Library
from models.deep.manifest import read_manifest
from models.deep.registry_edit import promote, rollback
from models.personal import load_setting
from models.snapshot import WearerSnapshot
from streams.engine.scoring.lineups import Lineups
from streams.engine.scoring.shard import ShardMaker
from streams.records import Alert
from tests.fault.swapping import PATIENCE_S, SEAL, Crew, Flow, Judges, stored_lineups
from tests.integration.conftest import Bench
from tests.integration.test_real_core_kills import CHUNK, snapshots
from tests.models.deep.variants import own_registry, put_contrary, put_square
from tests.streams.engine.harness import PARTITIONS

pytestmark = pytest.mark.fault


def test_swaps_under_load_with_kills_in_between_lose_and_repeat_nothing(bench: Bench, tmp_path: Path) -> None:
    seed = int(os.environ.get("VITALSTREAM_TEST_SEED", random.randrange(10**6)))
    print(f"VITALSTREAM_TEST_SEED={seed}")  # noqa: T201 - shown when the test fails
    chance = random.Random(seed)
    registry = own_registry(tmp_path / "registry")
    old = read_manifest(registry).active()["rhythm"].version
    put_contrary(registry, "contrary")
    bad = put_square(registry, "bad")

    flow, crew = Flow(bench, seed), Crew(bench, registry, chance)
    flow.start()
    crew.let_through(500)
    promote(registry, "rhythm", "contrary")
    crew.kill(within_s=1.0)
    crew.wait_for("contrary", 2)
    crew.kill(within_s=1.0)
    crew.let_through(800)
    rollback(registry, "rhythm")
    crew.kill(within_s=1.0)
    crew.wait_for(old, 3)
    promote(registry, "rhythm", "bad")
    (registry / bad.file).write_bytes(b"half a file")
    crew.see_refusal()
    rollback(registry, "rhythm")
    promote(registry, "rhythm", "contrary")
    crew.kill(within_s=2.0)
    crew.wait_for("contrary", 2)
    crew.let_through(800)
    flow.end()
    bench.wait_done(PATIENCE_S)
    assert crew.stop() == [0, 0]

    check(bench, registry, old)


def check(bench: Bench, registry: Path, old: str) -> None:
    library, log = Library(registry), defaultdict[int, list[Any]](list)
    make = ShardMaker(bench.settings, SEAL, library, load_setting(trace_s=bench.settings.trace_s))
    for record in bench.observer.records("vitals"):
        log[record.partition].append(record)
    judges = stored_lineups(bench)
    states, expected = pure(make, log, judges)
    told = bench.alerts()

    counts = Counter((alert.id, alert.revision) for alert in told)
    assert [entry for entry, count in counts.items() if count > 1] == []
    assert counts.keys() == expected.keys()
    different = [alert for alert in told if expected[alert.id, alert.revision] != alert]
    assert different == []
    assert recovered(make, bench) == states
    spoke = {alert.models["rhythm"] for alert in told if "rhythm" in alert.models}
    assert spoke == {old, "contrary"}, "both versions must have had something to say"
    assert sum(len(found.begins) - 1 for found in judges.values()) > PARTITIONS
    never = {number: Judges([0], [{"rhythm": old}]) for number in log}
    assert pure(make, log, never)[1].keys() != expected.keys(), "a swap must make a difference"


def pages(bench: Bench) -> dict[int, dict[bytes, bytes]]:
    found = defaultdict[int, dict[bytes, bytes]](dict)
    for record in bench.observer.records(bench.observer.changelog):
        found[record.partition][record.key] = record.value
    return found


def pure(
    make: ShardMaker, log: dict[int, list[Any]], judges: dict[int, Judges]
) -> tuple[dict[str, WearerSnapshot], dict[tuple[str, int], Alert]]:
    """State by wearer and alerts by (id, revision) when nothing ever goes wrong."""
    states: dict[str, WearerSnapshot] = {}
    alerts: dict[tuple[str, int], Alert] = {}
    for number, records in log.items():
        shard = make(number, {})
        for begin in range(0, len(records), CHUNK):
            for lineup, chunk in judges[number].parts(records[begin : begin + CHUNK]):
                shard.own.lineups = Lineups(lineup)
                effects = shard.take(chunk)
                alerts |= {(alert.id, alert.revision): alert for alert, _ in effects.alerts}
        states |= snapshots(shard)
    return states, alerts


def recovered(make: ShardMaker, bench: Bench) -> dict[str, WearerSnapshot]:
    states: dict[str, WearerSnapshot] = {}
    for number, found in pages(bench).items():
        shard = make(number, found)
        assert shard.pending() == []
        states |= snapshots(shard)
    return states

"""The floor scores every packet, and the two ways of running the network give the same alerts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench import packets
from bench.core import make_core
from bench.packets import Record, Size, chunks
from bench.race.floor import measure
from bench.race.memory import measure as measure_memory
from bench.single_rows import SingleRows
from models.deep.networks import Networks
from streams.engine.scoring.shard import WearerShard

TINY = packets.simulate(Size(10, 60), wearers=4, hours=1.0)


def test_the_floor_scores_every_packet() -> None:
    done: list[int] = []

    alerts = measure(TINY, lambda: done.append(0), done.append, {})

    assert done[0] == 0 and done == sorted(set(done)) and done[-1] == len(TINY)
    assert len(set(alerts)) == len(alerts) > 0


def test_chunks_keep_the_order_of_each_partition_and_take_turns() -> None:
    logs = packets.partitioned(TINY)

    taken = list(chunks(logs, 7))

    for number, log in enumerate(logs):
        assert [record for n, records in taken for record in records if n == number] == log
    full = [n for n, log in enumerate(logs) if log]
    assert [number for number, _ in taken[: len(full)]] == full
    assert max(len(records) for _, records in taken) == 7


def test_packets_survive_their_file(tmp_path: Path) -> None:
    packets.save(TINY, tmp_path / "packets")

    assert packets.load(tmp_path / "packets") == TINY


def test_one_record_at_a_time_with_an_unpadded_network_decides_the_same() -> None:
    (log, *_) = sorted(packets.partitioned(packets.simulate(Size(60, 60), 8, 3.0)), key=len, reverse=True)

    assert _alerts(log, 64, make_core()(0, {})) == _alerts(log, 1, make_core(runner=SingleRows())(0, {}))


def test_single_rows_equal_the_batches_of_the_worker() -> None:
    rows = np.random.default_rng(1).normal(900, 120, (5, 60)).astype(np.float32)

    single = np.concatenate([SingleRows().run("rhythm", row[None]) for row in rows])

    np.testing.assert_allclose(single, Networks.load().run("rhythm", rows), atol=1e-5)


def test_single_rows_know_the_active_networks() -> None:
    with pytest.raises(KeyError):
        SingleRows().run("other", np.zeros((1, 60), np.float32))


def test_memory_is_told_per_wearer() -> None:
    found = measure_memory(TINY)

    assert found["wearers"] == 4
    assert 1_000 < found["snapshot_bytes"] < 50_000
    assert found["restored_bytes"] > 1_000


def _alerts(log: list[Record], size: int, shard: WearerShard) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for _, records in chunks([log], size):
        found += [(alert.id, alert.revision) for alert, _ in shard.take(records).alerts]
    assert found
    return found

"""A worker is killed half-way, all is saved and lost; a new stack goes on as if nothing had been."""

from __future__ import annotations

import json
import signal
import stat
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import Result
from typer.testing import CliRunner

from models.deep.networks import Networks
from models.personal import load_setting
from models.snapshot import WearerSnapshot
from streams.backup.lines import Record
from streams.cli import build_app
from streams.engine.scoring.shard import ShardMaker
from streams.engine.scoring.stock import Fixed
from streams.engine.state.pages import Seal
from streams.errors import UserError
from streams.gateways.simulator import Rates, Simulation
from streams.settings import Settings
from streams.stack import LocalStack, running_stack
from tests.integration.conftest import STATE_KEY, Bench
from tests.integration.test_real_core_kills import recovered, snapshots
from tests.streams.engine.harness import eventually, fresh_topics

WEARERS, HOURS = 20, 8.0
EARLY = 3
"""Alerts that are told before the kill."""
CHUNK = 64


def vitalstream(bench: Bench, *words: str, folder: Path) -> Result:
    """Run a command here: starting Python anew would cost as much as all that it does."""
    environment = {
        "VITALSTREAM_BROKER": bench.settings.broker,
        "VITALSTREAM_REDIS_URL": bench.settings.redis_url.get_secret_value(),
        "VITALSTREAM_APP_ID": bench.settings.app_id,
        "VITALSTREAM_STATE_KEY": STATE_KEY,
        "VITALSTREAM_DATA_DIR": str(folder),
    }
    return CliRunner().invoke(build_app(), words, env=environment)


def uninterrupted(bench: Bench, logs: dict[int, list[Any]]) -> tuple[Any, set[tuple[str, int]]]:
    """State by wearer and alerts by (id, revision) of the pure core over one log of each partition."""
    networks = Networks.load()
    setting = load_setting(trace_s=bench.settings.trace_s)
    make = ShardMaker(
        bench.settings, Seal(bytes.fromhex(STATE_KEY)), Fixed(networks, networks.versions), setting
    )
    states: dict[str, WearerSnapshot] = {}
    alerts = set()
    for number, records in logs.items():
        shard = make(number, {})
        for start in range(0, len(records), CHUNK):
            told = shard.take(records[start : start + CHUNK]).alerts
            alerts |= {(alert.id, alert.revision) for alert, _ in told}
        states |= snapshots(shard)
    return states, alerts


def one_log(before: list[Any], after: list[Any], kept: list[int]) -> dict[int, list[Any]]:
    """The old log, and behind it what came to the new one after the tail that it began with."""
    logs: dict[int, list[Any]] = defaultdict(list)
    for record in before:
        logs[record.partition].append(record)
    for record in after:
        log = logs[record.partition]
        if record.offset >= kept[record.partition]:
            # One log counts through: the core skips what it has seen.
            offset = log[-1].offset + 1 if log else 0
            told = record.timestamp, record.key, record.value, record.headers
            log.append(Record(record.partition, offset, *told))
    return logs


def packets_of(wearers: int, hours: float) -> list[tuple[bytes, bytes]]:
    encode = msgspec.json.Encoder().encode
    rates = Rates(episode_hours=3.0, warmup_hours=1.0)
    simulated = Simulation(seed=7, wearers=wearers, hours=hours, rates=rates).packets()
    return [(timed.wearer.encode(), encode(timed.packet)) for timed in simulated]


@contextmanager
def bench_on(stack: LocalStack, redis_url: str, app_id: str, folder: Path) -> Iterator[Bench]:
    folder.mkdir()
    bench = Bench(stack, redis_url, app_id, folder)
    try:
        yield bench
    finally:
        bench.close()


def killed_halfway(bench: Bench, packets: list[tuple[bytes, bytes]]) -> None:
    """A worker that told alerts, some perhaps not checkpointed yet; and records that nobody has read."""
    most = len(packets) * 4 // 5
    bench.produce(packets[:most])
    worker = bench.start(VITALSTREAM_CHECKPOINT_S="3")
    eventually(lambda: sum(bench.observer.committed()) > 0 and len(bench.alerts()) >= EARLY, "alerts", 180.0)
    worker.end(signal.SIGKILL)
    bench.produce(packets[most:])


@pytest.mark.fault
def test_a_new_stack_goes_on_where_the_backup_ends(
    stack: LocalStack, redis_url: str, app_id: str, tmp_path: Path
) -> None:
    fresh_topics(stack.broker)
    packets, folder, data = packets_of(WEARERS, HOURS), tmp_path / "backup", tmp_path / "data"
    half = len(packets) // 2
    data.mkdir()
    (data / "access.json").write_text('{"people": []}')

    with bench_on(stack, redis_url, app_id, tmp_path / "old") as old:
        killed_halfway(old, packets[:half])
        told = vitalstream(old, "backup", str(folder), "--json", folder=data)
        before = old.observer.records("vitals")
        early = old.alerts()
    with (
        running_stack(Settings(data_dir=tmp_path / "stack")) as fresh,
        bench_on(fresh, fresh.redis_url, app_id, tmp_path / "new") as new,
    ):
        done = vitalstream(new, "restore", str(folder), folder=tmp_path / "place")
        twice = vitalstream(new, "restore", str(folder), folder=tmp_path / "other")
        kept = new.observer.ends()
        heir = new.start()
        new.produce(packets[half:])
        new.wait_done(240.0)
        assert heir.end(signal.SIGTERM) == 0
        states, expected = uninterrupted(new, one_log(before, new.observer.records("vitals"), kept))
        found, state = [(alert.id, alert.revision) for alert in new.alerts()], recovered(new)

    assert done.exit_code == 0, done.output
    manifest = json.loads(told.stdout)
    assert manifest["files"]["vitals.jsonl.gz"]["records"] == sum(kept) > 0, "what was not checkpointed"
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()} == {0o600}
    assert (tmp_path / "place" / "access.json").read_text() == '{"people": []}'
    assert isinstance(twice.exception, UserError)
    assert "restore to a new cluster" in str(twice.exception)
    assert [(alert.id, alert.revision) for alert in early] == found[: len(early)]
    assert len(early) >= EARLY
    assert [entry for entry, count in Counter(found).items() if count > 1] == []
    assert set(found) == expected
    assert len(expected) > len(early)
    assert state == states

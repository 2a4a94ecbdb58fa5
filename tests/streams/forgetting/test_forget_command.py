"""`vitalstream forget`, with a worker, a broker and a Redis: one wearer is gone, another goes on."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest
import redis
from typer.testing import CliRunner

from exporters.access.access import Access
from streams.cli import build_app
from streams.errors import UserError
from tests.integration.conftest import Bench, bench
from tests.integration.test_real_core_kills import recovered
from tests.streams.engine.shards import packet, raw

__all__ = ["bench"]

pytestmark = pytest.mark.integration

NAMES = ("goes", "stays")


def send(bench: Bench, *minutes: int) -> None:
    """Low oxygen of both in these minutes; all of it is stored in the end."""
    records = [raw(packet(minute, name, spo2=[80.0] * 6)) for minute in minutes for name in NAMES]
    bench.produce([(record.key or b"", record.value or b"") for record in records])
    bench.wait_done()


def test_one_wearer_is_gone_everywhere_and_another_goes_on(bench: Bench, tmp_path: Path) -> None:
    settings = bench.settings
    url = settings.redis_url.get_secret_value()
    environment = {
        "VITALSTREAM_BROKER": settings.broker,
        "VITALSTREAM_REDIS_URL": url,
        "VITALSTREAM_APP_ID": settings.app_id,
        "VITALSTREAM_DATA_DIR": str(tmp_path / "api"),
    }

    def forget(wearer: str, *options: str) -> str:
        done = CliRunner().invoke(
            build_app(), ["forget", wearer, "--yes", "--json", *options], env=environment
        )
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.stdout

    with pytest.raises(UserError, match=r"the workers have not stored it yet \(profiles, partition"):
        forget("somebody", "--timeout", "1")
    worker = bench.start()
    worker.wait_ready()
    send(bench, *range(12))
    before = {alert.wearer for alert in bench.alerts()}

    told = json.loads(forget("goes"))

    assert before == set(NAMES)
    assert {alert.wearer for alert in bench.alerts()} == {"stays"}
    with redis.Redis.from_url(url, decode_responses=True) as client:
        # A worker that is held up may write a last risk later: it goes by its time to live.
        assert [key for key in client.keys("*goes*") if ":risk:" not in key] == []
        assert [key for key in client.scan_iter("vitalstream:active:*") if key.endswith("stays")] != []
    assert told["alerts"] == 1
    assert told["deliveries"] is None
    assert "vitals 7 days" in told["left"][0]
    rows = Access.files(settings.model_copy(update={"data_dir": tmp_path / "api"})).audit.newest(10)
    assert {(row.action, row.wearer) for row in rows} == {
        ("forget", "somebody"),
        ("forget", "goes"),
    }

    send(bench, 13)
    assert worker.end(signal.SIGTERM) == 0
    states = recovered(bench)
    assert set(states) >= set(NAMES)
    assert states["goes"] != states["stays"], "begun anew with its last packet"

"""A partition whose work freezes: the worker ends itself with a reason, the demo starts another."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import pytest
from rich.console import Console

from streams.cli.stack import download_bar
from streams.demo import Plan, children, run_demo

pytestmark = [pytest.mark.fault, pytest.mark.timeout(600)]

FREEZES_ONCE = """
import sys, time
from pathlib import Path
from streams.cli import main

mark = Path({mark!r})

def freeze(infer):
    def frozen(maker, works):
        sources = [item.source for work in works for item in work.items]
        if any(one.partition == 1 and one.offset > 50 for one in sources) and not mark.exists():
            mark.touch()
            time.sleep(3600)
        infer(maker, works)
    return frozen

if sys.argv[1] == "worker":
    from streams.engine.scoring.shard import ShardMaker
    ShardMaker.infer = freeze(ShardMaker.infer)
main()
"""


def test_a_frozen_partition_ends_the_worker_and_another_finishes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mark, told = tmp_path / "frozen", io.StringIO()
    monkeypatch.setattr(children, "COMMAND", (sys.executable, "-c", FREEZES_ONCE.format(mark=str(mark))))
    monkeypatch.setenv("VITALSTREAM_WATCHDOG_S", "20")

    summary = run_demo(Plan(seconds=10, wearers=20), download_bar, Console(file=told, width=1000))

    # The networks' thread is one: with that partition all stand, whichever is noticed first.
    assert re.search(
        r"^the worker ended: vitals/\d stands still: \d+ records to read; it is started again$",
        told.getvalue(),
        re.MULTILINE,
    )
    assert mark.exists()
    assert summary.produced > 0
    assert summary.whole

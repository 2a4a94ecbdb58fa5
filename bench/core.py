"""The scoring core as the worker makes it, for programs that run it without the worker."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.single_rows import SingleRows
from models.deep.networks import Networks
from models.personal import load_setting
from streams.engine.scoring.shard import ShardMaker
from streams.engine.scoring.stock import Fixed, Stock
from streams.engine.state.pages import Seal
from streams.settings import Settings

SECRET = bytes(32)
"""Nothing that is sealed here outlives the benchmark."""


def make_core(settings: Settings | None = None, runner: SingleRows | None = None) -> ShardMaker:
    """Make shards with the default settings; `runner` replaces the networks' padded batches of 32 rows."""
    networks = Networks.load()
    return core_on(Fixed(runner or networks, networks.versions), settings)


def core_on(stock: Stock, settings: Settings | None = None) -> ShardMaker:
    """Make shards with the default settings that are judged by these networks."""
    settings = settings or Settings()
    setting = load_setting(settings.collect_again, settings.stale_alerts, settings.trace_s)
    return ShardMaker(settings, Seal(SECRET), stock, setting)


class NoNetworks:
    """Stands where networks are run: there is nothing to run."""

    def run(self, name: str, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Never asked."""
        raise AssertionError(name, len(rows))


def make_plain() -> ShardMaker:
    """Make shards that ask no network."""
    return core_on(Fixed(NoNetworks(), {}))

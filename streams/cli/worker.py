"""`vitalstream worker`: one Faust worker; more of them share the partitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from exporters.metrics.worker import WorkerMetrics
    from models.deep.library import Library
    from streams.engine.contracts import ShardFactory
    from streams.settings import Settings


def register(app: typer.Typer) -> None:
    """Add `worker` to the command line."""
    app.command()(worker)


def worker(
    json_: Annotated[bool, typer.Option("--json", help="say as a JSON object that it is ready")] = False,
) -> None:
    """Score vitals until it is stopped (Ctrl-C or SIGTERM). Start more of them to share the work."""
    import asyncio

    from streams.engine.preflight import check_topics
    from streams.engine.watching.ends import exit_now
    from streams.logs import log_as
    from streams.settings import Settings
    from streams.stack import discover
    from streams.wires.rights import reach

    settings = discover(Settings())
    log_as("worker", settings)
    check_topics(reach(settings, "worker"), settings.partitions)
    # Loads the models: what is wrong with a wire is told before.
    from streams.growing.journal import stored_table

    table = stored_table(settings)
    exit_now(asyncio.run(_work(settings, table, _say_json if json_ else _say)))


async def _work(settings: Settings, table: str, say: Callable[[int], None]) -> int:
    from contextlib import ExitStack, suppress

    from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector

    from exporters.alerts.errors import SinkUnavailable
    from exporters.alerts.preflight import refuse_lasting
    from exporters.alerts.riskboard import RiskBoard
    from exporters.alerts.sink import AlertSink
    from exporters.metrics.client_errors import ClientErrors
    from exporters.metrics.door import MetricsDoor
    from exporters.metrics.server import MetricsServer
    from exporters.metrics.worker import WorkerMetrics
    from streams.engine.app import Engine
    from streams.engine.main import run
    from streams.engine.watching.watch import Watch
    from streams.tracing import watched
    from streams.wires import redis_url

    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
    metrics = WorkerMetrics(registry)
    ClientErrors(metrics.kafka_error).attach()
    url = redis_url(settings)
    door = MetricsDoor.of(settings)
    sink = AlertSink.connect(url, settings.stream_trim_s)
    await refuse_lasting(sink.check())
    risks = RiskBoard.connect(url, settings.stream_trim_s)
    library = _library(settings)
    core = _core(settings, library, metrics)
    watch = Watch(library, metrics, settings.registry_poll_s)
    traces = ExitStack()
    core, told = traces.enter_context(watched(core, sink))
    engine = Engine(settings, core, told, metrics, [watch.run, risks.run], risks.offer, table)
    server = MetricsServer(
        registry, engine.trouble, bind=settings.bind, port=settings.metrics_port, door=door
    )
    try:
        return await run(engine, lambda: say(server.port))
    finally:
        server.close()
        with suppress(SinkUnavailable):
            await risks.flush()
        await risks.close()
        await sink.close()
        traces.close()


def _library(settings: Settings) -> Library:
    """The networks. Raises UserError when the registry can't be used."""
    from models.deep.library import Library
    from models.deep.manifest import RegistryError
    from streams.errors import UserError

    try:
        return Library(settings.registry)
    except RegistryError as error:
        raise UserError(f"the worker can't start: {error}") from error


def _core(settings: Settings, library: Library, metrics: WorkerMetrics) -> ShardFactory:
    """The scoring core: networks, rules, and how state is sealed."""
    from models.personal import load_setting
    from streams.engine.scoring.inputs import InputShift
    from streams.engine.scoring.metered import MeteredNetworks
    from streams.engine.scoring.shadows import Shadows
    from streams.engine.scoring.shard import ShardMaker
    from streams.engine.scoring.truths import Truths
    from streams.errors import UserError
    from streams.keys import state_seal

    try:
        setting = load_setting(settings.collect_again, settings.stale_alerts, settings.trace_s)
    except ValueError as error:
        raise UserError(f"the worker can't start: {error}") from error
    metrics.build(library.lineup, setting.policy.digest)
    metered = MeteredNetworks(library, metrics)
    shadows = Shadows(library, metrics) if settings.shadows else None
    seal = state_seal(settings)
    return ShardMaker(
        settings, seal, metered, setting, metrics.cold_start, shadows=shadows, on_model_error=metered.failed,
        probes=[Truths(metrics), InputShift(metrics, lambda name: metered.lineup.get(name))],
    )  # fmt: skip


def _say(metrics_port: int) -> None:
    typer.echo(f"ready; metrics at http://127.0.0.1:{metrics_port}/metrics")


def _say_json(metrics_port: int) -> None:
    import json
    import os

    typer.echo(json.dumps({"ready": True, "pid": os.getpid(), "metrics_port": metrics_port}))

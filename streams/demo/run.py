"""Runs the demo: real servers, a worker, simulated wearers, and the truth to judge it by."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from rich.console import Console
from rich.live import Live

from exporters.alerts.client import AlertStream
from streams.demo.children import Child, child
from streams.demo.figures import look
from streams.demo.kept import KeptWorker
from streams.demo.summary import Summary, summarise
from streams.demo.view import Scene, render
from streams.errors import UserError
from streams.gateways.simulator import DEFAULT_START, Episode
from streams.gateways.simulator.score import score
from streams.records import Alert
from streams.settings import Settings
from streams.stack import running_stack
from streams.stack.jars import Progress
from streams.wires import redis_url

PACKETS_PER_S = 1000
"""Aim of the demo, well below what one worker on a laptop core takes."""
FASTEST = 2400.0
"""Event seconds a second at the most: beyond it few wearers would live through weeks in a minute."""
HOUR_MS = 3_600_000
START_S = 60.0
STILL_S = 60.0
"""How long the worker may stand still with records in the log; as long as it moves it is waited for."""
RESTART_S = 180.0
"""How long a worker that was started again may take until it works: the one before has to be missed first."""
LOOK_S = 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What to show: how many wearers, for how many wall seconds, from which seed."""

    seconds: float
    wearers: int
    seed: int = 1

    @property
    def speed(self) -> float:
        """Event seconds a second: packets come once a minute of event time and wearer."""
        return min(60.0 * PACKETS_PER_S / self.wearers, FASTEST)

    @property
    def hours(self) -> float:
        """Event time of the whole demo."""
        return round(self.seconds * self.speed / 3600, 3)


@dataclass(slots=True)
class Watch:
    """Reads what the worker says and what alerts came, again and again."""

    settings: Settings
    worker: KeptWorker
    scene: Scene
    alerts: list[Alert] = field(default_factory=list)
    _since: str = "0"
    _looked: float = 0.0

    async def look(self) -> None:
        """Take one look at metrics and alerts; while the worker is being started again, at alerts alone."""
        if self.worker.supervise():
            await self._look_at_figures()
        news = AlertStream(redis_url(self.settings), since=self._since, follow=False)
        async for alert in news:
            self.alerts.append(alert)
            self.scene.take(alert)
        self._since = news.last_id

    async def done(self, packets: int) -> bool:
        """Whether so many packets have come to their end, and all alerts are told.

        Metrics begin anew with a worker: after a restart the stored state says what became of packets.
        """
        figures = self.scene.figures
        if self.worker.restarts and not figures.lag:
            figures.outcomes = await asyncio.to_thread(_stored_outcomes, self.settings)
        return self.worker.works and figures.read >= packets and not figures.pending

    async def _look_at_figures(self) -> None:
        try:
            figures = await asyncio.to_thread(look, self.worker.port)
        except OSError:  # it is about to end: what stands still for too long is told elsewhere
            return
        now = time.monotonic()
        if self._looked:
            self.scene.rate = max(0.0, (figures.read - self.scene.figures.read) / (now - self._looked))
        self.scene.figures, self._looked = figures, now


def _stored_outcomes(settings: Settings) -> dict[str, int]:
    from streams.chaos.witness import stored_outcomes

    return {str(outcome): count for outcome, count in stored_outcomes(settings).items()}


def run_demo(
    plan: Plan,
    progress: Progress,
    console: Console,
    judged: Callable[[Summary, str], None] = lambda summary, board: None,
) -> Summary:
    """Run the demo to its end; `judged` is told the summary and the board's address while it still runs.

    Raises UserError when a part of it does not do its work.
    """
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="vitalstream-demo-")))
        console.print(
            f"starting Kafka, Valkey, a worker and the board for {plan.wearers} wearers …", style="dim"
        )
        settings = Settings(data_dir=folder, metrics_port=0, clock="stream", api_anonymous="answer")
        stack = held.enter_context(running_stack(settings, progress))
        worker = KeptWorker(stack.settings, folder, lambda words: console.print(words, highlight=False))
        held.callback(worker.stop)
        api = held.enter_context(child("api", ["api", "--json"], stack.settings, folder))
        board = str(api.wait_said(START_S)["address"])
        console.print(f"board: {board}")
        truth = folder / "truth.jsonl"
        simulator = held.enter_context(child("simulator", _simulate(plan, truth), stack.settings, folder))
        watch = Watch(stack.settings, worker, Scene(plan.wearers, board))
        with _screen(console, watch.scene) as refresh:
            asyncio.run(_follow(watch, api, simulator, refresh))
        summary = _judge(plan, watch, simulator, truth)
        judged(summary, board)
        return summary


def _simulate(plan: Plan, truth: Path) -> list[str]:
    options = {
        "--seed": plan.seed,
        "--wearers": plan.wearers,
        "--hours": plan.hours,
        "--speed": round(plan.speed, 3),
        "--truth": truth,
    }
    return ["simulate", "--json", *(str(part) for option in options.items() for part in option)]


@contextmanager
def _screen(console: Console, scene: Scene) -> Iterator[Callable[[], None]]:
    """A live view on a terminal, a line now and then elsewhere."""
    if console.is_terminal:
        with Live(render(scene), console=console, auto_refresh=False, transient=False) as live:
            yield lambda: live.update(render(scene), refresh=True)
        return
    told = time.monotonic()

    def tell() -> None:
        nonlocal told
        if time.monotonic() - told >= 10:
            told = time.monotonic()
            active = len(scene.active)
            console.print(
                f"{scene.figures.read:,} packets read, {active} alerts active, lag {scene.figures.lag:,}"
            )

    yield tell


async def _follow(watch: Watch, api: Child, simulator: Child, refresh: Callable[[], None]) -> None:
    """Look on until every packet that was sent has come to its end."""
    moved, deadline = (-1, -1, False), 0.0
    while True:
        if api.code is not None:
            raise UserError(f"the api ended: {api.last_words()}")
        if simulator.code not in (None, 0):
            raise UserError(f"the simulator ended: {simulator.last_words()}")
        await watch.look()
        sent = simulator.said()
        watch.scene.stage = "streaming" if sent is None else "finishing what is in the log"
        refresh()
        if sent is not None:
            done = await watch.done(sent["packets"])
            place = watch.scene.figures.read, watch.scene.figures.pending, watch.worker.works
            if place != moved:
                moved, deadline = place, time.monotonic() + (STILL_S if watch.worker.works else RESTART_S)
            if done:
                outcomes = watch.scene.figures.outcomes
                await watch.look()
                watch.scene.figures.outcomes = outcomes
                return
            if time.monotonic() > deadline:
                raise UserError(f"the worker stands still with records in the log, for {STILL_S:.0f} s")
        await asyncio.sleep(LOOK_S)


def _judge(plan: Plan, watch: Watch, simulator: Child, truth: Path) -> Summary:
    sent = simulator.said()
    assert sent is not None
    decode = msgspec.json.Decoder(Episode).decode
    episodes = [decode(line) for line in truth.read_bytes().splitlines()]
    end = DEFAULT_START + round(plan.hours * HOUR_MS)
    scored = score(episodes, watch.alerts, plan.wearers, DEFAULT_START, end)
    return summarise(sent["packets"], sent["seconds"], plan.hours, watch.scene.figures, scored)

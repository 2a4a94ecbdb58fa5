"""Runs rounds: load, a fault at a random moment, its healing, and the comparison."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from streams.chaos import on_data, on_models, on_net, on_servers, on_workers
from streams.chaos.answers import Answers
from streams.chaos.crew import Crew
from streams.chaos.load import Load
from streams.chaos.plan import Fault, Round, rounds
from streams.chaos.progress import Progress, Recovery
from streams.chaos.reference import Reference, recovered, shard_maker
from streams.chaos.report import RoundReport
from streams.chaos.scene import Inject, Scene
from streams.chaos.verdict import Found, Verdict, judge
from streams.chaos.witness import Witness
from streams.errors import UserError
from streams.settings import Settings
from streams.stack import LocalStack
from streams.stack.jars import Progress as Download

WORKERS = 2
START_S = 180.0
RECOVERY_S = 180.0
"""How long a recovery may take before the round counts as failed."""
SETTLE_S = 75.0
"""How long alerts and state may need after the last record is committed: checkpoints can be 30 s apart."""

INJECT: dict[str, Inject] = {
    **on_workers.FAULTS,
    **on_servers.FAULTS,
    **on_net.FAULTS,
    **on_data.FAULTS,
    **on_models.FAULTS,
}
Tell = Callable[[str], None]
"""Is told what is being done."""


@dataclass(frozen=True, slots=True)
class Work:
    """How much there is to do meanwhile."""

    wearers: int = 60
    packets_per_s: float = 120.0


def run_fault(
    fault: Fault, count: int, seed: int, work: Work, download: Download, tell: Tell
) -> Iterator[RoundReport]:
    """The rounds of a fault on a stack of its own, each told when it is over; ends with one that failed."""
    with stage(fault, seed, work, download, tell) as (scene, judge_):
        for round_ in rounds(fault, count, seed):
            report = play(round_, scene, judge_, tell)
            yield report
            if not report.clean:
                return


@contextmanager
def stage(
    fault: Fault, seed: int, work: Work, download: Download, tell: Tell = lambda step: None
) -> Iterator[tuple[Scene, Judge]]:
    """A stack in a folder of its own, two workers, wearers: all gone at the end. Raises UserError."""
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="vitalstream-chaos-")))
        tell("starting Kafka and Valkey")
        settings = Settings(data_dir=folder / "stack", metrics_port=0, clock="stream")
        stack = LocalStack(settings, download)
        given = held.enter_context(equipped(fault, stack, folder))
        held.enter_context(stack.start())
        crew = held.enter_context(Crew(stack.settings, folder, given))
        feed = Load(stack.broker, seed, work.wearers, work.packets_per_s)
        progress = Progress(stack.settings)
        held.callback(progress.end)
        judge_ = Judge(stack.settings)
        held.callback(judge_.close)
        held.callback(feed.end)
        answers = Answers(stack.settings, feed, seed)
        held.callback(answers.end)
        feed.start()
        answers.start()
        tell("starting workers")
        crew.want(WORKERS)
        feed.resume()
        crew.wait_ready(START_S)
        yield Scene(folder, stack, crew, feed, progress), judge_


@contextmanager
def equipped(fault: Fault, stack: LocalStack, folder: Path) -> Iterator[dict[str, str]]:
    """What this fault takes besides, as environment of workers. Raises UserError where a tool is missing."""
    if fault.needs == "toxiproxy":
        with on_net.between(stack, folder) as given:
            yield given
    elif fault.needs == "faketime":
        yield on_workers.fake_clocks(folder)
    elif fault.name in on_models.FAULTS:
        yield on_models.own_registry(folder)
    else:
        yield {}


def missing(fault: Fault) -> str | None:
    """Which tool this fault lacks on this machine, in words."""
    try:
        if fault.needs == "toxiproxy":
            on_net.binary()
        elif fault.needs == "faketime":
            on_workers.faketime()
    except UserError as error:
        return str(error)
    return None


class Judge:
    """Compares what servers hold with an uninterrupted run that goes along."""

    def __init__(self, settings: Settings) -> None:
        assert settings.state_key is not None
        self._partitions = settings.partitions
        self._make = shard_maker(settings, bytes.fromhex(settings.state_key.get_secret_value()))
        self._reference = Reference(self._make, settings.partitions)
        self._witness = Witness(settings)

    def close(self) -> None:
        """Let go of the servers."""
        self._witness.close()

    def look(self, sent: int) -> Verdict:
        """Compare all that there is by now; `sent` packets were handed over."""
        witness = self._witness
        self._reference.take(witness.look())
        outcomes, state, waiting = recovered(self._make, witness.pages, self._partitions)
        found = Found(
            outcomes,
            witness.alerts,
            witness.letters,
            state,
            sent=sent,
            logged=witness.logged,
            uncopied=witness.uncopied,
            waiting=waiting,
        )
        return judge(self._reference.account(), found)

    @property
    def alerts(self) -> int:
        """How many revisions were told."""
        return len(self._witness.alerts)


def play(round_: Round, scene: Scene, judge_: Judge, tell: Tell = lambda step: None) -> RoundReport:
    """One round. Raises UserError when a part of the stage does not work."""
    fault, crew = round_.fault, scene.crew
    crew.wait_ready(START_S)  # who has no partitions yet is no loss
    crew.ends.clear()
    scene.load.resume()
    tell(f"load for {round_.wait_s:.1f} s")
    time.sleep(round_.wait_s)
    recovery = _inject(round_, scene, tell)
    tell("recovering")
    over = recovery.over.wait(RECOVERY_S)
    tell("settling")
    sent = scene.load.settle()
    verdict, why = _settle(scene, judge_, sent, tell)
    return RoundReport(
        fault.name,
        round_.number,
        round(round_.wait_s, 1),
        _tenths(recovery.scoring_s),
        _tenths(recovery.caught_up_s),
        sent,
        judge_.alerts,
        verdict,
        _counted(crew.ends),
        why or ("" if over else f"no recovery within {RECOVERY_S:.0f} s"),
    )


def _inject(round_: Round, scene: Scene, tell: Tell) -> Recovery:
    fault, progress = round_.fault, scene.progress
    tell(fault.says)
    onset = time.monotonic()
    with INJECT[fault.name](scene, round_.chance):
        if fault.from_onset:
            recovery = progress.recovery(onset, progress.fresh(), scene.load.handed)
        time.sleep(fault.hold_s)
        tell("healing")
        healing, before, handed = time.monotonic(), progress.fresh(0.5), scene.load.handed
        if not fault.from_onset:
            recovery = progress.recovery(healing, before, handed)
    return recovery


def _settle(scene: Scene, judge_: Judge, sent: int, tell: Tell) -> tuple[Verdict, str]:
    """Compare once all is committed, again and again as long as something may still be on its way."""
    deadline = time.monotonic() + RECOVERY_S
    while not scene.progress.fresh().done:
        if time.monotonic() > deadline:
            return judge_.look(sent), f"not all was committed within {RECOVERY_S:.0f} s"
        time.sleep(0.2)
    tell("comparing")
    deadline = time.monotonic() + SETTLE_S
    while not (verdict := judge_.look(sent)).clean and time.monotonic() < deadline:
        time.sleep(0.5)
    return verdict, ""


def _counted(ends: list[str]) -> list[str]:
    """Each reason once, with how often it was one."""
    return [reason if count == 1 else f"{count} × {reason}" for reason, count in Counter(ends).items()]


def _tenths(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)

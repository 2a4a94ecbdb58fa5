"""The simulation: seeded, deterministic, in blocks of ten minutes for all wearers at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from operator import itemgetter

import numpy as np

from streams.errors import UserError
from streams.gateways.simulator.beats import Heart
from streams.gateways.simulator.block import TICK_MS, influence
from streams.gateways.simulator.body import Body
from streams.gateways.simulator.columns import grid, intervals, tabulate
from streams.gateways.simulator.episodes import HOUR, Course, Episode, Planned, Rates
from streams.gateways.simulator.extras import EVERY_MS, Cuff, Glucose
from streams.gateways.simulator.faults import deliver
from streams.gateways.simulator.lives import Lives
from streams.gateways.simulator.longer import Treatment, changed, plan_longer, raise_pressure
from streams.gateways.simulator.nights import Nights
from streams.gateways.simulator.packets import Packer
from streams.gateways.simulator.people import draw_cohort, profiles
from streams.gateways.simulator.plan import plan
from streams.gateways.simulator.sensors import read
from streams.gateways.timed import Timed

DEFAULT_START = 1_767_592_800_000
"""2026-01-05T06:00:00Z, a Monday."""
BLOCK_MS = 600_000


class Simulation:
    """Wearers, their days, and what goes wrong in them.

    The same arguments give the same packets, value for value. `step_s` is the length of a packet in seconds
    (a divisor of 600); `samples_per_signal` asks for exactly that many samples of every evenly sampled
    signal in each packet, for benchmarks. `lives` makes weeks of it: without it every day is like the other.
    """

    def __init__(
        self,
        seed: int = 1,
        wearers: int = 10,
        hours: float = 24.0,
        start: int = DEFAULT_START,
        *,
        step_s: int = 60,
        samples_per_signal: int | None = None,
        rates: Rates | None = None,
        prefix: str = "sim",
        lives: Lives | None = None,
    ) -> None:
        _check(wearers, hours, step_s, samples_per_signal)
        self.seed = seed
        self.rates = rates or Rates()
        self.start = start
        self.end = start + round(hours * HOUR)
        self.cohort = draw_cohort(np.random.default_rng([seed, 0]), wearers, prefix)
        self._layout = grid(BLOCK_MS, step_s * 1000, samples_per_signal)
        self.treatments: list[Treatment] = []
        self._nights: Nights | None = None
        if lives is not None and lives.hypertension:
            self.cohort = raise_pressure(seed, self.cohort, lives.hypertension)
        self._planned = plan(seed, self.cohort, self.rates, start, self.end)
        if lives is not None:
            self._live(lives)
        self.truth: list[Episode] = [line for planned in self._planned for line in planned.truth]

    def _live(self, lives: Lives) -> None:
        longer = plan_longer(self.seed, self.cohort, lives, self.start, self.end)
        self.treatments = longer.treatments
        self._planned = sorted(self._planned + longer.planned, key=lambda p: (p.course.start, p.course.who))
        if lives.nights:
            self._nights = Nights(self.seed, self.cohort, self.start, self.end)

    def packets(self) -> Iterator[Timed]:
        """Give every packet in the order of arrival (event time); a wearer's first brings a profile.

        So does the first after a medicine or habit was begun or stopped.
        """
        unknown = profiles(self.cohort, self.start)
        news = deque(
            sorted((c for t in self.treatments for c in changed(unknown[t.wearer], t)), key=itemgetter(0))
        )
        for timed in self._arriving():
            while news and news[0][0] <= timed.time:
                _, profile = news.popleft()
                unknown[profile.wearer] = profile
            known = unknown.pop(timed.wearer, None)
            yield timed if known is None else timed._replace(profile=known)

    def _arriving(self) -> Iterator[Timed]:
        waiting: list[Timed] = []
        for start, made in self._blocks():
            # Nothing of a later block arrives before its first packet ends or glucose is first read.
            horizon = min(start + BLOCK_MS, self.end)
            waiting += made
            waiting.sort(key=itemgetter(0, 1, 2, 3))
            ready = next((i for i, t in enumerate(waiting) if t.time > horizon), len(waiting))
            yield from waiting[:ready]
            del waiting[:ready]
        yield from (t for t in waiting if t.time <= self.end)

    def _blocks(self) -> Iterator[tuple[int, list[Timed]]]:
        seeded = np.random.default_rng([self.seed, 5])
        body, heart = Body(seeded, self.cohort), Heart(seeded, self.cohort)
        glucose, cuff = Glucose(self.seed, seeded, self.cohort), Cuff(self.seed, self.cohort)
        packer, agenda = Packer(self.cohort, self._layout), _Agenda(self._planned)
        for number, start in enumerate(range(self.start, self.end, BLOCK_MS)):
            rng = np.random.Generator(np.random.SFC64(np.random.SeedSequence([self.seed, 6, number])))
            outside = influence(agenda.block(start), start, self.cohort.phase, BLOCK_MS // TICK_MS)
            if self._nights is not None:
                self._nights.lay(outside, start)
            true = body.block(rng, start, outside)
            beats = heart.block(rng, true.hr, true.rr, outside.hrv, outside.irregular)
            readings = read(rng, true, outside)
            own = intervals(rng, beats, readings.motion, self._layout)
            shape = (self._layout.packets, len(self.cohort))
            fate = deliver(
                rng, outside.faults, self.rates, start, self.cohort.phase, shape, self._layout.step
            )
            made = list(packer.watches(start, number * shape[0], tabulate(readings, self._layout), own, fate))
            levels = glucose.block(rng, start, outside).tolist()
            made += packer.glucose(start, number * (BLOCK_MS // EVERY_MS), glucose.who.tolist(), levels, fate)
            made += packer.cuffs(start, number * (BLOCK_MS // 60_000), cuff.block(start, outside), fate)
            yield start, made


class _Agenda:
    """Hands out the courses of one block after the other; the plan is in order of starts."""

    def __init__(self, planned: list[Planned]) -> None:
        self._rest = deque(p.course for p in planned)
        self._active: list[Course] = []

    def block(self, start: int) -> list[Course]:
        # A block of one wearer begins up to a minute after the block's start.
        end = start + BLOCK_MS + 60_000
        while self._rest and self._rest[0].start < end:
            self._active.append(self._rest.popleft())
        self._active = [course for course in self._active if course.end > start]
        return self._active


def _check(wearers: int, hours: float, step_s: int, samples: int | None) -> None:
    if wearers < 1 or hours <= 0:
        raise UserError("a simulation needs at least one wearer and a time above 0 hours")
    if step_s < 5 or BLOCK_MS % (step_s * 1000):
        raise UserError(f"--step {step_s}: give a divisor of 600 seconds, such as 10, 30, 60 or 300")
    if samples is not None and (samples < 1 or step_s * 1000 % samples):
        raise UserError(f"{samples} samples a signal do not divide {step_s} s evenly")

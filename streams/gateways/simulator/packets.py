"""Packets of a block, in the order in which they arrive."""

from __future__ import annotations

from collections.abc import Iterator

from streams.gateways.simulator.columns import Grid, Intervals, Values, cut
from streams.gateways.simulator.extras import EVERY_MS
from streams.gateways.simulator.faults import Delivery
from streams.gateways.simulator.people import Cohort
from streams.gateways.timed import Timed
from streams.records import Column, DeviceFacts, VitalsPacket


class Packer:
    """Builds the packets of one device after the other."""

    def __init__(self, cohort: Cohort, layout: Grid) -> None:
        self._cohort = cohort
        self._layout = layout
        self._offset = [int(o) for o in cohort.utc_offset]
        self._phase = [int(p) for p in cohort.phase]
        # Some devices know when they do not touch the skin, others just stop telling vitals.
        self._facts = [_facts(i, None if i % 3 == 0 else True) for i in range(len(cohort))]
        self._lost = [_facts(i, None if i % 3 == 0 else False) for i in range(len(cohort))]
        self._frozen: dict[int, dict[str, float]] = {}

    def watches(
        self, start: int, number: int, tables: dict[str, Values], beats: list[Intervals], fate: Delivery
    ) -> Iterator[Timed]:
        """Give the watches' packets of a block that begins at `start`; `number` is the first packet's."""
        layout = self._layout
        for w, name in enumerate(self._cohort.names):
            own = {signal: table[w] for signal, table in tables.items()}
            begin = start + self._phase[w]
            device = f"{name}-watch"
            for j in range(layout.packets):
                fault = fate.fault[w][j]
                if fault == "silent":
                    continue
                signals = self._signals(j, begin + fate.skew[w][j], own, beats[w])
                facts = self._facts[w]
                if fault == "contact":
                    signals, facts = _off_skin(signals), self._lost[w]
                elif fault == "flat":
                    signals = self._freeze(w, signals)
                elif w in self._frozen:
                    del self._frozen[w]
                if signals:
                    packet = VitalsPacket(name, device, number + j, signals, facts, self._offset[w])
                    yield from _arrive(packet, begin + (j + 1) * layout.step, fate, w, j)

    def _signals(
        self, j: int, begin: int, own: dict[str, list[float]], beats: Intervals
    ) -> dict[str, Column]:
        layout = self._layout
        signals: dict[str, Column] = {}
        for signal, values in own.items():
            column = cut(values, layout.cuts[signal][j], begin, layout.periods[signal])
            if column is not None:
                signals[signal] = column
        first, last = beats.edges[j], beats.edges[j + 1]
        if last > first:
            signals["ibi"] = Column(begin + beats.starts[first], beats.values[first:last])
        return signals

    def _freeze(self, w: int, signals: dict[str, Column]) -> dict[str, Column]:
        """Give a sensor that hangs: its optical values stay what they were when it began."""
        kept = self._frozen.setdefault(w, {s: c.values[0] for s, c in signals.items() if s in _OPTICAL})
        return {
            s: Column(c.start, [kept.get(s, c.values[0])] * len(c.values), c.step, c.offsets)
            if s in _OPTICAL
            else c
            for s, c in signals.items()
        }

    def glucose(
        self, start: int, number: int, who: list[int], readings: list[list[int]], fate: Delivery
    ) -> Iterator[Timed]:
        """Give the glucose sensors' packets: one reading each."""
        for k, w in enumerate(who):
            name = self._cohort.names[w]
            for i, reading in enumerate(readings):
                at = start + self._phase[w] + i * EVERY_MS
                column = Column(at, [reading[k]], EVERY_MS)
                packet = VitalsPacket(
                    name, f"{name}-cgm", number + i, {"glucose": column}, DeviceFacts("cgm"), self._offset[w]
                )
                yield from self._second(packet, w, at - start - self._phase[w], at, fate)

    def cuffs(
        self, start: int, number: int, readings: list[tuple[int, int, int, int]], fate: Delivery
    ) -> Iterator[Timed]:
        """Give the cuffs' packets: one measurement each."""
        for w, after, sbp, dbp in readings:
            name = self._cohort.names[w]
            at = start + self._phase[w] + after
            signals = {"sbp": Column(at, [sbp]), "dbp": Column(at, [dbp])}
            seq = number + after // 60_000
            packet = VitalsPacket(name, f"{name}-cuff", seq, signals, DeviceFacts("cuff"), self._offset[w])
            yield from self._second(packet, w, after, at, fate)

    def _second(self, packet: VitalsPacket, w: int, after: int, at: int, fate: Delivery) -> Iterator[Timed]:
        j = min(after // self._layout.step, self._layout.packets - 1)
        if fate.fault[w][j] != "silent":
            arrives = max(at + 1_000, fate.held[w][j])
            yield Timed(arrives, packet.wearer, packet.device, packet.seq, packet)


_OPTICAL = frozenset({"hr", "spo2", "rr", "ibi"})


def _off_skin(signals: dict[str, Column]) -> dict[str, Column]:
    return {s: c for s, c in signals.items() if s in {"accel", "steps"}}


def _facts(i: int, contact: bool | None) -> DeviceFacts:
    return DeviceFacts("watch", round(0.35 + 0.6 * (i * 37 % 100) / 100, 2), contact, f"1.{i % 4}.0")


def _arrive(packet: VitalsPacket, sent: int, fate: Delivery, w: int, j: int) -> Iterator[Timed]:
    at = max(sent, fate.held[w][j]) + fate.delay[w][j]
    yield Timed(at, packet.wearer, packet.device, packet.seq, packet)
    again = fate.again[w][j]
    if again:
        yield Timed(at + again, packet.wearer, packet.device, packet.seq, packet)

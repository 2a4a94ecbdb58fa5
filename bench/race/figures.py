"""The figures of a benchmark run, as they are printed and written."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable

import msgspec
from msgspec.structs import asdict

from bench.machine import Machine
from bench.packets import Packet, Size
from bench.process import Cost
from bench.race.latency import Latencies
from bench.race.race import OURS, Race

PER = 100_000
ORDINARY = 10
QUIET = 0.05
"""More than this share taken by other processes is told."""


class Spread(msgspec.Struct, frozen=True):
    """The median of the rounds, and the lowest and highest of them."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        """Sum up at least one value."""
        found = sorted(values)
        return cls(*(round(v, 3) for v in (statistics.median(found), found[0], found[-1])))


class WayFigures(msgspec.Struct, frozen=True):
    """What one way does on one processor."""

    packets_per_s: Spread
    samples_per_s: Spread
    cpu_s_per_100k: Spread
    processor_share: Spread
    """CPU seconds over wall seconds: below 1 it waited for others, or for the processor."""
    taken_by_others: Spread
    """CPU seconds of other processes on the measured processor over wall seconds: 0 on a quiet machine."""


class Ratios(msgspec.Struct, frozen=True):
    """vitalstream over another way, round by round: throughput while busy, and the CPU saved."""

    throughput: Spread
    cpu: Spread


class LatencyFigures(msgspec.Struct, frozen=True):
    """From the producer's hands to Valkey's entry, ms, at a steady load."""

    load: float
    """Share of the throughput that the race found."""
    load_packets_per_s: float
    alerts: int
    p50_ms: float
    p99_ms: float
    p999_ms: float
    max_ms: float


class RaceFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What each way cost on the same packets."""

    packets: int
    samples_per_packet: float
    bytes_per_packet: int
    alerts: int
    same_alerts: bool
    ways: dict[str, WayFigures]
    ratios: dict[str, Ratios]
    warnings: list[str]


class SizeFigures(RaceFigures, frozen=True, kw_only=True):
    """Everything measured with packets of one size."""

    samples_per_signal: int
    seconds_per_packet: int
    latency: list[LatencyFigures]


class ManyFigures(RaceFigures, frozen=True, kw_only=True):
    """A race with packets of a minute from many wearers, who have lived for hours before it."""

    wearers: int
    senders: int
    """Whose packets they are."""
    resident_bytes: dict[str, int]
    """Memory of each way's process at its end."""


class MemoryFigures(msgspec.Struct, frozen=True):
    """Bytes of one wearer."""

    wearers: int
    hours: float
    live_bytes: int
    restored_bytes: int
    snapshot_bytes: int


class Headline(msgspec.Struct, frozen=True):
    """What most people ask for, of packets of 10 samples a signal; None for a way that did not run."""

    vs_faust: float | None
    vs_quix: float | None
    vs_bytewax: float | None
    vs_floor: float | None
    """Throughput of vitalstream over that of the other way."""
    latency_p99_ms: float
    """Packet to alert in Valkey at half of vitalstream's throughput."""


class Report(Headline, frozen=True, kw_only=True):
    """A whole run: the headline, and all that it rests on."""

    date: str
    quick: bool
    rounds: int
    seconds: float
    machine: Machine
    sizes: list[SizeFigures]
    memory: MemoryFigures
    many: list[ManyFigures] = []


def headline(sizes: list[SizeFigures]) -> Headline:
    """The figures of the ordinary packet."""
    found = next(size for size in sizes if size.samples_per_signal == ORDINARY)
    ratios = {way: ratio.throughput.median for way, ratio in found.ratios.items()}
    return Headline(
        ratios.get("vs_faust"),
        ratios.get("vs_quix"),
        ratios.get("vs_bytewax"),
        ratios.get("vs_floor"),
        found.latency[0].p99_ms,
    )


def race_figures(packets: list[Packet], race: Race) -> RaceFigures:
    """Put the figures of one race together."""
    samples = sum(packet.samples for packet in packets) / len(packets)
    return RaceFigures(
        packets=len(packets),
        samples_per_packet=round(samples, 1),
        bytes_per_packet=round(sum(len(packet.value) for packet in packets) / len(packets)),
        alerts=len(race.alerts[OURS]),
        same_alerts=race.same_alerts,
        ways={way: way_figures(costs, samples) for way, costs in race.costs.items()},
        ratios={f"vs_{way}": _ratios(race, way) for way in race.costs if way != OURS},
        warnings=race.warnings + noise(race),
    )


def size_figures(
    size: Size, packets: list[Packet], race: Race, latency: list[tuple[float, Latencies]]
) -> SizeFigures:
    """Put the figures of one packet size together."""
    return SizeFigures(
        **asdict(race_figures(packets, race)),
        samples_per_signal=size.samples,
        seconds_per_packet=size.step_s,
        latency=[_latency(load, found) for load, found in latency],
    )


def many_figures(wearers: int, packets: list[Packet], race: Race) -> ManyFigures:
    """Put the figures of one crowd together."""
    return ManyFigures(
        **asdict(race_figures(packets, race)),
        wearers=wearers,
        senders=len({packet.key for packet in packets}),
        resident_bytes=race.resident,
    )


def noise(race: Race) -> list[str]:
    """Say what other processes took of the measured processor, when it was enough to spoil wall times."""
    worst = max((cost.others / cost.wall, way) for way, costs in race.costs.items() for cost in costs)
    if worst[0] <= QUIET:
        return []
    taken = f"other processes took up to {worst[0]:.0%} of the measured processor ({worst[1]})"
    return [f"{taken}: wall times are too long"]


def way_figures(costs: list[Cost], samples: float) -> WayFigures:
    """Sum up the rounds of one way; `samples` is what a packet holds on average."""
    return WayFigures(
        packets_per_s=Spread.of(map(_rate, costs)),
        samples_per_s=Spread.of(_rate(cost) * samples for cost in costs),
        cpu_s_per_100k=Spread.of(_cpu(cost) * PER for cost in costs),
        processor_share=Spread.of(cost.cpu / cost.wall for cost in costs),
        taken_by_others=Spread.of(cost.others / cost.wall for cost in costs),
    )


def _ratios(race: Race, way: str) -> Ratios:
    def of(figure: Callable[[Cost], float], ours_over: bool) -> Spread:
        pairs = zip(race.costs[OURS], race.costs[way], strict=True)
        both = ((figure(ours), figure(theirs)) for ours, theirs in pairs)
        return Spread.of(ours / theirs if ours_over else theirs / ours for ours, theirs in both)

    return Ratios(throughput=of(_rate, True), cpu=of(_cpu, False))


def _rate(cost: Cost) -> float:
    return cost.packets / cost.wall


def _cpu(cost: Cost) -> float:
    return cost.cpu / cost.packets


def _latency(load: float, found: Latencies) -> LatencyFigures:
    return LatencyFigures(
        load,
        round(found.packets_per_s, 1),
        len(found.millis),
        found.quantile(0.5),
        found.quantile(0.99),
        found.quantile(0.999),
        float(max(found.millis)),
    )

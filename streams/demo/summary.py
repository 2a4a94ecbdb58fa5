"""What a demo showed, in figures that can be checked."""

from __future__ import annotations

from pathlib import Path

import msgspec

from streams.demo.figures import Figures
from streams.gateways.simulator.score import Score


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """Every packet accounted for, every planted episode looked for. Latencies in wall seconds."""

    produced: int
    scored: int
    rejected: int
    late: int
    duplicate: int
    alerts: int
    episodes_planted: int
    episodes_found: int
    false_alerts_per_wearer_day: float
    latency_p50_s: float | None
    latency_p99_s: float | None
    event_hours: float
    packets_per_s: float
    dead_letters: dict[str, int]
    planted: dict[str, int]
    found: dict[str, int]
    false: dict[str, int]

    @property
    def whole(self) -> bool:
        """Whether every packet came to exactly one end."""
        return self.produced == self.scored + self.rejected + self.late + self.duplicate


def summarise(produced: int, seconds: float, hours: float, figures: Figures, score: Score) -> Summary:
    """Put the figures of a finished run together."""
    return Summary(
        produced=produced,
        **{
            outcome: figures.outcomes.get(outcome, 0)
            for outcome in ("scored", "rejected", "late", "duplicate")
        },
        alerts=score.alerts,
        episodes_planted=score.episodes_planted,
        episodes_found=score.episodes_found,
        false_alerts_per_wearer_day=round(score.false_alerts_per_wearer_day, 4),
        latency_p50_s=_rounded(figures.latency(0.5)),
        latency_p99_s=_rounded(figures.latency(0.99)),
        event_hours=hours,
        packets_per_s=round(produced / seconds, 1),
        dead_letters=figures.dead_letters,
        planted=dict(score.planted_by_condition),
        found=dict(score.found_by_condition),
        false=dict(score.false_by_condition),
    )


def write_summary(summary: Summary, path: Path) -> None:
    """Write the summary as JSON."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(summary), indent=2) + b"\n")


def lines(summary: Summary) -> list[str]:
    """The summary for a person."""
    s = summary
    whole = "every packet accounted for" if s.whole else "NOT every packet is accounted for"
    found = f"{s.episodes_found} of {s.episodes_planted}"
    latency = "no alert yet"
    if s.latency_p50_s is not None and s.latency_p99_s is not None:
        latency = f"{s.latency_p50_s * 1000:.0f} ms half of them, {s.latency_p99_s * 1000:.0f} ms 99 %"
    return [
        f"packets    {s.produced:,} sent in {s.event_hours:.1f} h of event time ({s.packets_per_s:,.0f}/s)",
        f"           {s.scored:,} scored, {s.rejected:,} rejected, {s.late:,} late,"
        f" {s.duplicate:,} duplicate: {whole}",
        f"episodes   {found} planted episodes found",
        f"alerts     {s.alerts:,}; false: {s.false_alerts_per_wearer_day:.2f} per wearer and day",
        f"latency    from the log to Valkey: {latency}",
    ]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)

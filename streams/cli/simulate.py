"""`vitalstream simulate`: made-up wearers with known episodes, the same for the same seed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add `simulate` to the command line."""
    app.command()(simulate)


def simulate(
    seed: Annotated[int, typer.Option(min=0, help="the same seed gives the same packets")] = 1,
    wearers: Annotated[int, typer.Option(min=1, max=99_999, help="how many people")] = 10,
    hours: Annotated[float, typer.Option(min=0.01, help="event time to simulate")] = 24.0,
    speed: Annotated[str, typer.Option(help="seconds of event time per second, or max")] = "max",
    start: Annotated[str | None, typer.Option(help="begin of event time (ISO 8601)")] = None,
    step: Annotated[int, typer.Option(help="seconds of data in a packet; a divisor of 600")] = 60,
    samples: Annotated[
        int | None, typer.Option(min=1, help="exactly so many samples of a signal in a packet (benchmarks)")
    ] = None,
    episode_hours: Annotated[
        float, typer.Option(min=0, help="mean hours between a wearer's episodes; 0 plants none")
    ] = 12.0,
    truth: Annotated[Path | None, typer.Option(help="write the planted episodes here, as JSON lines")] = None,
    out: Annotated[
        Path | None, typer.Option(help="write packets here, as JSON lines, instead of Kafka")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="print the summary as one JSON object")] = False,
) -> None:
    """Send simulated wearers' packets to Kafka: their days and nights, and episodes planted among them."""
    from streams.gateways.pump import parse_speed, parse_start
    from streams.gateways.running import send_all
    from streams.gateways.simulator import DEFAULT_START, Rates, Simulation, write_truth

    pace = parse_speed(speed)
    begin = parse_start(start, DEFAULT_START)
    rates = Rates(episode_hours=episode_hours)
    simulation = Simulation(seed, wearers, hours, begin, step_s=step, samples_per_signal=samples, rates=rates)
    if truth is not None:
        write_truth(truth, simulation.truth)
    span = (simulation.start, simulation.end)
    sent = send_all(simulation.packets(), out, pace, f"{wearers} wearers", span)
    typer.echo(sent.json() if json_ else str(sent))

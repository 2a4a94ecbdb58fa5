"""`vitalstream replay`: published recordings of real people as packets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add `replay` to the command line."""
    app.command()(replay)


def replay(
    dataset: Annotated[str, typer.Argument(help="ltafdb_rr or any *_rr, physionet2012_icu_vitals, …")],
    data: Annotated[Path, typer.Option(help="the data set's own folder")],
    speed: Annotated[str, typer.Option(help="seconds of event time per second, or max")] = "max",
    records: Annotated[str | None, typer.Option(help="only these records: a,b,c")] = None,
    start: Annotated[
        str | None, typer.Option(help="begin of recordings that have no dates (ISO 8601)")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="write packets here, as JSON lines, not to Kafka")] = None,
    json_: Annotated[bool, typer.Option("--json", help="print the summary as one JSON object")] = False,
) -> None:
    """Send a data set's recordings to Kafka, all records side by side in the order of event time."""
    from streams.gateways.pump import parse_speed, parse_start
    from streams.gateways.replay import replay as packets
    from streams.gateways.running import send_all
    from streams.gateways.simulator import DEFAULT_START

    chosen = None if records is None else [name.strip() for name in records.split(",") if name.strip()]
    pace = parse_speed(speed)
    timed = packets(dataset, data, chosen, parse_start(start, DEFAULT_START))
    sent = send_all(timed, out, pace, dataset)
    typer.echo(sent.json() if json_ else str(sent))

"""`vitalstream bench soak`, `growth` and `faults`: what comes of many hours, many wearers and many kills."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from streams.cli.bench import bench, checkout, telling


def register(app: typer.Typer) -> None:
    """The commands are those of `bench`, which is on the command line already."""


@bench.command()
def soak(
    event_hours: Annotated[float, typer.Option(min=0.5, help="event time to go through")] = 24.0,
    minutes: Annotated[float, typer.Option(min=1, help="in which it does so")] = 40.0,
    wearers: Annotated[
        int | None,
        typer.Option(min=1, max=99_999, help="how many people; half of the worker's load if left out"),
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="print one JSON object instead of lines")] = False,
    out: Annotated[Path | None, typer.Option(help="write the JSON object here too")] = None,
) -> None:
    """Let a worker live through a day of event time, and see whether it holds on to anything."""
    import tempfile

    import msgspec

    from streams.cli.stack import download_bar

    with checkout():
        from bench.endurance.soak import measure
    with telling() as tell, tempfile.TemporaryDirectory(prefix="vitalstream-bench-") as folder:
        found = measure(Path(folder), event_hours, minutes, wearers, tell, download_bar)
    told = msgspec.json.format(msgspec.json.encode(found), indent=2)
    if out is not None:
        out.write_bytes(told + b"\n")
    if json_:
        typer.echo(told.decode())
        return
    second, last = found.second_quarter, found.last_quarter
    typer.echo(
        f"{found.packets:,} packets of {found.wearers:,} wearers over {found.event_hours:g} h of event time"
        f" in {found.minutes:.0f} min, at {found.processor_share:.0%} of a core; {found.lost} lost"
    )
    rows = {"memory, MB": "memory_bytes", "Redis, MB": "redis_bytes", "changelog, MB": "changelog_bytes"}
    for title, name in rows.items():
        typer.echo(f"{title:15} {getattr(second, name) / 1e6:10.1f} {getattr(last, name) / 1e6:10.1f}")
    for name in ("files", "threads", "objects"):
        typer.echo(f"{name:15} {getattr(second, name):10,} {getattr(last, name):10,}")
    flat = "flat" if found.flat else "NOT flat"
    typer.echo(f"memory {found.memory_change:+.1%} from the second quarter to the last: {flat}")


@bench.command()
def faults(
    rounds: Annotated[int, typer.Option(min=1, help="how often each fault strikes")] = 5,
    ways: Annotated[
        str, typer.Option(help="of vitalstream, faust, faust_eo, quix, quix_eo; all if left out")
    ] = "",
    kinds: Annotated[str, typer.Option("--faults", help="of kill -9, rebalance, backlog")] = "",
    records: Annotated[int, typer.Option(min=1000, help="that wait in the backlog")] = 100_000,
    seed: Annotated[int, typer.Option(min=0, help="of the moments at which faults strike")] = 1,
    json_: Annotated[bool, typer.Option("--json", help="print one JSON object instead of a table")] = False,
    out: Annotated[Path | None, typer.Option(help="write the JSON object here too")] = None,
    docs: Annotated[
        Path | None, typer.Option(help="replace the table of this page (docs/reference/faults-of-others.md)")
    ] = None,
    read: Annotated[
        list[Path] | None, typer.Option(help="tell what --out wrote, without a run; may be given again")
    ] = None,
) -> None:
    """The same faults for vitalstream, plain Faust and Quix Streams: records lost and repeated."""
    import tempfile

    import msgspec

    from streams.cli.bench import decoded
    from streams.cli.stack import download_bar

    with checkout():
        from bench.faults.run import FaultReport, chosen, markdown, measure, merged, write_docs
        from bench.faults.trial import FAULTS
        from bench.faults.ways import WAYS
    if read:
        report = merged([decoded(path, FaultReport) for path in read])
    else:
        of, by = chosen(ways, WAYS, "way"), chosen(kinds, FAULTS, "fault")
        with telling() as tell, tempfile.TemporaryDirectory(prefix="vitalstream-bench-") as folder:
            report = measure(Path(folder), of, by, rounds, records, seed, tell, download_bar)
    told = msgspec.json.format(msgspec.json.encode(report), indent=2)
    if out is not None:
        out.write_bytes(told + b"\n")
    if docs is not None:
        write_docs(report, docs)
    typer.echo(told.decode() if json_ else markdown(report))


@bench.command()
def growth(
    quick: Annotated[bool, typer.Option("--quick", help="1,000 and 10,000 wearers alone")] = False,
    json_: Annotated[bool, typer.Option("--json", help="print one JSON object instead of lines")] = False,
    out: Annotated[Path | None, typer.Option(help="write the JSON object here too")] = None,
) -> None:
    """Time a packet with 1,000, 10,000 and 100,000 wearers in one worker; two workers beside one."""
    import tempfile

    import msgspec

    from streams.cli.stack import download_bar

    with checkout():
        from bench.endurance.growth import measure
    with telling() as tell, tempfile.TemporaryDirectory(prefix="vitalstream-bench-") as folder:
        found = measure(Path(folder), quick, tell, download_bar)
    told = msgspec.json.format(msgspec.json.encode(found), indent=2)
    if out is not None:
        out.write_bytes(told + b"\n")
    if json_:
        typer.echo(told.decode())
        return
    for point in found.points:
        typer.echo(
            f"{point.wearers:8,} wearers: recovered in {point.ready_s:5.1f} s, {point.cpu_us:6.0f} µs CPU a"
            f" packet, {point.packets_per_s:6,.0f} packets/s, {point.memory_bytes / 2**30:.2f} GiB"
        )
    typer.echo(f"a packet of the largest crowd costs {found.cost_ratio:.2f} times the cheapest")
    typer.echo(f"a wearer takes {found.bytes_per_wearer:,} bytes, and {found.recovery_us} µs of recovery")
    typer.echo(
        f"2 workers do {found.two_by_wall:.2f} times what 1 does, {found.two_by_cpu:.2f} by CPU seconds"
    )

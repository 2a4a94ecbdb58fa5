"""The report: medians and ratios round by round, as tables, JSON and the page in docs."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from bench.cores import Cores
from bench.machine import machine
from bench.packets import Packet, Size
from bench.process import Cost, Look, busy
from bench.race.figures import (
    Headline,
    MemoryFigures,
    Report,
    Spread,
    headline,
    many_figures,
    noise,
    size_figures,
)
from bench.race.latency import Latencies
from bench.race.race import Race
from bench.race.tables import BEGIN, END, markdown, terminal, write_docs
from bench.race.ways import Outcome
from streams.errors import UserError

PACKETS = [Packet(0, 0, b"a", b"x" * 900, 60), Packet(1000, 1, b"b", b"x" * 1100, 80)]


def report(*warnings: str) -> Report:
    race = Race()
    for seconds in (1.0, 2.0, 4.0):
        for way, factor in (
            ("floor", 0.8),
            ("vitalstream", 1.0),
            ("faust", 3.0),
            ("faust_table", 5.0),
        ):
            cost = Cost(1000, seconds * factor, seconds * factor / 2)
            race.take(way, Outcome(cost, frozenset({("a", 1)}), 1 << 30))
    race.warnings += warnings
    size = size_figures(Size(10, 10), PACKETS, race, [(0.5, Latencies(250.0, [10, 20, 30, 90]))])
    nothing = frozenset[int]()
    about = machine(Cores(nothing, nothing))
    memory = MemoryFigures(10, 2.0, 20_000, 15_000, 7_000)
    return Report(
        **msgspec.structs.asdict(headline([size])),
        date="2026-01-05",
        quick=True,
        rounds=3,
        seconds=90.0,
        machine=about,
        sizes=[size],
        many=[many_figures(1_000, PACKETS, race)],
        memory=memory,
    )


def test_figures_are_medians_with_their_spread() -> None:
    found = report().sizes[0].ways["vitalstream"]

    assert found.packets_per_s == Spread(500.0, 250.0, 1000.0)
    assert found.samples_per_s == Spread(35_000.0, 17_500.0, 70_000.0)
    assert found.cpu_s_per_100k == Spread(100.0, 50.0, 200.0)


def test_ratios_are_taken_round_by_round() -> None:
    ratios = report().sizes[0].ratios

    assert ratios["vs_floor"].throughput == Spread(0.8, 0.8, 0.8)
    assert ratios["vs_faust"].throughput == Spread(3.0, 3.0, 3.0)
    assert ratios["vs_faust_table"].cpu == Spread(5.0, 5.0, 5.0)


def test_the_headline_is_of_the_ordinary_packet_and_tells_what_did_not_run() -> None:
    assert headline(report().sizes) == Headline(3.0, None, None, 0.8, latency_p99_ms=90.0)


def test_latency_tells_quantiles_and_the_worst() -> None:
    found = report().sizes[0].latency[0]

    assert (found.p50_ms, found.p99_ms, found.max_ms) == (30.0, 90.0, 90.0)


def test_other_alerts_than_the_floors_are_a_warning() -> None:
    race, cost = Race(), Cost(10, 1.0, 1.0)

    race.take("floor", Outcome(cost, frozenset({("a", 1), ("b", 1)}), 0))
    race.take("vitalstream", Outcome(cost, frozenset({("a", 1), ("b", 1)}), 0))
    race.take("faust", Outcome(cost, frozenset({("a", 1)}), 0, missed=2))

    assert race.warnings == [
        "faust: 1 of 2 alerts differ from the floor's",
        "faust: 2 records were never scored",
    ]


def test_cost_leaves_out_the_start_and_the_last_look() -> None:
    looks = [Look(0, 0, 0), Look(1, 5, 10), Look(2, 6, 110), Look(3, 7, 210), Look(4, 7.1, 220)]

    assert busy(looks) == Cost(200, 2, 2)


def test_a_run_of_one_look_counts_whole() -> None:
    assert busy([Look(0, 0, 0), Look(1, 0.5, 10)]) == Cost(10, 1, 0.5)


def test_a_busy_processor_is_a_warning() -> None:
    race = Race()
    race.take("floor", Outcome(Cost(10, 2.0, 1.0, others=0.5), frozenset(), 0))

    assert noise(race) == [
        "other processes took up to 25% of the measured processor (floor): wall times are too long"
    ]


def test_the_page_gets_the_tables_between_its_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")

    write_docs(report(), page)
    write_docs(report(), page)

    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "old" not in text
    assert text.count("| 10 | plain Faust, table |") == 1


def test_a_page_without_marks_is_an_error(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("nothing\n")

    with pytest.raises(UserError, match="no place for the figures"):
        write_docs(report(), page)


def test_warnings_stand_with_the_tables() -> None:
    assert "Warning: 10 samples a signal: faust differs." in markdown(report("faust differs"))
    assert "Every way gave the same alerts" in markdown(report())


def test_a_terminal_shows_every_way() -> None:
    screen = StringIO()

    Console(width=200, file=screen).print(terminal(report()))

    text = screen.getvalue()
    assert "floor, in memory" in text
    assert "plain Faust, table" in text


def test_a_crowd_tells_who_sent_and_what_memory_each_way_has() -> None:
    (crowd,) = report().many

    assert (crowd.wearers, crowd.senders, crowd.packets) == (1_000, 2, 2)
    assert crowd.ratios["vs_faust"].throughput.median == 3.0
    assert "| 1,000 | plain Faust, memory | 167 " in markdown(report())
    assert "| 3.00 | 3.00 | 1.00 |" in markdown(report())


def test_the_report_is_json_and_back() -> None:
    assert msgspec.json.decode(msgspec.json.encode(report()), type=Report) == report()

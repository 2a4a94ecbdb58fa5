"""The table that grows while rounds run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from streams.chaos.plan import Fault
from streams.chaos.report import RoundReport, rows, spread

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

COLUMNS = ("fault", "rounds", "lost", "repeated", "state equal", "scoring again", "caught up")


class Screen:
    """What has come out, and what is being done now."""

    def __init__(self, console: Console, count: int) -> None:
        self._console, self._count = console, count
        self._began = time.monotonic()
        self.rounds: list[RoundReport] = []
        self._now = ""
        self.refresh: Callable[[], None] = lambda: None

    def say(self, fault: Fault) -> Callable[[str], None]:
        """Gives what tells the present step of this fault's rounds."""

        def tell(step: str) -> None:
            number = 1 + sum(one.fault == fault.name for one in self.rounds)
            self._now = f"{fault.name}, round {min(number, self._count)} of {self._count}: {step}"
            self.refresh()

        return tell

    def take(self, report: RoundReport) -> None:
        """A round is over."""
        self.rounds.append(report)
        self.refresh()
        if not self._console.is_terminal or not report.clean:
            self._console.print(line(report), highlight=False, soft_wrap=True)

    def render(self) -> RenderableType:
        """The table and the present step."""
        from rich.console import Group
        from rich.text import Text

        seconds = time.monotonic() - self._began
        return Group(table(self.rounds), Text(f"{seconds:4.0f} s  {self._now}", style="dim"))


def table(rounds: list[RoundReport]) -> RenderableType:
    """A row for each fault."""
    from rich.table import Table

    made = Table(*COLUMNS, caption="seconds: median / longest")
    for row in rows(rounds):
        cells = [row.fault, row.rounds, row.lost, row.repeated, f"{row.state_equal} of {row.rounds}"]
        made.add_row(
            *map(str, cells),
            spread(row.scoring),
            spread(row.caught_up),
            style="bold red" if row.failed else "",
        )
    return made


def line(report: RoundReport) -> str:
    """A round in one line."""
    found = (
        "; ".join(filter(None, [report.trouble, ", ".join(report.verdict.violations)])) or "nothing differs"
    )
    times = [report.scoring_s, report.caught_up_s]
    scoring, caught_up = ("–" if one is None else f"{one:.1f} s" for one in times)
    ends = f" ({'; '.join(report.ends)})" if report.ends else ""
    return (
        f"{report.fault} {report.round}: scoring again {scoring}, caught up {caught_up},"
        f" {report.packets:,} packets, {report.alerts} alerts: {found}{ends}"
    )


@contextmanager
def screen(console: Console, count: int) -> Iterator[Screen]:
    """A live table on a terminal, a line for each round elsewhere."""
    from rich.live import Live

    made = Screen(console, count)
    if not console.is_terminal:
        yield made
        return
    with Live(made.render(), console=console, transient=True, get_renderable=made.render):
        yield made

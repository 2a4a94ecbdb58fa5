"""Every way under every fault, and what came of it as tables."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

import msgspec

from bench.cores import share_out
from bench.faults.judge import Outputs
from bench.faults.trial import FAULTS, KEYS, RATE, SESSION_S, TrialFigures, run
from bench.faults.ways import WAYS
from bench.machine import Machine, machine, today
from bench.pipes import pipes, replace_between
from bench.process import Tell
from streams.errors import UserError
from streams.stack.jars import Progress

BEGIN = "<!-- faults: begin, written by `vitalstream bench faults --docs` -->"
END = "<!-- faults: end -->"
HEAD = [
    "fault", "way", "setting", "rounds", "records", "state lost", "state repeated",
    "Valkey lost / repeated / wrong", "Kafka lost / repeated / wrong", "back after s", "unread", "helped",
]  # fmt: skip
LEFT = ("fault", "way", "setting")


class FaultReport(msgspec.Struct, frozen=True):
    """A whole run."""

    date: str
    machine: Machine
    versions: dict[str, str]
    seed: int
    backlog_records: int
    trials: list[TrialFigures]


def chosen(text: str, known: Iterable[str], what: str) -> list[str]:
    """The names in a list with commas. Raises UserError for one that is not known."""
    names, known = [name.strip() for name in text.split(",") if name.strip()], list(known)
    for name in names:
        if name not in known:
            raise UserError(f"{name} is no {what}: choose of {', '.join(known)}")
    return names or known


def measure(
    folder: Path, ways: Sequence[str], faults: Sequence[str], rounds: int, records: int, seed: int,
    tell: Tell, progress: Progress,
) -> FaultReport:  # fmt: skip
    """Run one trial of each way under each fault, one after the other."""
    about, trials = machine(share_out()), list[TrialFigures]()
    for fault in faults:
        for way in ways:
            tell(f"{fault}: {WAYS[way].title}, {WAYS[way].setting}")
            place = folder / f"{way}-{fault.replace(' ', '')}"
            trials.append(run(place, way, fault, rounds, records, seed, progress))
    libraries = {way.library for way in WAYS.values() if way.library}
    versions = {name: version(name) for name in sorted(libraries)}
    return FaultReport(today(), about, versions, seed, records, trials)


def merged(reports: Sequence[FaultReport]) -> FaultReport:
    """Several runs as one, by faults and ways; a trial that was made again replaces the older."""
    trials = {(trial.fault, trial.way): trial for report in reports for trial in report.trials}
    order = [(fault, way) for fault in FAULTS for way in WAYS]
    return msgspec.structs.replace(reports[-1], trials=[trials[key] for key in order if key in trials])


def rows(report: FaultReport) -> list[list[str]]:
    """A line for each trial."""
    return [_row(trial) for trial in report.trials]


def _row(trial: TrialFigures) -> list[str]:
    way, verdict = WAYS[trial.way], trial.verdict
    return [
        trial.fault,
        way.title,
        way.setting,
        str(trial.rounds),
        f"{verdict.records:,}",
        f"{verdict.lost:,}",
        f"{verdict.repeated:,}",
        _outputs(verdict.valkey),
        _outputs(verdict.kafka),
        _seconds(trial.recovery_s),
        f"{trial.unread:,}",
        str(trial.helped),
    ]


def _outputs(found: Outputs) -> str:
    return f"{found.lost:,} / {found.repeated:,} / {found.wrong:,}"


def _seconds(found: list[float]) -> str:
    return f"{statistics.median(found):.0f} ({max(found):.0f})" if found else ""


def markdown(report: FaultReport) -> str:
    """The table for the page in docs."""
    on = report.machine
    libraries = {**report.versions, "aiokafka": on.libraries["aiokafka"]}
    about = (
        f"Measured {report.date}: {on.processor}, {on.cores} cores (load before: {on.load_before:g}),"
        f" Python {on.python}, {', '.join(f'{name} {number}' for name, number in libraries.items())};"
        f" {KEYS} keys, {RATE:g} records a second, a backlog of {report.backlog_records:,},"
        f" session timeout {SESSION_S:g} s for all, seed {report.seed}."
    )
    promises = [[way.title, way.setting, way.promise] for way in WAYS.values()]
    return "\n\n".join(
        [
            about,
            pipes(HEAD, rows(report), LEFT),
            "What is promised:",
            pipes(["way", "setting", "promise"], promises, ("way", "setting", "promise")),
        ]
    )


def write_docs(report: FaultReport, path: Path) -> None:
    """Replace the table of a page. Raises UserError when it has no place for it."""
    replace_between(path, BEGIN, END, markdown(report))

"""How early and how rarely: alert days of watches beside the days on which symptoms began."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from multiprocessing import get_context
from os import cpu_count
from pathlib import Path
from typing import Any

from models.datasets.fitbit import load_labels, load_minutes, wearer_ids
from models.datasets.tables import DatasetError
from models.personal import load_setting
from models.training.onset.follow import Followed, follow

BEFORE, AFTER = 7, 21
"""Days before and after the symptoms began that make the window in which an alert finds the illness."""
LARGE = 1_000_000
"""Bytes of a folder from which on it is worth starting processes."""
EPOCH = date(1970, 1, 1)
FORMATS = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%d.%m.%Y", "%Y/%m/%d")

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Person:
    """One watch beside what is known of its wearer. Days are local and counted since 1970."""

    name: str
    symptoms: int | None
    """The day on which symptoms began; None where nobody says."""
    worn: frozenset[int]
    judged: frozenset[int]
    alerts: frozenset[int]

    @property
    def window(self) -> range:
        """Days in which an alert finds the illness."""
        return range(0) if self.symptoms is None else range(self.symptoms - BEFORE, self.symptoms + AFTER + 1)

    @property
    def inside(self) -> list[int]:
        """Alert days within the window."""
        return sorted(day for day in self.alerts if day in self.window)

    @property
    def outside(self) -> list[int]:
        """Alert days outside of it."""
        return sorted(day for day in self.alerts if day not in self.window)

    @property
    def lead(self) -> int | None:
        """Days from the first alert of the window to the symptoms: positive = before them."""
        return None if self.symptoms is None or not self.inside else self.symptoms - self.inside[0]

    def row(self) -> dict[str, Any]:
        """Give this person's part of the report."""
        return {
            "person": self.name,
            "symptoms": None if self.symptoms is None else _written(self.symptoms),
            "days_worn": len(self.worn),
            "nights_judged": len(self.judged),
            "lead_days": self.lead,
            "alert_days_inside": [_written(day) for day in self.inside],
            "alert_days_outside": [_written(day) for day in self.outside],
        }


def evaluate_onset(data: Path, progress: Progress) -> dict[str, Any]:
    """Run the product's own step over the watches of a folder (layout `fitbit_minutes`) and judge its alerts.

    Gives `people` (watches), `labelled` (those with a known day on which symptoms began, worn in its window),
    `found` (labelled people with an alert day within -7 to +21 days of that day), `before` (found on an
    earlier day than that), `lead_days` (for each found person, days from the first alert day of the window to
    the symptoms; positive = before), `alert_days_inside` and `alert_days_outside` (local days on which an
    illness alert was told or its evidence stood, within and outside of that window; for people without a
    label all are outside), `days_outside` (local days with a pulse outside of it), `nights_outside` (those of
    them whose night could be judged: after the first own nights), `per_140_days` (alert days in 140 days
    outside) and `rows` (the same for each person). Raises DatasetError when there is no watch to read.
    """
    names, labels = wearer_ids(data), _labels(data)
    found: list[Person] = []
    progress("watches", 0, len(names))
    for one in _followed(data, names):
        found.append(_beside(one, labels))
        progress("watches", len(found), len(names))
    return _report(sorted(found, key=lambda person: person.name))


def follow_named(data: Path, name: str) -> Followed:
    """What the stream says of one watch of a folder."""
    [watch] = load_minutes(data, {name})
    return follow(watch, load_setting(), lambda _: None)


def _followed(data: Path, names: list[str]) -> Iterator[Followed]:
    """Follow each watch; a large folder on several processors at once where there are some."""
    workers = min(cpu_count() or 1, len(names))
    size = sum(path.stat().st_size for path in data.glob("*.csv*"))
    if workers < 2 or size < LARGE:
        yield from (follow_named(data, name) for name in names)
        return
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        yield from pool.map(follow_named, [data] * len(names), names)


def _labels(data: Path) -> Mapping[str, int | None]:
    """The day on which each person's symptoms began; nobody's where there is no table of labels."""
    try:
        table = load_labels(data)
    except DatasetError:
        return {}
    return {name.strip(): _day(row.get("symptom_date") or "") for name, row in table.items()}


def _day(text: str) -> int | None:
    text = text.strip().partition(" ")[0].partition("T")[0]
    for form in FORMATS:
        try:
            at = datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
        return round(at.timestamp()) // 86_400
    return None


def _beside(one: Followed, labels: Mapping[str, int | None]) -> Person:
    return Person(
        one.name, labels.get(one.name), frozenset(one.worn), frozenset(one.judged), frozenset(one.alerts)
    )


def _report(people: list[Person]) -> dict[str, Any]:
    labelled = [person for person in people if not person.worn.isdisjoint(person.window)]
    leads = [person.lead for person in labelled if person.lead is not None]
    outside = sum(len(person.outside) for person in people)
    days = sum(_apart(person.worn, person) for person in people)
    return {
        "people": len(people),
        "labelled": len(labelled),
        "found": len(leads),
        "before": sum(lead > 0 for lead in leads),
        "lead_days": leads,
        "alert_days_inside": sum(len(person.inside) for person in people),
        "alert_days_outside": outside,
        "days_outside": days,
        "nights_outside": sum(_apart(person.judged, person) for person in people),
        "per_140_days": round(140 * outside / days, 2) if days else None,
        "rows": [person.row() for person in people],
    }


def _apart(days: Iterable[int], person: Person) -> int:
    return sum(day not in person.window for day in days)


def _written(day: int) -> str:
    return date.fromordinal(EPOCH.toordinal() + day).isoformat()


def lines(report: Mapping[str, Any]) -> str:
    """The report for a person at a terminal: figures, then a line for each watch."""
    head = (
        f"onset of illness: {report['people']} people, {report['labelled']} with a known day of symptoms\n"
        f"  found in days -{BEFORE} to +{AFTER}: {report['found']}, before the symptoms {report['before']}"
        f" (lead in days: {', '.join(map(str, report['lead_days'])) or 'none'})\n"
        f"  alert days inside {report['alert_days_inside']}, outside {report['alert_days_outside']}"
        f" of {report['days_outside']} days ({report['per_140_days']} in 140)"
    )
    return "\n".join([head, *(_line(row) for row in report["rows"])])


def _line(row: Mapping[str, Any]) -> str:
    inside, outside = len(row["alert_days_inside"]), len(row["alert_days_outside"])
    lead = "" if row["lead_days"] is None else f", lead {row['lead_days']} d"
    return (
        f"  {row['person']:<12} {row['days_worn']:>4} days worn, symptoms {row['symptoms'] or 'unknown':<10}"
        f"  alert days inside {inside}, outside {outside}{lead}"
    )

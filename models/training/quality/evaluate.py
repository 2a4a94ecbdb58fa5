"""Judges the quality network: real recordings, as they are and with planted artefacts, through the stream."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.datasets.rr import RecordError, RRRecord
from models.deep.networks import Networks
from models.policy.rules import Rule, load_policy
from models.signals.beats import BEATS, BeatWindow
from models.signals.quality import LONG_BEAT, SHORT_BEAT
from models.training.metrics import Columns, Figures, Labels, Scores, figures
from models.training.quality.artefacts import UNSEEN
from models.training.quality.bursts import Spoilt, spoil
from models.training.quality.data import WRONG
from models.training.report import Report, known
from models.training.rhythm.episodes import Tally, tally
from models.training.rhythm.evaluate import stream_windows

HOURS = 3
"""Place of the hours without AF in `_alerts`; 0 where no rhythm is known, so that no alert can be false."""
_WRONG_FROM = (0, 1, 6, 12, 18, 36)
"""Windows are counted by how many intervals are wrong: from each of these on."""
Answer = Callable[[NDArray[np.float32]], Scores]
"""A network's answers [n] to rows [n, 60]."""
ODD_SHARE = 0.1
"""Share of odd intervals from which the gate's rule says "beats" (`models/signals/quality.py`)."""


@dataclass(frozen=True, slots=True)
class Formed:
    """Windows of one recording as the stream forms them, one row a window."""

    windows: list[BeatWindow]
    rows: NDArray[np.float32]
    af: Labels
    wrong: NDArray[np.int64]
    """How many of the 60 intervals are wrong."""
    kind: NDArray[np.str_]
    """Commonest artefact among the wrong intervals; empty where none is wrong."""

    @property
    def usable(self) -> Labels:
        """True where fewer than `WRONG` intervals are wrong."""
        return self.wrong < WRONG


def form(spoilt: Spoilt) -> Formed:
    """The stream's windows of a spoilt recording, with the truth about each."""
    windows, af = stream_windows(spoilt.record)
    labelled = spoilt.record.labelled
    times = np.round(spoilt.record.times_ms[labelled]).astype(np.int64)
    # What lies outside of the gate's range never gets into a window.
    inside = (spoilt.record.intervals[labelled] >= 200) & (spoilt.record.intervals[labelled] <= 4000)
    wrong, kind = spoilt.wrong[labelled] & inside, spoilt.kind[labelled]
    starts = np.searchsorted(times, [window.start + 50 for window in windows])
    stops = np.searchsorted(times, [window.end for window in windows], side="right")
    total = np.concatenate([[0], np.cumsum(wrong)])
    kinds = [_commonest(kind[a:b][wrong[a:b]]) for a, b in zip(starts, stops, strict=True)]
    rows = np.stack([w.intervals for w in windows]) if windows else np.empty((0, BEATS), np.float32)
    return Formed(windows, rows, af, total[stops] - total[starts], np.array(kinds, kind.dtype))


def _commonest(kinds: NDArray[np.str_]) -> str:
    if not kinds.size:
        return ""
    names, counts = np.unique(kinds, return_counts=True)
    return str(names[counts.argmax()])


def labelled(record: RRRecord) -> RRRecord:
    """The record itself; one without any rhythm label with `?` for every beat, so that it is judged whole."""
    return record if record.labelled.any() else replace(record, rhythm=np.full(record.rhythm.shape, "?"))


def as_it_is(record: RRRecord) -> Spoilt:
    """A recording without planted artefacts."""
    size = record.intervals.size
    return Spoilt(record, np.zeros(size, np.bool_), np.full(size, "", "<U1"))


def odd_share(rows: NDArray[np.float32]) -> Scores:
    """[n] share of intervals that the gate's rule takes for missed or extra beats."""
    typical = np.median(rows, axis=1, keepdims=True)
    odd = (rows > LONG_BEAT * typical) | (rows < SHORT_BEAT * typical)
    return np.asarray(odd.mean(axis=1), dtype=np.float64)


def judge(
    p: Scores, usable: Labels, af: Labels, kind: NDArray[np.str_], odd: Scores,
    clean: Scores, alerts: NDArray[np.float64], *, threshold: float,
) -> Figures:  # fmt: skip
    """Figures with *not usable* as the class to be found; `alerts` [people, 6] as `_alerts` gives them."""
    spoilt = ~usable
    limit = float(np.nextafter(1.0 - threshold, 2.0))  # p < threshold is dropped, p = threshold is not
    found = figures(1.0 - p, spoilt, limit)
    rule = figures(odd, spoilt, float(np.nextafter(ODD_SHARE, 1.0)))
    said, unseen = p < threshold, np.isin(kind, list(UNSEEN))
    before, ruled, after, hours, episodes, lost = alerts.reshape(-1, 6).sum(axis=0)
    return {
        **{name: found[name] for name in ("f1", "se", "sp", "ppv", "auroc", "ece")},
        "se_without_af": _mean(said[spoilt & ~af]),
        "se_foreseen": _mean(said[spoilt & ~unseen]),
        "se_unseen": _mean(said[spoilt & unseen]),
        **{f"{name}_rule": rule[name] for name in ("f1", "se", "sp")},
        "clean_called_unusable": _mean(clean < threshold),
        "false_alerts_per_24h_before": 24 * before / hours if hours else float("nan"),
        "false_alerts_per_24h_rule": 24 * ruled / hours if hours else float("nan"),
        "false_alerts_per_24h_after": 24 * after / hours if hours else float("nan"),
        "af_episodes_lost": lost / episodes if episodes else float("nan"),
    }


def _mean(flags: NDArray[np.bool_]) -> float:
    return float(flags.mean()) if flags.size else float("nan")


@dataclass(frozen=True, slots=True)
class Person:
    """One recording's answers."""

    name: str
    columns: Columns
    """What `judge` takes."""
    clean: float
    """Share of windows of the recording as it is that are called unusable."""
    tallies: dict[str, Tally]
    flips: NDArray[np.int64]
    """[2, 6] windows without AF, and those of them called AF, by how many intervals are wrong."""


def judge_person(
    quality: Answer, rhythm: Answer, record: RRRecord, rule: Rule, threshold: float, edge: float
) -> Person:
    """Score a recording as it is and spoilt; follow the alerts with and without what is dropped.

    Below `threshold` a window is dropped, from `edge` on the rhythm network calls it AF.
    """
    record = labelled(record)
    clean, spoilt = form(as_it_is(record)), form(heard := spoil(record))
    p_clean, p = (quality(rows) for rows in (clean.rows, spoilt.rows))
    odd = odd_share(spoilt.rows)
    undisturbed = partial(_tally, record, clean, rhythm(clean.rows), rule)
    p_af = rhythm(spoilt.rows)
    disturbed = partial(_tally, heard.record, spoilt, p_af, rule)
    tallies = {
        "clean_before": undisturbed(p_clean >= 0),
        "clean_after": undisturbed(p_clean >= threshold),
        "before": disturbed(p >= 0),
        "rule": disturbed(odd <= ODD_SHARE),
        "after": disturbed(p >= threshold),
    }
    columns = (p, spoilt.usable, spoilt.af, spoilt.kind, odd, p_clean, _alerts(record, tallies))
    counted = flips(spoilt, p_af >= edge) * bool(columns[-1][HOURS])
    return Person(record.name, columns, _mean(p_clean < threshold), tallies, counted)


def flips(formed: Formed, said: Labels) -> NDArray[np.int64]:
    """[2, 6] windows without AF, and those of them said to be AF, by how many intervals are wrong."""
    place = np.searchsorted(_WRONG_FROM, formed.wrong, side="right") - 1
    size = len(_WRONG_FROM)
    return np.stack([np.bincount(place[there], minlength=size) for there in (~formed.af, ~formed.af & said)])


def _tally(record: RRRecord, formed: Formed, rhythm: Scores, rule: Rule, kept: Labels) -> Tally:
    left = [window for window, keep in zip(formed.windows, kept, strict=True) if keep]
    return tally(record, left, rhythm[kept], rule)


def _alerts(record: RRRecord, tallies: dict[str, Tally]) -> NDArray[np.float64]:
    """[6] false alerts (before, by the rule, after), hours without AF, clean episodes: found, then lost."""
    none = record.labelled & ~record.af & (record.rhythm != "?")
    hours = float(record.intervals[none].sum(dtype=np.float64)) / 3.6e6
    found, left = (len(tallies[name].delays_s) for name in ("clean_before", "clean_after"))
    false = [tallies[name].false if hours else 0 for name in ("before", "rule", "after")]
    return np.array([*false, hours, found, max(0, found - left)], np.float64)


def evaluate_quality(
    quality: Networks,
    rhythm: Networks,
    records: Iterable[RRRecord],
    tick: Callable[[str], None] = lambda _: None,
) -> Report:
    """Judge everyone at the manifest's threshold; `tick` hears each name when it is done.

    What dropped windows save is told by the alerts of the network `rhythm`. Raises RecordError when no
    recording has a window.
    """
    entry, rule = quality.entry("quality"), load_policy().rules["rhythm"]
    threshold, people = entry.thresholds["usable"], list[Person]()
    edge = rhythm.entry("rhythm").thresholds["alert"]
    answers = partial(_answer, quality, "quality"), partial(_answer, rhythm, "rhythm")
    for record in records:
        person = judge_person(*answers, record, rule, threshold, edge)
        tick(record.name)
        if person.columns[0].size:
            people.append(person)
    if not people:
        raise RecordError("no recording has 60 beats in a row to judge by")
    columns = [person.columns for person in people]
    return Report(
        "quality", entry.version, columns, partial(judge, threshold=threshold), _extra(people, threshold)
    )


def _answer(networks: Networks, name: str, rows: NDArray[np.float32]) -> Scores:
    return networks.run(name, rows).astype(np.float64)


def _extra(people: list[Person], threshold: float) -> dict[str, Any]:
    p, usable, kind = (np.concatenate([person.columns[i] for person in people]) for i in (0, 1, 3))
    worst = max(people, key=lambda person: person.clean)
    counts = {f"{name}_{what}": int(sum(values)) for name, what, values in _counted(people)}
    kinds = {
        str(name): {"windows": int(there.sum()), "se": known(_mean(p[there] < threshold))}
        for name in np.unique(kind)
        if (there := (kind == name) & ~usable).any()
    }
    return {
        "threshold": threshold,
        "windows_unusable": int((~usable).sum()),
        "clean_called_unusable_worst_person": known(worst.clean),
        "worst_person": worst.name,
        **counts,
        "kinds": kinds,
        "called_af_by_wrong_intervals": _flips(people),
    }


def _flips(people: list[Person]) -> dict[str, dict[str, Any]]:
    there, said = np.sum([person.flips for person in people], axis=0)
    stops = [*(start - 1 for start in _WRONG_FROM[1:]), BEATS]
    return {
        (f"{start} to {stop}" if stop > start else str(start)): {
            "windows": int(n),
            "called_af": known(k / n if n else float("nan")),
        }
        for start, stop, n, k in zip(_WRONG_FROM, stops, there, said, strict=True)
    }


def _counted(people: list[Person]) -> Iterable[tuple[str, str, list[int]]]:
    for name in ("clean_before", "clean_after", "before", "after"):
        tallies = [person.tallies[name] for person in people]
        yield name, "episodes_found", [len(one.delays_s) for one in tallies]
        known_rhythm = [bool(person.columns[-1][HOURS]) for person in people]
        yield (
            name,
            "false_alerts",
            [one.false * told for one, told in zip(tallies, known_rhythm, strict=True)],
        )
    yield "annotated", "episodes", [person.tallies["clean_before"].episodes for person in people]

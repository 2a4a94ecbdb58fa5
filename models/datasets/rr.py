"""Recordings of inter-beat intervals with rhythm labels: a folder of `REC.npz`, one file a record.

Layout of a file: `rr_samples` (interval before each beat, in samples), `fs` (samples per second),
`rhythm` (index into that file's own `rhythm_names`), optional `first_sample` and `beat_symbol`.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

UNLABELLED = frozenset({"NONE", ""})
"""Names that mean "before the first rhythm annotation"."""
AF_NAMES = frozenset({"AFIB"})
"""Flutter (AFL) has an order of its own and is not counted as fibrillation."""


class RecordError(ValueError):
    """A file that is not a record of this layout; the message says which and why."""


@dataclass(frozen=True, slots=True)
class RRRecord:
    """One person's recording, a column per property, one row per beat."""

    name: str
    fs: float
    """Samples per second of the original recording."""
    intervals: NDArray[np.float32]
    """[n] ms from the beat before to this beat."""
    rhythm: NDArray[np.str_]
    """[n] rhythm name at this beat, as the database spells it."""
    beats: NDArray[np.str_]
    """[n] beat symbol (N, V, A, …); '?' where the file has none."""
    first_ms: float
    """Time of the beat before the first interval, ms from the start of the recording."""

    @property
    def labelled(self) -> NDArray[np.bool_]:
        """[n] true where the database names a rhythm."""
        return ~np.isin(self.rhythm, list(UNLABELLED))

    @property
    def af(self) -> NDArray[np.bool_]:
        """[n] true where the rhythm is atrial fibrillation."""
        return np.isin(self.rhythm, list(AF_NAMES))

    @property
    def times_ms(self) -> NDArray[np.float64]:
        """[n] time of each beat, ms from the start of the recording."""
        return self.first_ms + np.cumsum(self.intervals, dtype=np.float64)


def _rhythm_names(raw: NDArray[np.generic]) -> NDArray[np.str_]:
    """Names as plain text; WFDB writes a rhythm as `(AFIB`, some with a trailing NUL."""
    texts = [name.decode() if isinstance(name, bytes) else str(name) for name in np.atleast_1d(raw).tolist()]
    return np.array([text.strip("\x00 (").upper() for text in texts], dtype=np.str_)


def _columns(path: Path) -> dict[str, NDArray[np.generic]]:
    """Every array of a file, without ever unpickling."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {key: archive[key] for key in archive.files}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise RecordError(f"{path}: not a readable .npz file ({error})") from error


def load_record(path: Path) -> RRRecord:
    """Read one record. Raises RecordError when the file is not of this layout."""
    columns = _columns(path)
    missing = {"rr_samples", "fs", "rhythm", "rhythm_names"} - columns.keys()
    if missing:
        raise RecordError(f"{path}: lacks {', '.join(sorted(missing))}")
    samples, codes = np.ravel(columns["rr_samples"]), np.ravel(columns["rhythm"])
    names, fs = _rhythm_names(columns["rhythm_names"]), float(np.ravel(columns["fs"])[0])
    if samples.shape != codes.shape:
        raise RecordError(f"{path}: {samples.size} intervals but {codes.size} rhythm labels")
    if not fs > 0:
        raise RecordError(f"{path}: sampling rate {fs} is not positive")
    wrong = codes[(codes < 0) | (codes >= names.size)]
    if wrong.size:
        raise RecordError(f"{path}: rhythm index {int(wrong[0])} but only {names.size} names")
    if not np.isfinite(samples.astype(np.float64)).all():
        raise RecordError(f"{path}: intervals that are not finite")
    symbols = np.ravel(columns.get("beat_symbol", np.full(samples.size, ord("?"), np.uint8)))
    first = float(np.ravel(columns.get("first_sample", np.zeros(1)))[0])
    return RRRecord(
        name=path.stem,
        fs=fs,
        intervals=(samples.astype(np.float64) * (1000.0 / fs)).astype(np.float32),
        rhythm=names[codes],
        beats=symbols.astype(np.uint32).view("<U1"),
        first_ms=first * 1000.0 / fs,
    )


def record_names(folder: Path) -> list[str]:
    """Names of a folder's records, sorted. Raises RecordError when there are none."""
    # File managers leave shadows of files (._REC.npz) behind.
    names = sorted(path.stem for path in folder.glob("*.npz") if not path.name.startswith("."))
    if not names:
        raise RecordError(f"{folder}: no .npz records here; --data is the data set's own folder")
    return names


def load_records(folder: Path, names: Sequence[str] | None = None) -> Iterator[RRRecord]:
    """Read a folder's records one after the other: all of them, or those named that are there."""
    there = record_names(folder)
    for name in there if names is None else [name for name in names if name in set(there)]:
        yield load_record(folder / f"{name}.npz")

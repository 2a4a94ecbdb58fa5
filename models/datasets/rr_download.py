"""Fetches a database of annotated beats from PhysioNet into the layout of `models.datasets.rr`.

    python -m models.datasets.rr_download ltafdb --out DIR

Needs the `evaluate` extra (wfdb). Only annotations are fetched, no waveforms.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")
BEATS = frozenset("NLRBAaJSVrFejnE/fQ?")
"""Annotation symbols that stand for a beat (WFDB annotation codes)."""
RHYTHM = "+"
UNLABELLED = "NONE"


def columns(
    samples: Sequence[int], symbols: Sequence[str], notes: Sequence[str], fs: float
) -> dict[str, Any]:
    """Arrays of one record from its annotations: beats, with the rhythm in force at each.

    Raises ValueError when there are fewer than two beats.
    """
    at, found, rhythms, rhythm = list[int](), list[str](), list[str](), UNLABELLED
    for sample, symbol, note in zip(samples, symbols, notes, strict=True):
        if symbol == RHYTHM and note.startswith("("):
            rhythm = note.strip("\x00 (")
        elif symbol in BEATS:
            at.append(int(sample))
            found.append(symbol)
            rhythms.append(rhythm)
    if len(at) < 2:
        raise ValueError(f"{len(at)} beats; at least two are needed")
    names = sorted(set(rhythms))
    return {
        "first_sample": np.int64(at[0]),
        "fs": np.float32(fs),
        "rr_samples": np.minimum(np.diff(at), 65_535).astype(np.uint16),
        "rhythm": np.array([names.index(name) for name in rhythms[1:]], np.uint8),
        "rhythm_names": np.array(names),
        "beat_symbol": np.array([ord(symbol) for symbol in found[1:]], np.uint8),
    }


def convert(record: str, out: Path, publisher_folder: str | None = None) -> Path:
    """Read one record's `.atr` and `.hea` (from PhysioNet, or beside `record`) and write `out`/REC.npz."""
    import wfdb

    annotation = wfdb.rdann(record, "atr", pn_dir=publisher_folder)
    fs = annotation.fs or wfdb.rdheader(record, pn_dir=publisher_folder).fs
    path = out / f"{Path(record).name}.npz"
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        notes = annotation.aux_note
        np.savez_compressed(file, **columns(annotation.sample, annotation.symbol, notes, float(fs)))
    part.replace(path)
    return path


def download(database: str, out: Path) -> None:
    """Fetch every record of a PhysioNet database, e.g. `ltafdb`; records that are there are kept."""
    import wfdb
    from rich.progress import track

    out.mkdir(parents=True, exist_ok=True)
    for record in track(_again(lambda: wfdb.get_record_list(database)), description=database):
        if not (out / f"{Path(record).name}.npz").exists():
            _again(partial(convert, record, out, database))


def _again(call: Callable[[], T], tries: int = 4, wait_s: float = 1.0) -> T:
    """Call, and call again after a cut connection, up to `tries` times."""
    for tried in range(1, tries):
        try:
            return call()
        except OSError:
            time.sleep(wait_s * 2 ** (tried - 1))
    return call()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Fetch annotated beats from PhysioNet.")
    parser.add_argument("database", help="PhysioNet name, e.g. ltafdb")
    parser.add_argument("--out", type=Path, required=True, help="folder for REC.npz files")
    given = parser.parse_args()
    download(given.database, given.out)

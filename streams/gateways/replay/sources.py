"""Every data set that can be replayed: its records, and its packets in the order of event time."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path

from models.datasets import cgm, fitbit, icu, rr, welltory
from models.datasets.tables import DatasetError
from streams.errors import UserError
from streams.gateways.replay import clinic, wearables
from streams.gateways.timed import Timed


@dataclass(frozen=True, slots=True)
class Source:
    """How to replay one layout."""

    names: Callable[[Path], list[str]]
    """The records of a folder."""
    streams: Callable[[str, Path, Collection[str], int], Iterator[Iterator[Timed]]]
    """From data set name, folder, records, start: iterators of packets, each in the order of event time."""


_TABLE = {
    "physionet2012_icu_vitals": Source(icu.record_ids, clinic.icu_packets),
    "nhanes_2009_12": Source(clinic.nhanes_names, clinic.nhanes_packets),
    "pima_diabetes": Source(clinic.pima_names, clinic.pima_packets),
    "shanghai_cgm": Source(cgm.series_names, wearables.cgm_packets),
    "welltory_hrv_covid19": Source(welltory.user_codes, wearables.welltory_packets),
    "fitbit_minutes": Source(fitbit.wearer_ids, wearables.fitbit_packets),
}
_RR = Source(rr.record_names, wearables.rr_packets)


def source_of(dataset: str) -> Source:
    """Give the reader of a data set by its folder's name. Raises UserError for an unknown one."""
    if dataset.endswith("_rr"):
        return _RR
    if dataset not in _TABLE:
        raise UserError(f"unknown data set {dataset}: there are {', '.join(sorted(_TABLE))} and any *_rr")
    return _TABLE[dataset]


def replay(dataset: str, folder: Path, records: Collection[str] | None, start: int) -> Iterator[Timed]:
    """Give a data set's packets in the order of event time, all records side by side.

    Recordings with dates keep them; the others all begin at `start` (ms since 1970). Raises UserError for
    a folder or a record that isn't there, or a file that is not of the layout.
    """
    source = source_of(dataset)
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder; --data is the data set's own folder")
    try:
        chosen = _chosen(source, folder, records)
        yield from heapq.merge(*source.streams(dataset, folder, chosen, start), key=itemgetter(0, 1, 2, 3))
    except (DatasetError, rr.RecordError) as error:
        raise UserError(str(error)) from error


def _chosen(source: Source, folder: Path, records: Collection[str] | None) -> list[str]:
    there = source.names(folder)
    if records is None:
        return there
    unknown = sorted(set(records) - set(there))
    if unknown:
        some = ", ".join(there[:5])
        raise UserError(f"{folder}: no record {', '.join(unknown)}; there are {len(there)}, such as {some}")
    return [name for name in there if name in set(records)]

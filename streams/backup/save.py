"""Takes a backup, of a system that is at work or at rest.

Order matters where workers go on meanwhile. First the state as the changelog has it, then Redis, then of
`vitals` all that this state has not seen: whatever Redis tells was caused by a record that is kept.
So a restore is what a crash is: state that is a little old, and records that are read again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from streams.backup import kafka
from streams.backup.files import save_files
from streams.backup.layout import ALERTS, RECORDS, STATE, Progress
from streams.backup.lines import Page, writing
from streams.backup.manifest import Content, Manifest, Part, StateFacts, content_of, write_manifest
from streams.backup.newest import newest_pages
from streams.backup.redis_keys import connection, save_keys
from streams.backup.relocate import position_of
from streams.engine.names import FEEDBACK, PROFILES, VITALS
from streams.engine.state.generation import changelog
from streams.engine.state.pages import Seal, Unreadable, Versions, clock_key
from streams.errors import UserError
from streams.settings import Settings
from streams.stack.files import private_folder
from streams.wires import partition_counts

if TYPE_CHECKING:
    from kafka import KafkaConsumer


Pages = Mapping[bytes, bytes]


class Saving:
    """One backup on its way."""

    def __init__(self, settings: Settings, folder: Path, progress: Progress) -> None:
        self._settings, self._folder, self._progress = settings, folder, progress
        self._changelog = ""
        self.files: dict[str, Content] = {}
        self.versions = Versions()
        """Of the stored state: the newest that any partition's own page is of."""

    def state(self, client: KafkaConsumer, seal: Seal) -> tuple[list[int], dict[str, list[int]]]:
        """Keep pages and profiles; gives positions, and what the group has committed."""
        self._changelog = _stored_in(self._settings)
        count = self._settings.partitions
        committed = {topic: kafka.committed(client, topic, count) for topic in RECORDS}
        with writing(self._folder / STATE) as out:
            stored = [self._pages(client, number, out.write) for number in range(count)]
        self._note(STATE, out.count)
        positions = [_position(seal, number, pages) for number, pages in enumerate(stored)]
        self.versions = _newest(seal, stored)
        self._records(client, PROFILES, [0] * count)
        return positions, committed

    def rest(
        self, client: KafkaConsumer, positions: Sequence[int], committed: dict[str, list[int]]
    ) -> StateFacts:
        """Keep of `vitals` and `feedback` what the state has not seen."""
        ends = self._records(client, VITALS, [position + 1 for position in positions])
        self._records(client, FEEDBACK, committed[FEEDBACK])
        return StateFacts(list(positions), ends, committed)

    def alerts(self) -> None:
        """Keep what Redis has."""
        with (
            self._progress("Redis", 0) as moved,
            connection(self._settings) as client,
            writing(self._folder / ALERTS) as out,
        ):
            save_keys(client, out, moved)
        self._note(ALERTS, out.count)

    def data_folder(self) -> None:
        """Keep the files."""
        with self._progress("files", 0) as moved:
            for path in save_files(self._settings, self._folder):
                self._note(str(path.relative_to(self._folder)))
                moved(1)

    def _pages(self, client: KafkaConsumer, partition: int, write: Callable[[object], None]) -> Pages:
        """Write the newest page of each key; the partition's own page, if it has one."""
        topic = self._changelog
        [end] = kafka.ends(client, topic, 1, partition)
        with self._progress(f"state, partition {partition}", end) as moved:
            pages = newest_pages(client, topic, partition, end, moved)
        for key in sorted(pages):
            write(Page(partition, key.decode(), pages[key]))
        own = clock_key(partition)
        return {own: pages[own]} if own in pages else {}

    def _records(self, client: KafkaConsumer, topic: str, starts: Sequence[int]) -> list[int]:
        """Keep a topic's records from `starts` to its ends; the ends."""
        ends = kafka.ends(client, topic, len(starts))
        total = sum(max(end - start, 0) for start, end in zip(starts, ends, strict=True))
        with self._progress(topic, total) as moved, writing(self._folder / RECORDS[topic]) as out:
            for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
                for record in kafka.span(client, topic, number, start, end):
                    out.write(record)
                    moved(1)
        self._note(RECORDS[topic], out.count)
        return ends

    def _note(self, name: str, records: int = 0) -> None:
        self.files[name] = content_of(self._folder / name, records)


def backup(
    settings: Settings, folder: Path, parts: Sequence[Part], seal: Callable[[], Seal], progress: Progress
) -> Manifest:
    """Save `parts` to a new folder; `seal` opens stored state, and its key is not kept.

    Raises:
        UserError: the folder is in use, or something is not there or may not be read.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UserError(f"{folder} is not empty: name a new folder for each backup")
    private_folder(folder).chmod(0o700)
    saving = Saving(settings, folder, progress)
    facts = None
    if "state" in parts:
        opened = seal()
        with kafka.consumer(settings) as client:
            positions, committed = saving.state(client, opened)
            if "alerts" in parts:
                saving.alerts()
            facts = saving.rest(client, positions, committed)
    elif "alerts" in parts:
        saving.alerts()
    if "files" in parts:
        saving.data_folder()
    made = time.time_ns() // 1_000_000
    manifest = Manifest(
        made,
        settings.app_id,
        settings.partitions,
        list(parts),
        saving.files,
        facts,
        schema=saving.versions.schema,
        river=saving.versions.river,
    )
    write_manifest(folder, manifest)
    return manifest


def _position(seal: Seal, partition: int, pages: Pages) -> int:
    try:
        return position_of(seal, partition, pages)
    except Unreadable as unreadable:
        raise UserError(
            f"the stored state of partition {partition} can't be read ({unreadable.reason}): is this the"
            " workers' VITALSTREAM_STATE_KEY, and their version of vitalstream?"
        ) from unreadable


def _newest(seal: Seal, stored: Sequence[Pages]) -> Versions:
    found = [seal.open(key, value, Versions)[1] for pages in stored for key, value in pages.items()]
    return max(found, key=lambda versions: versions.schema, default=Versions())


def _stored_in(settings: Settings) -> str:
    """The topic that state is in. Raises UserError: there is none, or topics have other partitions."""
    # It builds on this package.
    from streams.growing.journal import stored_table

    topic = changelog(settings.app_id, stored_table(settings))
    with kafka.admin(settings) as client:
        counts = partition_counts(client)
    if topic not in counts:
        raise UserError(f"there is no topic {topic}: no worker of this VITALSTREAM_APP_ID has stored state")
    for name in (topic, *RECORDS):
        if counts.get(name) != settings.partitions:
            raise UserError(
                f"topic {name} has {counts.get(name, 0)} partitions: set VITALSTREAM_PARTITIONS to that"
            )
    return topic

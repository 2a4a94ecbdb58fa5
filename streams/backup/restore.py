"""Puts a backup onto an empty Kafka and Redis, and into an empty data folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from streams.backup import kafka
from streams.backup.files import FOLDER, HISTORY, lacks_a_place, load_files, taken
from streams.backup.layout import ALERTS, RECORDS, STATE, Progress, pages_of, records_of
from streams.backup.lines import Record, reading
from streams.backup.manifest import Manifest, Part, check_files, read_manifest
from streams.backup.redis_keys import Entry, connection, has_keys, load_keys
from streams.backup.relocate import Tail, relocate
from streams.engine.configuration import CHANGELOG
from streams.engine.generation import changelog, journal
from streams.engine.names import FEEDBACK, PROFILES, TABLE, VITALS
from streams.engine.pages import RIVER, SCHEMA, Seal, Unreadable
from streams.errors import UserError
from streams.settings import Settings
from streams.stack.topics import ensure_topics
from streams.wires import Broker, partition_counts

if TYPE_CHECKING:
    from kafka import KafkaConsumer

Key = Callable[[], bytes]


def check(folder: Path, key: Key | None, progress: Progress) -> Manifest:
    """Raises UserError when a backup is not whole, or its state was not sealed with this key.

    `key` gives the state key; None = pages are held against their digests alone.
    """
    manifest = read_manifest(folder)
    with progress("files", sum(content.bytes for content in manifest.files.values())) as moved:
        check_files(folder, manifest, moved)
    if key is not None and "state" in manifest.parts:
        _check_pages(folder, manifest, Seal(key()), progress)
    return manifest


def restore(
    settings: Settings, folder: Path, parts: Sequence[Part], key: Key, progress: Progress
) -> Manifest:
    """Check a backup, then put `parts` of it where these settings point. Nothing may be there yet.

    Raises:
        UserError: it is not whole, not of this version, or the target is not empty: nothing was changed.
    """
    manifest = check(folder, key if "state" in parts else None, progress)
    missing = [part for part in parts if part not in manifest.parts]
    if missing:
        raise UserError(f"{folder} has no {', '.join(missing)}: it was made with {', '.join(manifest.parts)}")
    if "state" in parts:
        _check_versions(manifest, settings)
    _refuse_what_is_there(settings, folder, parts)
    if "state" in parts:
        _load_state(settings, folder, manifest, Seal(key()), progress)
    if "alerts" in parts:
        _load_alerts(settings, folder, manifest, progress)
    if "files" in parts:
        with progress("files to their places", 0) as moved:
            moved(len(load_files(settings, folder, _cluster(settings, folder))))
    return manifest


def _check_pages(folder: Path, manifest: Manifest, seal: Seal, progress: Progress) -> None:
    with progress("seals of pages", manifest.files[STATE].records) as moved:
        for page in pages_of(folder):
            if not seal.authentic(page.key.encode(), page.value):
                raise UserError(
                    f"page {page.key} of {folder / STATE} was sealed with another key:"
                    " set VITALSTREAM_STATE_KEY to that of the workers that were backed up"
                )
            moved(1)


def _check_versions(manifest: Manifest, settings: Settings) -> None:
    if (manifest.schema, manifest.river) != (SCHEMA, RIVER):
        raise UserError(
            f"the state was written by vitalstream {manifest.vitalstream} (schema {manifest.schema}, River"
            f" {manifest.river}), this is schema {SCHEMA}, River {RIVER}:"
            " restore with that version, then upgrade"
        )
    for name, was, now in (
        ("VITALSTREAM_PARTITIONS", manifest.partitions, settings.partitions),
        ("VITALSTREAM_APP_ID", manifest.app_id, settings.app_id),
    ):
        if was != now:
            raise UserError(f"{name} is {now}, the backup's was {was}: set it to that")


def _refuse_what_is_there(settings: Settings, folder: Path, parts: Sequence[Part]) -> None:
    if "state" in parts:
        with kafka.admin(settings) as admin, kafka.consumer(settings) as client:
            found = partition_counts(admin)
            for topic in (_changelog(settings), journal(settings.app_id), *RECORDS):
                if any(kafka.ends(client, topic, found.get(topic, 0))):
                    raise UserError(
                        f"topic {topic} has had records: restore to a new cluster, or delete the topics first"
                    )
    if "alerts" in parts:
        with connection(settings) as redis:
            if has_keys(redis):
                raise UserError("this Redis has alerts already: restore to an empty one, or another database")
    if "files" in parts and lacks_a_place(settings, folder):
        raise UserError("the backup has a registry of networks: say by VITALSTREAM_REGISTRY where it goes")
    if "files" in parts and (there := taken(settings)):
        raise UserError(f"{there[0]} is there already: restore to an empty data folder")


def _load_state(settings: Settings, folder: Path, manifest: Manifest, seal: Seal, progress: Progress) -> None:
    assert manifest.state is not None, "checked: the part is there"
    count = manifest.partitions
    ensure_topics(Broker.of(settings), count, settings.replication)
    with kafka.admin(settings) as admin:
        kafka.make_topic(settings, admin, _changelog(settings), count, CHANGELOG)
    tails = _tails(folder, count)
    with kafka.producer(settings) as out:
        for topic in RECORDS:
            with progress(topic, manifest.files[RECORDS[topic]].records) as moved:
                kafka.send(out, topic, _counted(records_of(folder, topic), moved))
        with progress("state", manifest.files[STATE].records) as moved:
            kafka.send(out, _changelog(settings), _counted(_pages(folder, seal, tails), moved))
    with kafka.consumer(settings) as client:
        _check_ends(client, tails)
        kafka.commit(client, _begins(folder, manifest.state.committed[PROFILES]))


def _changelog(settings: Settings) -> str:
    """Where state begins anew: partitions that were added are those that the topics are made with."""
    return changelog(settings.app_id, TABLE)


def _tails(folder: Path, count: int) -> list[Tail]:
    offsets: list[list[int]] = [[] for _ in range(count)]
    for record in records_of(folder, VITALS):
        offsets[record.partition].append(record.offset)
    return [Tail(found) for found in offsets]


def _pages(folder: Path, seal: Seal, tails: Sequence[Tail]) -> Iterator[Record]:
    for page in pages_of(folder):
        key = page.key.encode()
        try:
            value = relocate(seal, key, page.value, tails[page.partition])
        except Unreadable as unreadable:
            raise UserError(f"page {page.key} can't be read: {unreadable.reason}") from unreadable
        yield Record(page.partition, 0, None, key, value, [])


def _counted(records: Iterator[Record], moved: Callable[[int], None]) -> Iterator[Record]:
    for record in records:
        yield record
        moved(1)


def _check_ends(client: KafkaConsumer, tails: Sequence[Tail]) -> None:
    # The places in the pages are right only if nobody else wrote meanwhile.
    if kafka.ends(client, VITALS, len(tails)) != [len(tail) for tail in tails]:
        raise UserError(
            "others have written to topic vitals meanwhile: stop all gateways and workers, delete the topics"
            " and restore again"
        )


def _begins(folder: Path, committed: Sequence[int]) -> Mapping[str, list[int]]:
    """Where the group goes on: with what the state has not seen; of profiles behind those it knows."""
    known = [0] * len(committed)
    for record in records_of(folder, PROFILES):
        known[record.partition] += record.offset < committed[record.partition]
    nothing = [0] * len(committed)
    return {VITALS: nothing, FEEDBACK: nothing, PROFILES: known}


def _load_alerts(settings: Settings, folder: Path, manifest: Manifest, progress: Progress) -> None:
    with progress("Redis", manifest.files[ALERTS].records) as moved, connection(settings) as client:
        load_keys(client, reading(folder / ALERTS, Entry), moved)


def _cluster(settings: Settings, folder: Path) -> str | None:
    """The id of the Kafka that history will be read from; None when there is no history."""
    if not (folder / FOLDER / HISTORY).exists():
        return None
    with kafka.admin(settings) as client:
        return str(client.describe_cluster()["cluster_id"])

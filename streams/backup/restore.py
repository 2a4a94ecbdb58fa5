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
from streams.engine.names import FEEDBACK, PROFILES, TABLE, VITALS
from streams.engine.state.formats import FORMATS
from streams.engine.state.generation import changelog, is_grown, journal
from streams.engine.state.pages import RIVER, SCHEMA, OtherVersion, Seal, Unreadable, Versions
from streams.errors import UserError
from streams.settings import Settings
from streams.stack.topics import ensure_topics
from streams.wires import Broker, partition_counts

if TYPE_CHECKING:
    from kafka import KafkaConsumer

RESTORE_FIRST = "restore with that version, then upgrade"
Sealer = Callable[[], Seal]


def check(folder: Path, seal: Sealer | None, progress: Progress) -> Manifest:
    """Raises UserError when a backup is not whole, or its state can't be opened by this seal.

    None = pages are held against their digests alone.
    """
    manifest = read_manifest(folder)
    with progress("files", sum(content.bytes for content in manifest.files.values())) as moved:
        check_files(folder, manifest, moved)
    if seal is not None and "state" in manifest.parts:
        _check_versions(manifest)
        _check_pages(folder, manifest, seal(), progress)
    return manifest


def restore(
    settings: Settings, folder: Path, parts: Sequence[Part], seal: Sealer, progress: Progress
) -> Manifest:
    """Check a backup, then put `parts` of it where these settings point. Nothing may be there yet.

    Raises:
        UserError: it is not whole, not of this version, or the target is not empty: nothing was changed.
    """
    manifest = check(folder, seal if "state" in parts else None, progress)
    missing = [part for part in parts if part not in manifest.parts]
    if missing:
        raise UserError(f"{folder} has no {', '.join(missing)}: it was made with {', '.join(manifest.parts)}")
    if "state" in parts:
        _check_settings(manifest, settings)
    _refuse_what_is_there(settings, folder, parts)
    if "state" in parts:
        _load_state(settings, folder, manifest, seal(), progress)
    if "alerts" in parts:
        _load_alerts(settings, folder, manifest, progress)
    if "files" in parts:
        with progress("files to their places", 0) as moved:
            moved(len(load_files(settings, folder, _cluster(settings, folder))))
    return manifest


def _check_pages(folder: Path, manifest: Manifest, seal: Seal, progress: Progress) -> None:
    with progress("seals of pages", manifest.files[STATE].records) as moved:
        for page in pages_of(folder):
            try:
                seal.open(page.key.encode(), page.value, Versions)
            except Unreadable as unreadable:
                raise UserError(f"page {page.key} of {folder / STATE} {_why(unreadable)}") from unreadable
            moved(1)


def _why(unreadable: Unreadable) -> str:
    if unreadable.reason == "forged":
        return "was sealed with another key: set VITALSTREAM_STATE_KEY to that of the workers of then"
    if isinstance(unreadable, OtherVersion):
        return f"is of another version ({unreadable.reason}): {RESTORE_FIRST}"
    return f"can't be read ({unreadable.reason})"


def _check_versions(manifest: Manifest) -> None:
    if not FORMATS.reads(manifest.schema, manifest.river):
        raise UserError(
            f"the state was written by vitalstream {manifest.vitalstream} (schema {manifest.schema}, River"
            f" {manifest.river}), this is schema {SCHEMA}, River {RIVER}: {RESTORE_FIRST}"
        )


def _check_settings(manifest: Manifest, settings: Settings) -> None:
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
            ours = (_changelog(settings), journal(settings.app_id), *RECORDS)
            used = [topic for topic in ours if any(kafka.ends(client, topic, found.get(topic, 0)))]
            # A worker that finds one without the journal that names it does not start, empty or not.
            used += sorted(topic for topic in found if is_grown(settings.app_id, topic))
        if used:
            raise UserError(
                f"the broker has {', '.join(used)}, used before: restore to a new cluster, or delete"
                f" {'this topic' if len(used) == 1 else 'these topics'} first"
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

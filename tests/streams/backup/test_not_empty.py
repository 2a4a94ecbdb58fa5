"""A restore refuses a cluster on which workers would not start afterwards, before it changes anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.backup import kafka
from streams.backup.layout import quietly
from streams.backup.lines import Record, writing
from streams.backup.manifest import Manifest, content_of, write_manifest
from streams.backup.restore import restore
from streams.engine.configuration import CHANGELOG
from streams.engine.state.generation import changelog, journal, table_of
from streams.engine.state.pages import Seal
from streams.errors import UserError
from streams.settings import Settings
from streams.stack import LocalStack
from streams.wires import partition_counts
from tests.streams.engine.harness import PARTITIONS, fresh_topics

pytestmark = pytest.mark.integration


def nothing_saved(folder: Path, app_id: str) -> Path:
    """A backup of workers that had nothing to store."""
    with writing(folder / "state.jsonl.gz"):
        pass
    files = {"state.jsonl.gz": content_of(folder / "state.jsonl.gz")}
    write_manifest(folder, Manifest(0, app_id, PARTITIONS, ["state"], files))
    return folder


def test_state_that_was_grown_to_is_in_the_way(stack: LocalStack, app_id: str, tmp_path: Path) -> None:
    """Deleted has to be all of it: workers would look for the journal that says where state is."""
    fresh_topics(stack.broker)
    settings = Settings(broker=stack.broker, app_id=app_id, partitions=PARTITIONS)
    grown = changelog(app_id, table_of(12))
    with kafka.admin(settings) as admin, kafka.producer(settings) as out:
        kafka.make_topic(settings, admin, grown, 12, CHANGELOG)
        kafka.make_topic(settings, admin, journal(app_id), 1, {})
        kafka.send(out, journal(app_id), [Record(0, 0, None, b"12", b"{}", [])])

    with pytest.raises(UserError) as refused:
        restore(settings, nothing_saved(tmp_path, app_id), ["state"], lambda: Seal(bytes(32)), quietly)

    assert f"the broker has {journal(app_id)}, {grown}, used before" in str(refused.value)
    with kafka.admin(settings) as admin:
        assert changelog(app_id, "state") not in partition_counts(admin)
        admin.delete_topics([grown, journal(app_id)])

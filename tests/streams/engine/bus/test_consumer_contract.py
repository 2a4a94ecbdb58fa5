"""What the engine rests on inside Faust and aiokafka: read the diff of each, then put the new digest here."""

from __future__ import annotations

import hashlib
import importlib
import inspect
from importlib.metadata import version
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from faust.transport.drivers import aiokafka as driver

# Overridden, called, or relied on in the order of what they do.
SOURCES = {
    "faust.transport.consumer:Consumer._drain_messages": "44a2500309e83c63",
    "faust.transport.consumer:Consumer._wait_next_records": "6218e1969a636b3f",
    "faust.transport.consumer:Consumer._new_offset": "1d2c7ea89a7ad4f1",
    "faust.transport.consumer:Consumer._filter_tps_with_pending_acks": "f6f9239774234e7e",
    "faust.transport.consumer:Consumer._should_commit": "5ce941793947ad42",
    "faust.transport.consumer:Consumer._commit_tps": "a20e230b05ae8b15",
    "faust.transport.consumer:Consumer._commit_offsets": "1a69799041188441",
    "faust.transport.consumer:Consumer.commit": "a354437baaa08bf8",
    "faust.transport.consumer:Consumer.maybe_wait_for_commit_to_finish": "d687f63a0b5ef0c5",
    "faust.transport.consumer:Consumer.on_partitions_revoked": "d04b7ae72c6fc206",
    "faust.transport.consumer:Consumer.on_buffer_full": "c8961679e0bcdce5",
    "faust.transport.consumer:Consumer.on_buffer_drop": "4b57e8a418d5ad9c",
    "faust.transport.consumer:Consumer.perform_seek": "0e8c130ff4b0afd8",
    "faust.transport.consumer:Consumer.stop_flow": "cf7e875a2b0d40e8",
    "faust.transport.consumer:Consumer.resume_flow": "db59630f25b5819b",
    "faust.transport.drivers.aiokafka:Consumer._to_message": "7c24f6511b2fcef7",
    "faust.transport.drivers.aiokafka:AIOKafkaConsumerThread._create_consumer": "a4dc6ba0681a298c",
    "faust.transport.drivers.aiokafka:Consumer._new_consumer_thread": "0870ec53dea75083",
    "aiokafka.client:AIOKafkaClient._metadata_update": "06dc51ed3e0d38b8",
    "aiokafka.client:AIOKafkaClient._md_synchronizer": "e0421bffa9a7735a",
    "aiokafka.consumer.consumer:AIOKafkaConsumer.start": "2f1ba70443327538",
    "aiokafka.consumer.fetcher:PartitionRecords._unpack_records": "b803e6d46480732c",
    "aiokafka.record.memory_records:_MemoryRecordsPy._cache_next": "7bb73a2eabca4ee3",
    "aiokafka.record.default_records:_DefaultRecordBatchPy._read_msg": "0997ab7a58505c93",
    "aiokafka.record.default_records:_DefaultRecordBatchPy._maybe_uncompress": "c9d0dc2bed50cc86",
    "faust.transport.drivers.aiokafka:AIOKafkaConsumerThread._fetch_records": "39a2c6c79fc1455a",
    "faust.transport.drivers.aiokafka:AIOKafkaConsumerThread._seek_wait": "9d221e816d940467",
    "faust.transport.drivers.aiokafka:AIOKafkaConsumerThread._commit": "932852ce7a23f658",
    "faust.transport.drivers.aiokafka:ConsumerRebalanceListener.on_partitions_revoked": "348c3aec879faf80",
    "faust.transport.drivers.aiokafka:ConsumerRebalanceListener.on_partitions_assigned": "1c1f8406ad3698a6",
    "faust.app.base:App._on_partitions_revoked": "d5c895bbe57dc73a",
    "faust.app.base:App._on_partitions_assigned": "de932b7927db85b3",
    "faust.app.base:App._update_assignment": "39d9f315c1228325",
    "faust.tables.manager:TableManager.on_rebalance": "2d2c23a07bf54328",
    "faust.tables.recovery:Recovery.revoke": "779302ebfab0b2db",
    "faust.tables.recovery:Recovery.on_rebalance": "aa4d997a1795ceae",
    "faust.tables.recovery:Recovery._build_offsets": "27eec86be06cb51f",
    "faust.tables.recovery:Recovery._restart_recovery": "6bd8a8558a2dffe4",
    "faust.tables.recovery:Recovery._slurp_changelogs": "7825c7e50f766d5a",
    "faust.tables.recovery:Recovery.on_recovery_completed": "6ef567acf072e46d",
    "faust.tables.table:Table.on_key_set": "a370e35ca55c2c7e",
    "faust.tables.base:Collection.send_changelog": "3dd3884e1b5fc0e1",
    "faust.tables.base:Collection.apply_changelog_batch": "b980a78d3ae9b1e8",
    "faust.tables.base:Collection.on_rebalance": "0812ad692171a8fd",
    "faust.tables.base:Collection.on_recovery_completed": "b1526fb39ea0e77e",
    "faust.tables.base:Collection.on_changelog_event": "5a4fa48fd7c3fd10",
}


def found(name: str) -> Any:
    module, _, path = name.partition(":")
    thing: Any = importlib.import_module(module)
    for part in path.split("."):
        thing = getattr(thing, part)
    return getattr(thing, "fun", thing)  # a @Service.task keeps its function there


@pytest.mark.parametrize("name", SOURCES)
def test_source_is_the_one_that_was_read(name: str) -> None:
    digest = hashlib.sha256(inspect.getsource(found(name)).encode()).hexdigest()[:16]

    assert digest == SOURCES[name], (
        f"{name} changed: compare it with bus/consumer.py, fetching.py, patience.py and state/table.py"
    )


@pytest.mark.parametrize(("library", "pinned"), [("faust-streaming", "0.15.3"), ("aiokafka", "0.14.0")])
def test_library_is_the_pinned_one(library: str, pinned: str) -> None:
    assert version(library) == pinned


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        (driver.Consumer.earliest_offsets, ["self", "partitions"]),
        (driver.Consumer.highwaters, ["self", "partitions"]),
        (driver.Consumer._add_gap, ["self", "tp", "offset_from", "offset_to"]),
        (AIOKafkaConsumer.committed, ["self", "partition"]),
        (AIOKafkaConsumer.seek, ["self", "partition", "offset"]),
    ],
)
def test_signature_is_the_one_that_is_called(method: Any, parameters: list[str]) -> None:
    assert list(inspect.signature(method).parameters) == parameters


@pytest.mark.parametrize(
    "name", ["_read_offset", "_acked", "_committed_offset", "suspend_flow", "can_resume_flow"]
)
def test_consumer_still_keeps_this_attribute(name: str) -> None:
    assert f"self.{name} = " in inspect.getsource(driver.Consumer.__mro__[2].__init__)


@pytest.mark.parametrize("name", ["_fetch_max_wait_ms", "_fetch_min_bytes"])
def test_aiokafka_still_reads_this_attribute_when_it_starts(name: str) -> None:
    assert f"=self.{name}," in inspect.getsource(AIOKafkaConsumer.start)

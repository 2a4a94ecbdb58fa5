"""What is written is read again: encode, then decode, gives the same."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporters.access.chain import Entry, Head, line_of, row_of, seal
from streams.backup.manifest import Manifest
from streams.engine.state.generation import Move
from streams.engine.state.pages import RIVER, SCHEMA, PageData, stamp_of
from streams.growing.journal import newest_of
from streams.intake.decode import decode_control
from streams.records import JSON, MSGPACK, Alert, Feedback, Profile, Tick
from tests.fuzz.of_streams import PAGE, SEAL
from tests.streams.engine.shards import Raw
from tests.streams.strategies import records

quickly = settings(
    max_examples=30, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)


@pytest.mark.parametrize("form", [JSON, MSGPACK])
@pytest.mark.parametrize(("kind", "of"), [("profile", Profile), ("feedback", Feedback), ("tick", Tick)])
def test_control_records(kind: str, of: type[msgspec.Struct], form: str) -> None:
    encode = msgspec.json.encode if form == JSON else msgspec.msgpack.encode

    @quickly
    @given(records(of))
    def same(record: msgspec.Struct) -> None:
        sent = Raw(b"ann", encode(record), headers=[("content-type", form.encode()), ("kind", kind.encode())])
        assert decode_control(sent, 2**20) == record

    same()


@quickly
@given(st.integers(-1, 2**62), st.lists(records(Alert), max_size=3))
def test_pages_of_state(stamp: int, outbox: list[Alert]) -> None:
    page = PageData(SCHEMA, RIVER, {}, {}, outbox)

    stored = SEAL.write(PAGE, stamp, page)

    assert SEAL.open(PAGE, stored, PageData) == (stamp, page)
    assert stamp_of(stored) == stamp


@quickly
@given(records(Move))
def test_growths(move: Move) -> None:
    assert newest_of("app-generations", [msgspec.json.encode(move)]) == move


@quickly
@given(records(Manifest))
def test_manifests_of_backups(manifest: Manifest) -> None:
    assert msgspec.json.decode(msgspec.json.encode(manifest), type=Manifest) == manifest


@quickly
@given(records(Entry), st.integers(0, 2**53))
def test_rows_of_the_audit_log(entry: Entry, time: int) -> None:
    row = seal(entry, time, Head())

    assert row_of(line_of(row)) == row

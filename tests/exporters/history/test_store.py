from __future__ import annotations

import sqlite3

import msgspec
import pytest

from exporters.history.packing import unpack
from exporters.history.schema import VERSION
from exporters.history.store import Batch, Marker, Store
from streams.records import Risk
from tests.exporters.examples import alert
from tests.exporters.history.examples import START, STEP, row, trace

DAY = 86_400_000


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "history.db"


@pytest.fixture
def store(path):
    store = Store(path)
    yield store
    store.close()


def risk_row(wearer="w1", time=START, level="low"):
    return wearer, time, msgspec.json.encode(Risk(wearer, time, {}, level))


def test_rows_and_the_place_they_came_from_are_found_by_the_next_process(store, path):
    store.begin("c1")
    store.write(Batch(traces=[row(trace())], offsets={("traces", 0): 7, ("risk", 3): 2}))
    store.close()

    again = Store(path)

    assert again.begin("c1") == {("traces", 0): 7, ("risk", 3): 2}
    assert again.span("w1", 0, 2 * START) == [row(trace())[1:]]
    again.close()


def test_a_batch_that_fails_leaves_neither_rows_nor_offsets(store):
    store.begin("c1")

    with pytest.raises(sqlite3.Error):
        store.write(Batch(traces=[row(trace()), ("w1", START + 1, None)], offsets={("traces", 0): 2}))

    assert store.begin("c1") == {}
    assert store.bounds("w1") is None


def test_a_record_that_comes_twice_is_kept_once(store):
    store.write(Batch(traces=[row(trace(hr=60.0)), row(trace(hr=61.0))]))
    store.write(Batch(traces=[row(trace(hr=61.0))]))

    [(time, body)] = store.span("w1", 0, 2 * START)

    assert unpack("w1", time, body).signals["hr"].value == 61.0


def test_the_latest_of_each_wearer(store):
    store.write(Batch(traces=[row(trace(name, n)) for name in ("b", "a", "c") for n in (2, 0, 1)]))

    assert [(name, time) for name, time, _ in store.latest()] == [(n, START + 2 * STEP) for n in "abc"]


def test_an_empty_history_has_no_latest(store):
    assert store.latest() == []


def test_the_newest_risk_stands_whatever_the_order(store):
    store.write(Batch(risks=[risk_row(time=START + 5, level="high"), risk_row(time=START, level="low")]))

    assert msgspec.json.decode(store.risk("w1"), type=Risk).level == "high"
    assert store.risk("w2") is None


def test_alerts_mark_the_time_they_were_out(store):
    first, second = alert("a1", onset=START), alert("a2", onset=START + 3 * STEP)
    over = alert("a1", 2, onset=START, status="resolved", updated=START + STEP)
    store.write(Batch(alerts=[first, second, over, first]))

    assert store.markers("w1", START, START + STEP) == [
        Marker("a1", "rhythm", "medium", first.title, START, START + STEP)
    ]
    assert [one.id for one in store.markers("w1", START + 2 * STEP, START + 9 * STEP)] == ["a2"]
    assert store.markers("w1", START + 9 * STEP, START + 10 * STEP)[0].end is None
    assert [msgspec.json.decode(body)["id"] for body in store.open_alerts("w1")] == ["a2"]


def test_what_is_too_old_goes_in_slices(store, monkeypatch):
    monkeypatch.setattr("exporters.history.store._SWEPT", 2)
    store.write(
        Batch(
            traces=[row(trace(name, n)) for name in "abc" for n in range(4)],
            risks=[risk_row("a", START), risk_row("b", START + 9 * STEP)],
            alerts=[
                alert("a1", 2, wearer="a", status="resolved", updated=START + STEP),
                alert("a2", wearer="a", onset=START),
            ],
        )
    )
    before = START + 2 * STEP

    assert store.prune(before, "") == "b"
    assert store.bounds("c") == (START, START + 3 * STEP)
    assert store.prune(before, "b") == "c"
    assert store.prune(before, "c") is None

    assert {store.bounds(name) for name in "abc"} == {(before, START + 3 * STEP)}
    assert (store.risk("a"), store.risk("b")) == (None, risk_row("b", START + 9 * STEP)[2])
    assert [one.id for one in store.markers("a", 0, 2 * START)] == ["a2"]


def test_a_forgotten_wearer_leaves_no_byte_in_the_file(store, path):
    store.write(
        Batch(
            traces=[row(trace("secret-7", n)) for n in range(50)],
            risks=[risk_row("secret-7")],
            alerts=[alert(wearer="secret-7")],
        )
    )

    assert store.forget("secret-7") == 52

    assert store.latest() == []
    store.close()
    assert all(b"secret-7" not in part.read_bytes() for part in path.parent.iterdir())


def test_a_refusal_deletes_and_refuses_until_consent_is_given(store):
    store.write(Batch(traces=[row(trace("a")), row(trace("b"))]))

    store.write(Batch(consents={"a": True}, traces=[row(trace("a", 1))]))
    store.write(Batch(traces=[row(trace("a", 2))]))
    assert [name for name, *_ in store.latest()] == ["b"]

    store.write(Batch(consents={"a": False}, traces=[row(trace("a", 3))]))
    assert store.bounds("a") == (START + 3 * STEP, START + 3 * STEP)


def test_who_is_forgotten_leaves_nothing_and_begins_anew(store):
    store.write(Batch(consents={"a": True}))
    store.write(Batch(traces=[row(trace("b"))]))

    left_out = store.write(Batch(forgotten={"a", "b"}, traces=[row(trace("b", 1))]))
    store.write(Batch(traces=[row(trace("a", 2))]))

    assert left_out == {"a", "b"}
    assert [name for name, *_ in store.latest()] == ["a"]


def test_a_damaged_file_is_set_aside_and_said_once(path, caplog):
    path.parent.mkdir()
    path.write_bytes(b"no database " * 400)
    store = Store(path)

    assert store.begin("c1") == {}
    store.write(Batch(traces=[row(trace())]))

    assert [record.getMessage() for record in caplog.records] == [
        "history.db is damaged: set aside as history.db.aside, history is read anew from Kafka"
    ]
    assert path.with_name("history.db.aside").read_bytes().startswith(b"no database")
    assert store.bounds("w1") == (START, START)
    store.close()


def test_a_file_damaged_while_it_is_open_is_set_aside_too(store, path):
    store.begin("c1")
    store.write(
        Batch(
            traces=[row(trace(f"w{n}", k)) for n in range(200) for k in range(20)], offsets={("traces", 0): 9}
        )
    )
    store._file.settle()
    content = path.read_bytes()
    path.write_bytes(content[:8192] + b"\xff" * (len(content) - 8192))

    with pytest.raises(sqlite3.DatabaseError):
        store.latest()

    assert store.begin("c1") == {}
    assert path.with_name("history.db.aside").exists()


@pytest.mark.parametrize("mark", [f"user_version = {VERSION + 1}", "application_id = 5"])
def test_a_file_of_another_version_or_program_is_set_aside(store, path, mark, caplog):
    store.write(Batch(traces=[row(trace())]))
    store.close()
    with sqlite3.connect(path) as link:
        link.execute(f"PRAGMA {mark}")
    link.close()

    assert Store(path).begin("c1") == {}
    assert "another version or program" in caplog.text


def test_rows_of_another_cluster_are_set_aside(store, caplog):
    store.begin("c1")
    store.write(Batch(traces=[row(trace())], offsets={("traces", 0): 9}))

    assert store.begin("c2") == {}
    assert store.latest() == []
    assert "another Kafka cluster" in caplog.text


def test_two_processes_may_write_the_same_file(store, path):
    other = Store(path)
    store.write(Batch(traces=[row(trace("a"))]))
    other.write(Batch(traces=[row(trace("a")), row(trace("b"))]))

    assert [name for name, *_ in store.latest()] == ["a", "b"]
    other.close()


def test_the_file_is_for_its_owner_alone(store, path):
    store.write(Batch(traces=[row(trace())]))

    assert {part.stat().st_mode & 0o077 for part in path.parent.iterdir()} == {0}

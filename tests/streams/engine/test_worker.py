"""The engine on a real broker, with the toy shard: whole processes from outside."""

from __future__ import annotations

from typing import Any

from kafka import KafkaProducer
from kafka.admin import MemberToRemove

from streams.wires import admin_client
from tests.streams.engine.harness import Crew, Fed, Observer, eventually, feed
from tests.streams.engine.toy import stamp

BIG = b"x" * (12 * 1024 * 1024)


def members(crew: Crew) -> list[Any]:
    with admin_client(crew.settings.broker) as admin:
        return list(admin.describe_groups([crew.settings.app_id])[crew.settings.app_id]["members"])


def last(records: list[Any], key: bytes) -> bytes:
    """The value that compaction keeps."""
    return next(record.value for record in reversed(records) if record.key == key)


def test_every_record_counts_once_and_a_restart_repeats_nothing(crew: Crew, observer: Observer) -> None:
    fed = Fed()
    feed(crew.settings.broker, fed, range(5_000))
    first = crew.start()
    first.wait_ready()
    eventually(observer.all_committed, "all is committed")
    assert first.stop() == 0
    assert members(crew) == [], "it has not left its group: the next one waits for its session to end"
    lines = len(crew.alerts())

    feed(crew.settings.broker, fed, range(5_000, 6_000))
    second = crew.start()
    second.wait_ready()
    eventually(observer.all_committed, "all is committed")
    assert second.stop() == 0

    assert lines == 500
    assert sorted(crew.alerts()) == sorted(fed.alerts)
    assert observer.state() == fed.state


def test_what_is_not_scored_is_in_the_dead_letter_topic_byte_for_byte(crew: Crew, observer: Observer) -> None:
    producer = KafkaProducer(bootstrap_servers=crew.settings.broker, max_request_size=17 * 1024 * 1024)
    producer.send("vitals", b"1", key=b"a", partition=2)
    producer.send("vitals", BIG, key=b"a", partition=2, headers=[("device", b"7"), ("reason", b"a lie")])
    producer.send("vitals", None, key=b"b", partition=2)
    producer.send("vitals", b"2", key=b"a", partition=2)
    producer.close()
    worker = crew.start()
    worker.wait_ready()
    eventually(observer.all_committed, "all is committed")
    assert worker.stop() == 0

    letters = observer.records("vitals.rejected")
    assert [(letter.key, letter.value, letter.partition) for letter in letters] == [
        (b"a", BIG, 2),
        (b"b", None, 2),
    ]
    assert letters[0].headers == [
        ("device", b"7"),
        ("reason", b"bad_number"),
        ("detail", b"not a number"),
        ("topic", b"vitals"),
        ("partition", b"2"),
        ("offset", b"1"),
    ]
    assert observer.state() == {"a": [2, 3]}


def test_profiles_and_feedback_are_copied_into_vitals_with_kind_and_id(
    crew: Crew, observer: Observer
) -> None:
    producer = KafkaProducer(bootstrap_servers=crew.settings.broker)
    producer.send(
        "profiles", b'{"p": 1}', key=b"a", partition=3, headers=[("content-type", b"application/json")]
    )
    producer.send("profiles", None, key=b"a", partition=3)
    producer.send("feedback", b'{"f": 1}', key=b"b", partition=0, headers=[("kind", b"tick")])
    producer.close()
    worker = crew.start()
    worker.wait_ready()
    eventually(lambda: sum(observer.committed()) == 3, "the copies are committed")
    eventually(lambda: sum(observer.committed("profiles")) == 2, "the profiles are committed")
    assert worker.stop() == 0

    assert [(r.partition, r.key, r.value, r.headers) for r in observer.records("vitals")] == [
        (0, b"b", b'{"f": 1}', [("kind", b"feedback"), ("id", b"feedback/0/0")]),
        (
            3,
            b"a",
            b'{"p": 1}',
            [("content-type", b"application/json"), ("kind", b"profile"), ("id", b"profiles/3/0")],
        ),
        (3, b"a", None, [("kind", b"profile"), ("id", b"profiles/3/1")]),
    ]


def test_a_page_that_an_older_one_was_written_over_is_stored_again(crew: Crew, observer: Observer) -> None:
    fed = Fed()
    worker = crew.start()
    worker.wait_ready()
    for first in (0, 2_000):
        feed(crew.settings.broker, fed, range(first, first + 2_000))
        eventually(observer.all_committed, "all is committed")
    pages = [record for record in observer.records(observer.changelog) if not record.key.endswith(b"clock")]
    old = next(page for page in pages if page.value != last(pages, page.key))

    producer = KafkaProducer(bootstrap_servers=crew.settings.broker)
    producer.send(observer.changelog, old.value, key=old.key, partition=old.partition)
    producer.close()

    newest = stamp(last(pages, old.key))
    assert stamp(old.value) < newest
    eventually(
        lambda: stamp(last(observer.records(observer.changelog), old.key)) >= newest, "it is stored again"
    )
    assert worker.stop() == 0
    assert observer.state() == fed.state


def test_who_kafka_takes_for_dead_begins_anew_with_what_is_stored(crew: Crew, observer: Observer) -> None:
    fed = Fed()
    worker = crew.start()
    worker.wait_ready()
    feed(crew.settings.broker, fed, range(2_000))
    with admin_client(crew.settings.broker) as admin:
        leavers = [MemberToRemove(member_id=member["member_id"]) for member in members(crew)]
        admin.remove_group_members(crew.settings.app_id, leavers)

    eventually(lambda: "Kafka took this worker for dead" in worker.log.read_text(), "it hears of it")
    feed(crew.settings.broker, fed, range(2_000, 3_000))
    eventually(observer.all_committed, "all is committed")
    assert worker.stop() == 0
    assert observer.state() == fed.state


def test_record_by_record_gives_the_same(crew: Crew, observer: Observer) -> None:
    fed = Fed()
    feed(crew.settings.broker, fed, range(3_000))
    worker = crew.start(VITALSTREAM_RECORD_BY_RECORD="true")
    worker.wait_ready()
    eventually(observer.all_committed, "all is committed")
    assert worker.stop() == 0

    assert sorted(crew.alerts()) == sorted(fed.alerts)
    assert observer.state() == fed.state


def test_a_bug_in_the_core_ends_the_worker_and_acknowledges_nothing_of_it(
    crew: Crew, observer: Observer
) -> None:
    fed = Fed()
    feed(crew.settings.broker, fed, range(1_000))
    broken = crew.start(TOY_BREAK_AT="700")
    assert broken.process.wait(30) == 1

    complaint = [line for line in broken.log.read_text().splitlines() if "critical" in line]
    assert len(complaint) == 1 and "ZeroDivisionError" in complaint[0] and "toy.py" in complaint[0]
    assert not observer.all_committed()
    mended = crew.start()
    eventually(observer.all_committed, "all is committed")
    assert mended.stop() == 0
    assert observer.state() == fed.state
    assert set(crew.alerts()) == fed.alerts

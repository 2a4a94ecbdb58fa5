"""Two partitions become five on a real broker, the tool killed on the way: nothing is lost or told twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kafka import KafkaAdminClient
from kafka.errors import MessageSizeTooLargeError

from models.snapshot import WearerSnapshot
from streams.backup import kafka
from streams.backup.layout import quietly
from streams.backup.lines import Record
from streams.engine.configuration import CHANGELOG
from streams.engine.state.generation import changelog, journal, table_of
from streams.engine.state.pages import Seal, Versions
from streams.errors import UserError
from streams.gateways.simulator import Rates, Simulation
from streams.growing import give_up, grow
from streams.growing.journal import stored_table
from streams.growing.place import place_among
from streams.growing.state import check_places
from streams.growing.strays import Strays
from streams.records import Consent, Profile
from streams.stack import LocalStack
from streams.wires import partition_counts
from tests.fault.next_version import BOTH, NOW
from tests.integration.conftest import STATE_KEY, Bench
from tests.integration.test_real_core_kills import maker, snapshots
from tests.streams.engine.answers import answered
from tests.streams.engine.harness import Observer, eventually, fresh_topics
from tests.streams.engine.shards import maker as toy_maker
from tests.streams.growing.regrouping import Topology

OLD, NEW = 2, 5
KEY = bytes.fromhex(STATE_KEY)
WEARERS, HOURS = 12, 4.0
COMMAND = "from streams.cli import main; main()"
TOOL = [sys.executable, "-c", COMMAND, "grow", "--json", "--partitions", str(NEW)]


class Farm(Bench):
    """A bench whose topics have a number of partitions of their own."""

    def __init__(self, stack: LocalStack, redis_url: str, app_id: str, folder: Path) -> None:
        super().__init__(stack, redis_url, app_id, folder)
        self.settings = self.settings.model_copy(update={"partitions": OLD})
        self.watch(OLD)

    def watch(self, partitions: int) -> None:
        """Look at so many partitions from now on."""
        self.observer.close()
        self.observer = Observer(self.settings.broker, self.settings.app_id, partitions)

    def tool(self) -> subprocess.Popen[str]:
        """`vitalstream grow`, as a process."""
        environment = {
            "VITALSTREAM_BROKER": self.settings.broker,
            "VITALSTREAM_APP_ID": self.settings.app_id,
            "VITALSTREAM_STATE_KEY": STATE_KEY,
            "VITALSTREAM_DATA_DIR": str(self.settings.data_dir / "tool"),
        }
        return subprocess.Popen(
            TOOL, env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def kill_tool_at(self, notes: int) -> None:
        """Run the tool until its journal has so many records, then kill it."""
        tool = self.tool()
        with kafka.consumer(self.settings) as client, kafka.admin(self.settings) as admin:
            name = journal(self.settings.app_id)

            def noted() -> bool:
                there = tool.poll() is not None or name in partition_counts(admin)
                return tool.poll() is not None or (there and kafka.ends(client, name, 1)[0] >= notes)

            eventually(noted, "the tool has begun", 120.0)
        tool.send_signal(signal.SIGKILL)
        tool.wait()

    def work(self, partitions: int) -> None:
        """One worker takes everything that is there, and stops."""
        worker = self.start(VITALSTREAM_PARTITIONS=str(partitions))
        worker.wait_ready()
        self.wait_done()
        assert worker.end(signal.SIGTERM) == 0


@pytest.fixture
def farm(stack: LocalStack, redis_url: str, app_id: str, tmp_path: Path) -> Iterator[Farm]:
    fresh_topics(stack.broker, OLD)
    made = Farm(stack, redis_url, app_id, tmp_path)
    yield made
    made.close()
    fresh_topics(stack.broker)


def uninterrupted(farm: Farm, first: list[Any]) -> tuple[dict[str, WearerSnapshot], set[tuple[str, int]]]:
    """What the pure core makes of the same logs, its pages regrouped behind the `first` records.

    Not that of two partitions all the time: when a silent wearer is noticed and reminded of goes by the
    time of a partition, so by who else is in it.
    """
    records = sorted(farm.observer.records("vitals"), key=lambda record: record.offset)
    topology, alerts = Topology(maker(farm), OLD), set[tuple[str, int]]()
    alerts |= topology.take(first)
    topology = topology.grown(NEW)
    alerts |= topology.take(record for record in records if record.offset >= topology.ends[record.partition])
    return topology.states(), alerts


def recovered(farm: Farm) -> dict[str, WearerSnapshot]:
    """What a recovery finds in the new generation, each wearer once."""
    pages: dict[int, dict[bytes, bytes]] = defaultdict(dict)
    for record in farm.observer.records(changelog(farm.settings.app_id, table_of(NEW))):
        pages[record.partition][record.key] = record.value
    make, states = maker(farm), {}
    for number in range(NEW):
        more = snapshots(make(number, pages[number]))
        assert states.keys().isdisjoint(more)
        states |= more
    return states


@pytest.mark.fault
def test_a_population_goes_on_in_five_partitions_with_the_tool_killed_on_the_way(farm: Farm) -> None:
    rates = Rates(episode_hours=2.0, warmup_hours=1.0)
    encode = msgspec.json.Encoder().encode
    packets = [
        (timed.wearer.encode(), encode(timed.packet))
        for timed in Simulation(seed=11, wearers=WEARERS, hours=HOURS, rates=rates).packets()
    ]
    wearers = sorted({key for key, _ in packets})
    profiles = [
        (key, encode(Profile(key.decode(), consent=Consent("given"), oxygen_scale=1 + number % 2)))
        for number, key in enumerate(wearers)
    ]
    half = len(packets) // 2
    farm.produce(profiles, "profiles")
    farm.produce(packets[:half])
    farm.work(OLD)
    first = farm.observer.records("vitals")

    farm.kill_tool_at(notes=1)
    farm.kill_tool_at(notes=3)
    last = farm.tool()
    out, err = last.communicate(timeout=120)
    assert last.returncode == 0, err
    assert msgspec.json.decode(out)["partitions"] == NEW

    farm.watch(NEW)
    farm.produce(packets[half:])
    farm.work(NEW)

    states, expected = uninterrupted(farm, first)
    told = Counter((alert.id, alert.revision) for alert in farm.alerts())
    assert [entry for entry, count in told.items() if count > 1] == []
    assert told.keys() == expected
    assert len(expected) > 10, "the run must have had something to tell"
    assert recovered(farm) == states
    latest = {record.key: record.value for record in farm.observer.records("profiles") if record.value}
    assert latest == dict(profiles)


class Died(BaseException):
    """The tool is gone, with nothing tidied up."""


class Fate:
    """Lets the tool die once before each thing that it does to the broker."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.deaths: list[str] = []
        for name in ("send", "commit"):
            self._bind(monkeypatch, kafka, name)
        for name in ("create_topics", "delete_topics", "create_partitions"):
            self._bind(monkeypatch, KafkaAdminClient, name)

    def _bind(self, monkeypatch: pytest.MonkeyPatch, place: Any, name: str) -> None:
        true = getattr(place, name)

        def mortal(client: Any, *of: Any) -> Any:
            # Pages come as a generator; a note in the journal is told from another by what it says.
            step = f"{name} {[word for word in of if isinstance(word, str | list | dict)]}"
            if step not in self.deaths:
                self.deaths.append(step)
                raise Died
            return true(client, *of)

        monkeypatch.setattr(place, name, mortal)


def settle(farm: Farm) -> Topology:
    """What workers leave behind that have judged everything, made without workers."""
    topology = Topology(maker(farm), OLD)
    records = list(answered(5)[:600])
    place, logs = place_among(OLD), defaultdict[int, list[tuple[bytes, bytes]]](list)
    for record in records:
        logs[place(record.key or b"")].append((record.key or b"", record.value or b""))
    topology.play(records)
    for number, log in logs.items():
        farm.produce(log, partition=number)
    wearers = sorted({key for log in logs.values() for key, _ in log})
    farm.produce([(name, b'{"wearer":"%b"}' % name) for name in wearers], "profiles")
    name = changelog(farm.settings.app_id, "state")
    with kafka.admin(farm.settings) as admin:
        kafka.make_topic(farm.settings, admin, name, OLD, CHANGELOG)
    with kafka.producer(farm.settings) as out:
        pages = [
            Record(number, 0, None, key, value, [])
            for number, found in topology.pages().items()
            for key, value in found.items()
        ]
        kafka.send(out, name, pages)
    with kafka.consumer(farm.settings) as client:
        ends = {topic: kafka.ends(client, topic, OLD) for topic in ("vitals", "profiles", "feedback")}
        kafka.commit(client, ends)
    return topology


def test_it_may_die_before_any_step_and_be_run_again(farm: Farm, monkeypatch: pytest.MonkeyPatch) -> None:
    before, seal = settle(farm), Seal(KEY, NOW, BOTH)
    fate, half_way = Fate(monkeypatch), 0
    grown = None
    while grown is None:
        try:
            grown = grow(farm.settings, seal, NEW, quietly)
        except Died:
            half_way += not may_start(farm)

    assert {death.split()[0] for death in fate.deaths} == {
        "create_topics", "send", "create_partitions", "commit", "delete_topics"
    }  # fmt: skip
    assert half_way >= 7, "no worker may start between the first note and the last"
    assert may_start(farm)
    farm.watch(NEW)
    assert recovered(farm) == before.states()
    assert schemas(farm) == {NOW}, "as VITALSTREAM_STATE_SCHEMA says, not the newest"
    assert changelog(farm.settings.app_id, "state") not in topics(farm)
    assert grow(farm.settings, seal, NEW, quietly).pages == 0, "once more does nothing"
    with kafka.consumer(farm.settings) as client:
        assert kafka.committed(client, "profiles", NEW) == kafka.ends(client, "profiles", NEW)


def schemas(farm: Farm) -> set[int]:
    """What the pages of the new generation are of."""
    records = farm.observer.records(changelog(farm.settings.app_id, table_of(NEW)))
    return {Seal(KEY, None, BOTH).open(r.key, r.value, Versions)[1].schema for r in records}


def topics(farm: Farm) -> dict[str, int]:
    with kafka.admin(farm.settings) as admin:
        return partition_counts(admin)


def may_start(farm: Farm) -> bool:
    """Whether a worker that goes by the topics' present partitions would start."""
    try:
        stored_table(farm.settings.model_copy(update={"partitions": topics(farm)["vitals"]}))
    except UserError:
        return False
    return True


def test_what_would_lose_state_is_refused_and_nothing_has_changed(farm: Farm) -> None:
    settle(farm)
    there = topics(farm)

    def refusal(key: bytes = KEY, wanted: int = NEW) -> str:
        with pytest.raises(UserError) as caught:
            grow(farm.settings, Seal(key), wanted, quietly)
        return str(caught.value)

    assert "the number can only grow" in refusal(wanted=OLD)
    assert "can't be read (forged): is this the workers' VITALSTREAM_STATE_KEY" in refusal(b"x" * 32)
    farm.produce([(b"ann", b"{}")] * 3)
    assert "3 records are not judged yet: stop the gateways" in refusal()
    assert topics(farm) == there | {journal(farm.settings.app_id): 1}
    assert may_start(farm)


def breaking(monkeypatch: pytest.MonkeyPatch, step: str, error: BaseException) -> None:
    """Let a step of the growth fail."""

    def broken(*_: object) -> None:
        raise error

    # By name: the package has a function that is called like this module.
    monkeypatch.setattr(sys.modules["streams.growing.grow"], step, broken)


def test_what_fails_or_is_interrupted_is_given_up_or_can_be(
    farm: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(farm)
    there, seal = topics(farm), Seal(KEY)
    as_before = there | {journal(farm.settings.app_id): 1}
    failures: list[tuple[BaseException, type[BaseException], str | None]] = [
        (
            MessageSizeTooLargeError(),
            UserError,
            r"Kafka fails \(.*\): given up, all is as before",
        ),
        (KeyboardInterrupt(), KeyboardInterrupt, None),
        (ZeroDivisionError(), ZeroDivisionError, None),
    ]
    for error, told, words in failures:
        with monkeypatch.context() as patch, pytest.raises(told, match=words):
            breaking(patch, "write_pages", error)
            grow(farm.settings, seal, NEW, quietly)
        assert (topics(farm), may_start(farm)) == (as_before, True)

    with monkeypatch.context() as patch, pytest.raises(Died):
        breaking(patch, "write_pages", Died())
        grow(farm.settings, seal, NEW, quietly)
    assert not may_start(farm)
    assert give_up(farm.settings).partitions == NEW
    assert (topics(farm), may_start(farm)) == (as_before, True)
    with pytest.raises(UserError, match="nothing to give up"):
        give_up(farm.settings)


def test_from_the_first_new_partition_on_there_is_no_way_back_and_strays_are_told(
    farm: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gateway at work sends by the old number of partitions until the end."""
    settle(farm)
    old, new = place_among(OLD), place_among(NEW)
    names = [b"late-%d" % number for number in range(20)]
    leave = [name for name in names if new(name) != old(name)]
    stay = [name for name in names if new(name) == old(name)]
    with monkeypatch.context() as patch, pytest.raises(Died):
        breaking(patch, "widen", Died())
        grow(farm.settings, Seal(KEY), NEW, quietly)
    for name in [leave[0], leave[0], leave[1], stay[0]]:
        farm.produce([(name, b"{}")], partition=old(name))

    with pytest.raises(UserError, match="which can't be taken back: run `vitalstream grow --partitions 5`"):
        give_up(farm.settings)
    grown = grow(farm.settings, Seal(KEY), NEW, quietly)

    assert grown.strays == Strays(records=3, wearers=2)
    assert may_start(farm)


def test_a_worker_at_work_stops_it(farm: Farm) -> None:
    farm.start(VITALSTREAM_PARTITIONS=str(OLD)).wait_ready()

    with pytest.raises(UserError, match="1 worker is at work"):
        grow(farm.settings, Seal(KEY), NEW, quietly)


def test_wearers_that_another_partitioner_has_placed_are_not_moved() -> None:
    before = Topology(toy_maker(), OLD)
    before.play(answered(5)[:60])

    assert check_places(before.make.seal, before.pages(), place_among(OLD)) == 6
    with pytest.raises(UserError, match="of 6 wearers are not in the partition that Kafka's default"):
        check_places(before.make.seal, before.pages(), place_among(3))

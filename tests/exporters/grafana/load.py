"""A worker, a deliverer, the API and everything that happens to them in a day, in a minute."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import msgspec

from streams.demo.children import child
from streams.records import Alert, Feedback
from tests.integration.conftest import Bench
from tests.models.deep.variants import own_registry, put_contrary

ANSWERS = {"well": 204, "busy": 503, "gone": 410}
"""Receivers, and what each of them says."""
ACTIONS = ("acknowledge", "snooze", "answer")
OPEN = ("raised", "escalated", "reminded")
HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Running:
    """Ports of the metrics of what runs."""

    worker: int
    deliver: int
    api: int


class _Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(ANSWERS[self.path.strip("/")])
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Nobody reads it."""


@contextlib.contextmanager
def receivers() -> Iterator[str]:
    """The address of a server that has every receiver."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Receiver)
    threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def routes(folder: Path, url: str, names: Sequence[str] = tuple(ANSWERS)) -> Path:
    """A file of routes that tells these receivers everything."""
    (folder / "secret").write_text("whsec_YSBrZXkgb2YgMjQgYnl0ZXMgb3IgbW9yZQ==\n")
    told = "\n".join(
        f'[receivers.{name}]\nkind = "webhook"\nurl = "{url}/{name}"\nsecret_file = "secret"'
        for name in names
    )
    path = folder / "routes.toml"
    path.write_text(f'{told}\n[routes.all]\nto = {list(names)}\npriority = "info"\n')
    return path


@contextlib.contextmanager
def everything(bench: Bench, folder: Path) -> Iterator[Running]:
    """Vitals, some that are wrong, alerts, answers to them, and messages, for as long as the block lasts."""
    registry = own_registry(folder / "registry", "rhythm", "deterioration", "anomaly")
    put_contrary(registry, "other")
    # A machine that is busy must not cost the worker its partitions: this is not about that.
    worker = bench.start(VITALSTREAM_REGISTRY=str(registry), VITALSTREAM_SESSION_TIMEOUT_S="20")
    settings = bench.settings.model_copy(update={"metrics_port": 0, "data_dir": folder / "deliver"})
    simulate = ["simulate", "--wearers", "20", "--hours", "72", "--speed", "1500", "--episode-hours", "3"]
    stop = threading.Event()
    with receivers() as url, contextlib.ExitStack() as held:
        deliver = ["deliver", str(routes(folder, url)), "--json"]
        delivering = held.enter_context(child("deliver", deliver, settings, folder))
        open_api = settings.model_copy(update={"data_dir": folder / "api", "api_anonymous": "read"})
        serving = held.enter_context(child("api", ["api", "--json"], open_api, folder))
        told = serving.wait_said(30)
        deliver_port = int(delivering.wait_said(30)["metrics_port"])
        ports = Running(worker.wait_ready(), deliver_port, int(told["metrics_port"]))
        held.enter_context(_board(str(told["address"])))
        held.enter_context(child("simulate", simulate, settings, folder))
        people = threading.Thread(target=_answer, args=(bench, stop))
        people.start()
        try:
            yield ports
        finally:
            stop.set()
            people.join()


@contextlib.contextmanager
def _board(address: str) -> Iterator[None]:
    """Who listens to new alerts, and looks at the list again and again."""
    stop = threading.Event()

    def look() -> None:
        with httpx.Client(base_url=address) as client:
            while not stop.wait(1.0):
                client.get("/alerts").raise_for_status()

    looking = threading.Thread(target=look)
    looking.start()
    try:
        with httpx.stream("GET", f"{address}/alerts/stream", timeout=None) as answer:
            answer.raise_for_status()
            yield
    finally:
        stop.set()
        looking.join()


def _answer(bench: Bench, stop: threading.Event) -> None:
    """Send what can't be read, answer every new alert, each in another way, and take on what lasts."""
    answered: set[str] = set()
    # Soon: at this speed an alert is over after a second or two.
    while not stop.wait(0.2):
        bench.produce([(b"w", b"no packet")])
        latest = {alert.id: alert for alert in bench.alerts()}
        new = [alert for name, alert in latest.items() if name not in answered]
        answered |= latest.keys()
        records = [_feedback(number, alert) for number, alert in enumerate(new)]
        unknown = [_feedback(2, msgspec.structs.replace(alert, id="no-such-alert")) for alert in new[:1]]
        lasting = [_feedback(0, alert) for alert in latest.values() if alert.status in OPEN]
        bench.produce([*records, *unknown, *lasting], topic="feedback")


def _feedback(number: int, alert: Alert) -> tuple[bytes, bytes]:
    action = ACTIONS[number % 3]
    told = Feedback(
        id=f"f{time.monotonic_ns()}",
        wearer=alert.wearer,
        alert=alert.id,
        action=action,
        time=alert.updated,
        until=alert.updated + HOUR_MS if action == "snooze" else None,
        useful=number % 2 == 0,
        true_alarm=number % 2 == 0,
    )
    return alert.wearer.encode(), msgspec.json.encode(told)

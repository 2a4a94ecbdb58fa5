"""What befalls connections: toxiproxy stands between workers and both servers."""

from __future__ import annotations

import contextlib
import random
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from streams.chaos.scene import Inject, Scene
from streams.errors import UserError
from streams.stack import LocalStack
from streams.stack.process import spawn, terminate
from streams.stack.server import LOOPBACK, free_port

BINARY = "toxiproxy-server"
PROXIES = ("kafka", "valkey")
ANSWER_S = 5.0
RESETS = 10

LISTENERS = """
listeners=PLAINTEXT://{host}:{direct},CONTROLLER://{host}:{controller},PROXIED://{host}:{inner}
advertised.listeners=PLAINTEXT://{host}:{direct},PROXIED://{host}:{outer}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
"""
"""Kafka tells its clients where to go on: those that come by the proxy, to the proxy."""


@dataclass(frozen=True, slots=True)
class Toxiproxy:
    """Its HTTP interface."""

    port: int

    def proxy(self, name: str, listen: int, upstream: int) -> None:
        """Let a port lead to another."""
        places = {"listen": f"{LOOPBACK}:{listen}", "upstream": f"{LOOPBACK}:{upstream}"}
        self._ask("POST", "/proxies", {"name": name, "enabled": True, **places})

    def enable(self, name: str, enabled: bool) -> None:
        """Open a proxy, or close it and with it all its connections."""
        self._ask("POST", f"/proxies/{name}", {"enabled": enabled})

    def add(self, name: str, kind: str, **attributes: int) -> None:
        """Spoil a proxy, both ways."""
        for stream in ("upstream", "downstream"):
            toxic = {"name": f"{kind}.{stream}", "type": kind, "stream": stream, "attributes": attributes}
            self._ask("POST", f"/proxies/{name}/toxics", toxic)

    def heal(self) -> None:
        """All proxies are open, none is spoilt."""
        self._ask("POST", "/reset", {})

    def answers(self) -> bool:
        """Whether it is there yet."""
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"http://{LOOPBACK}:{self.port}/version", timeout=ANSWER_S).is_success
        return False

    def _ask(self, method: str, path: str, body: Mapping[str, Any]) -> None:
        url = f"http://{LOOPBACK}:{self.port}{path}"
        httpx.request(method, url, json=body, timeout=ANSWER_S).raise_for_status()


def binary() -> Path:
    """The program. Raises UserError where there is none."""
    found = shutil.which(BINARY)
    if found is None:
        raise UserError(
            f"{BINARY} is not on the PATH: `go install github.com/Shopify/toxiproxy/v2/cmd/server@latest`"
            f" makes it, as `server` (rename it to {BINARY})"
        )
    return Path(found)


def listen_behind(stack: LocalStack, outer: int) -> int:
    """Give Kafka, before it starts, a listener that sends clients to the port `outer`; gives its own port."""
    path = stack.data_dir / "kafka" / "server.properties"
    text, inner = path.read_text(), free_port()
    found = re.search(rf"^controller.quorum.voters=1@{re.escape(LOOPBACK)}:(\d+)$", text, re.MULTILINE)
    assert found is not None
    direct = stack.kafka.definition.port
    path.write_text(
        text + LISTENERS.format(host=LOOPBACK, direct=direct, controller=found[1], inner=inner, outer=outer)
    )
    return inner


@contextmanager
def between(stack: LocalStack, folder: Path) -> Iterator[dict[str, str]]:
    """Toxiproxy before both servers of a stack that is not started yet; gives what leads workers there."""
    program, place = binary(), Toxiproxy(free_port())
    outer, valkey = free_port(), free_port()
    inner = listen_behind(stack, outer)
    command = [str(program), "-host", LOOPBACK, "-port", str(place.port)]
    with ExitStack() as held:
        process = spawn(command, {}, folder, folder / "toxiproxy.log")
        held.callback(terminate, process, 5.0)
        deadline = time.monotonic() + 20.0
        while not place.answers():
            if time.monotonic() > deadline:
                raise UserError(f"toxiproxy does not answer; see {folder / 'toxiproxy.log'}")
            time.sleep(0.1)
        place.proxy("kafka", outer, inner)
        place.proxy("valkey", valkey, stack.valkey.definition.port)
        yield {
            "VITALSTREAM_BROKER": f"{LOOPBACK}:{outer}",
            "VITALSTREAM_REDIS_URL": f"redis://{LOOPBACK}:{valkey}/0",
            "CHAOS_TOXIPROXY": str(place.port),
        }


def _toxiproxy(scene: Scene) -> Toxiproxy:
    return Toxiproxy(int(scene.crew.given["CHAOS_TOXIPROXY"]))


@contextmanager
def cut(scene: Scene, _chance: random.Random) -> Iterator[None]:
    """Nothing goes through, and nobody is told: a cable is pulled."""
    place = _toxiproxy(scene)
    for name in PROXIES:
        place.add(name, "timeout", timeout=0)
    try:
        yield
    finally:
        place.heal()


@contextmanager
def reset(scene: Scene, chance: random.Random) -> Iterator[None]:
    """All connections are reset, again and again."""
    place = _toxiproxy(scene)
    try:
        for _ in range(RESETS):
            name = chance.choice(PROXIES)
            place.add(name, "reset_peer", timeout=0)
            time.sleep(chance.uniform(0.1, 0.5))
            place.heal()
            time.sleep(chance.uniform(0.1, 1.5))
        yield
    finally:
        place.heal()


@contextmanager
def slow(scene: Scene, chance: random.Random) -> Iterator[None]:
    """Everything takes its time, and little goes through at once."""
    place = _toxiproxy(scene)
    for name in PROXIES:
        place.add(name, "latency", latency=chance.randint(100, 500), jitter=100)
        place.add(name, "bandwidth", rate=200)
    try:
        yield
    finally:
        place.heal()


FAULTS: dict[str, Inject] = {"net-cut": cut, "net-reset": reset, "net-slow": slow}

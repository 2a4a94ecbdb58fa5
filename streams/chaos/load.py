"""A steady load of simulated wearers, by a gateway that keeps what Kafka does not take for the moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator

import msgspec
from kafka import KafkaProducer

from streams.errors import UserError
from streams.gateways.simulator import Rates, Simulation
from streams.records import VitalsPacket
from streams.wires import client_options

Raw = tuple[bytes | None, bytes | None]
"""Key and value of a record."""
Tamper = Callable[[VitalsPacket], Iterable[Raw]]
"""What becomes of a packet on its way."""

RATES = Rates(episode_hours=2.0, warmup_hours=0.5, late=0.01, duplicate=0.01)
"""Much happens, so that there is much to lose."""
HOURS = 24.0 * 30
KEEP_S = 1800.0
"""How long the gateway keeps trying: longer than any fault lasts."""
BATCH_S = 0.1

encode = msgspec.json.Encoder().encode


def straight(packet: VitalsPacket) -> Iterator[Raw]:
    """A packet as the device sends it."""
    yield packet.wearer.encode(), encode(packet)


class Load(threading.Thread):
    """Sends packets and profiles at a steady rate while it is not paused."""

    def __init__(self, broker: str, seed: int, wearers: int, rate: float) -> None:
        super().__init__(name="load", daemon=True)
        self._simulation = Simulation(seed=seed, wearers=wearers, hours=HOURS, rates=RATES)
        self._rate = rate
        self._producer = KafkaProducer(
            **client_options(broker),
            acks="all",
            enable_idempotence=True,
            linger_ms=20,
            max_block_ms=int(KEEP_S * 1000),
            delivery_timeout_ms=int(KEEP_S * 1000),
            max_request_size=17 * 1024 * 1024,
            allow_auto_create_topics=False,
        )
        self.tamper: Tamper = straight
        self.handed = 0
        """Records for `vitals` that the gateway has, with profiles and answers: these are copied there."""
        self._counting = threading.Lock()
        self.packets = 0
        """Of these, those that are no profiles."""
        self.failed: BaseException | None = None
        self._go, self._idle, self._enough = threading.Event(), threading.Event(), threading.Event()

    def run(self) -> None:
        """Send until the end."""
        try:
            self._pump()
        except Exception as error:
            self.failed = self.failed or error
        finally:
            self._idle.set()

    def resume(self) -> None:
        """Go on."""
        self._idle.clear()
        self._go.set()

    @property
    def going(self) -> bool:
        """Whether it is not paused."""
        return self._go.is_set()

    def send(self, topic: str, raw: Raw) -> None:
        """Hand a record over; from any thread."""
        key, value = raw
        future = self._producer.send(topic, value, key)
        future.add_errback(self._fail)
        with self._counting:
            self.handed += 1

    def settle(self) -> int:
        """Pause until Kafka has taken all; gives how many packets it took. Raises UserError."""
        self._go.clear()
        self._idle.wait()
        self._producer.flush(timeout=KEEP_S)
        if self.failed is not None:
            raise UserError(f"the load ended: {type(self.failed).__name__}")
        return self.packets

    def end(self) -> None:
        """Send no more and let go of the broker."""
        self._enough.set()
        self._go.set()
        self.join()
        self._producer.close(timeout=5)

    def _pump(self) -> None:
        due, batch = time.monotonic(), max(1, round(self._rate * BATCH_S))
        for number, timed in enumerate(self._simulation.packets()):
            if timed.profile is not None:
                self.send("profiles", (timed.profile.wearer.encode(), encode(timed.profile)))
            for raw in self.tamper(timed.packet):
                self.send("vitals", raw)
                self.packets += 1
            if number % batch == 0:
                due = self._rest(due + batch / self._rate)
            if self._enough.is_set():
                return

    def _rest(self, due: float) -> float:
        """Wait until the next batch is due, or as long as it takes; gives when that was."""
        if not self._go.is_set():
            self._idle.set()
            self._go.wait()
            return time.monotonic()
        wait = due - time.monotonic()
        if wait < -1.0:  # what a stop of the machine cost is not made up for
            return time.monotonic()
        time.sleep(max(0.0, wait))
        return due

    def _fail(self, error: BaseException) -> None:
        self.failed = self.failed or error

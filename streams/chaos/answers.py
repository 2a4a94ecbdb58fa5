"""People who answer alerts while things go wrong: what they say is stored and told like all else."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

import msgspec
import redis
from redis.exceptions import RedisError

from streams.chaos.load import Load, encode
from streams.records import Alert, Feedback
from streams.settings import Settings
from streams.wires import redis_url

LOOK_S: Final = 0.5
SHARE: Final = 0.5
"""Of alerts that are answered."""
SNOOZE_S: Final = 3600
STREAM: Final = "vitalstream:alerts"


class Answers(threading.Thread):
    """Reads alerts as they are told and answers some, by seed, with the load that goes on."""

    def __init__(self, settings: Settings, load: Load, seed: int) -> None:
        super().__init__(name="answers", daemon=True)
        self._load, self._seed, self._since = load, seed, "-"
        self._redis = redis.Redis.from_url(redis_url(settings))
        self._enough = threading.Event()
        self.given = 0
        """How many answers Kafka was handed."""

    def run(self) -> None:
        """Answer until the end; what is told while Redis is away is answered later."""
        while not self._enough.wait(LOOK_S):
            if self._load.going:
                with suppress(RedisError):
                    for alert in self._told():
                        self._answer(alert)

    def end(self) -> None:
        """Answer no more."""
        self._enough.set()
        self.join()
        self._redis.close()

    def _told(self) -> Iterator[Alert]:
        decode = msgspec.json.Decoder(Alert).decode
        entries: Any = self._redis.xrange(STREAM, min=self._since)
        for entry, fields in entries:
            yield decode(fields[b"body"])
            self._since = f"({entry.decode()}"

    def _answer(self, alert: Alert) -> None:
        rng = random.Random(f"{self._seed} {alert.id}")
        if alert.status != "raised" or rng.random() > SHARE:
            return
        action: Any = rng.choice(("acknowledge", "snooze", "answer"))
        said = Feedback(
            f"{alert.id}:{action}",
            alert.wearer,
            alert.id,
            action,
            alert.updated,
            "chaos",
            for_s=SNOOZE_S if action == "snooze" else None,
            true_alarm=rng.random() < 0.5 if action == "answer" else None,
        )
        self._load.send("feedback", (alert.wearer.encode(), encode(said)))
        self.given += 1

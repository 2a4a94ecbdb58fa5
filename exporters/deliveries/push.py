"""Push and mail by Apprise: a thread for each, a time limit, words free of health detail."""

from __future__ import annotations

import asyncio
import logging
import threading
import tomllib
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from exporters.deliveries.address import may_be_loopback
from exporters.deliveries.outbox import Message
from exporters.deliveries.outcomes import Failed, Outcome
from exporters.deliveries.receivers import Push
from exporters.deliveries.routes import Detail
from streams.records import Alert

if TYPE_CHECKING:
    from apprise import NotifyBase

WORDS = Path(__file__).with_name("words.toml")
Note = tuple[str, str]
"""Title and text."""


class PushSender:
    """Sends to the services of one Apprise URL (or several, one a line).

    Raises:
        ValueError: Apprise does not know such a URL; it is not quoted.
    """

    def __init__(self, receiver: Push, folder: Path, board: str) -> None:
        # Its messages quote addresses, and answers of services.
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
        from apprise import Apprise

        self._apprise = Apprise()
        for url in receiver.address(folder).split():
            if not self._apprise.add(url):
                raise ValueError("url: Apprise knows no such service (https://appriseit.com/services)")
        if any(map(_is_plain, self._apprise)):
            raise ValueError("url: it would be told in the clear: use its encrypted form, such as mailtos://")
        self._language = receiver.language
        self._timeout_s = receiver.timeout_s
        self._board = board
        # A thread that hangs keeps its place until it really ends: never more threads than this.
        self._places = threading.BoundedSemaphore(receiver.concurrency)

    async def send(self, message: Message, detail: Detail) -> Outcome:
        """Send one message."""
        return await self.say(note_of(message.alert, message.nudge, detail, self._language, self._board))

    async def resend(self, alerts: Sequence[tuple[Alert, Detail]]) -> Outcome:
        """Nothing: people were told."""

    async def test(self, test_id: str) -> Outcome:  # noqa: ARG002 - a person needs no id
        """Say that it is a test."""
        return await self.say(note_of_test(self._language))

    async def say(self, note: Note) -> Outcome:
        """Send a title and a text."""
        if not self._places.acquire(blocking=False):
            return Failed("timeout", "earlier messages still hang")
        try:
            async with asyncio.timeout(self._timeout_s):
                taken = await _in_thread(lambda: self._notify(note))
        except TimeoutError:
            return Failed("timeout", f"no answer in {self._timeout_s:g} s")
        return None if taken else Failed("status", "the service did not take it")

    async def close(self) -> None:
        """Nothing is kept open."""

    def _notify(self, note: Note) -> bool:
        try:
            return bool(self._apprise.notify(title=note[0], body=note[1]))
        except Exception:  # whatever a plugin of Apprise raises; its words may quote the address
            return False
        finally:
            self._places.release()


def note_of(alert: Alert, nudge: int, detail: Detail, language: str, board: str) -> Note:
    """What a person reads: by default priority and whether it waits, and nothing of the wearer's health."""
    words = _words()[language]
    said = {"priority": words[alert.priority]}
    text = words["nudge" if nudge else alert.status].format_map(said)
    detailed = "" if detail == "none" else f"\n{alert.title}"
    where = words["board"].format(board=board) if board else words["no_board"]
    return words["title"].format_map(said), f"{text}{detailed}\n{where}"


def note_of_test(language: str) -> Note:
    """What a person reads who is sent a test."""
    words = _words()[language]
    return words["test_title"], words["test"]


def _is_plain(service: NotifyBase) -> bool:
    """Whether a service that also has an encrypted form is another machine and not told in it."""
    canonical: str = service.url()  # type: ignore[no-untyped-call]
    scheme = canonical.partition("://")[0]
    host = getattr(service, "host", None) or ""
    return bool(service.secure_protocol) and scheme == service.protocol and not may_be_loopback(host)


@lru_cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


async def _in_thread(work: Callable[[], bool]) -> bool:
    """Run in a thread of its own that the end of the process does not wait for."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[bool] = loop.create_future()

    def tell(result: bool) -> None:
        if not done.done():
            done.set_result(result)

    def run() -> None:
        result = work()
        try:
            loop.call_soon_threadsafe(tell, result)
        except RuntimeError:
            return  # the loop has ended meanwhile

    threading.Thread(target=run, name="push", daemon=True).start()
    return await done

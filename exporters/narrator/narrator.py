"""Asks a language model to reword advice; whatever goes wrong, the catalogue's words come back in time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import httpx
import msgspec

from exporters.alerts.card_content import advice_of
from exporters.narrator.address import checked
from exporters.narrator.answer import Refused, check, worded
from exporters.narrator.breaker import Breaker
from exporters.narrator.prompt import messages
from models.advice import Catalogue, Language
from streams.records import Advice, Alert, Voice

LONGEST_S = 3.0
MOST_BYTES = 64 * 1024
MOST_TOKENS = 1200
SOURCE = "worded by {model} from: {source}"


@dataclass(frozen=True, slots=True)
class Narrated:
    """What to show, and why the model's words are not in it (empty = they are)."""

    advice: list[Advice]
    why: str = ""


@dataclass(slots=True)
class Narrator:
    """A client of `POST {url}/chat/completions`. Use it as an asynchronous context manager."""

    url: str
    model: str
    key: str = ""
    timeout_s: float = LONGEST_S
    """For all of it: connecting, asking, reading."""
    breaker: Breaker = field(default_factory=Breaker)
    _client: httpx.AsyncClient | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Raises ValueError for an address or a time that is not allowed."""
        self.url = checked(self.url)
        if not 0 < self.timeout_s <= LONGEST_S:
            raise ValueError(f"the narrator may take {LONGEST_S:g} seconds at most")

    async def __aenter__(self) -> Self:
        """Open the client: no proxies or credentials of the environment, no redirects."""
        headers = {"content-type": "application/json", "accept-encoding": "identity"}
        if self.key:
            headers["authorization"] = f"Bearer {self.key}"
        self._client = httpx.AsyncClient(timeout=self.timeout_s, trust_env=False, headers=headers)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the client."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def narrate(self, alert: Alert, catalogue: Catalogue, voice: Voice, language: Language) -> Narrated:
        """The alert's advice in the model's words, marked as generated; or as the catalogue has it.

        Only texts of the catalogue are sent and reworded; others stay as they are.
        """
        own = advice_of(alert, catalogue, voice, language)
        original = {str(n): one.text for n, one in enumerate(own) if one.key in catalogue.entries}
        if not original or not self.breaker.closed:
            return Narrated(own, "paused after failures" if original else "nothing to word")
        self.breaker.begin()
        try:
            async with asyncio.timeout(self.timeout_s):
                found = await self._ask(alert, original, voice, language)
        except Exception as error:  # whatever an outside server does, the catalogue speaks
            self.breaker.failed()
            return Narrated(own, _reason(error))
        self.breaker.succeeded()
        return Narrated(_marked(own, found, self.model))

    async def _ask(
        self, alert: Alert, original: dict[str, str], voice: Voice, language: Language
    ) -> dict[str, str]:
        said = messages(alert, original, voice, language)
        question = {"model": self.model, "messages": said, "temperature": 0, "max_tokens": MOST_TOKENS}
        found = worded(await self._post(question), original)
        check(found, original, said[1]["content"], voice, language)
        return found

    async def _post(self, question: dict[str, Any]) -> bytes:
        if self._client is None:
            raise RuntimeError("the narrator is not open")
        address = f"{self.url}/chat/completions"
        async with self._client.stream("POST", address, content=msgspec.json.encode(question)) as response:
            if response.status_code != httpx.codes.OK:
                raise Refused(f"status {response.status_code}")
            return await _bounded(response)


async def _bounded(response: httpx.Response) -> bytes:
    """The body as it came: unpacking could make much of little."""
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > MOST_BYTES:
            raise Refused("a longer answer than can be right")
    return bytes(body)


def _marked(own: Sequence[Advice], found: dict[str, str], model: str) -> list[Advice]:
    return [
        msgspec.structs.replace(
            one, text=found[str(n)], source=SOURCE.format(model=model, source=one.source), generated=True
        )
        if str(n) in found
        else one
        for n, one in enumerate(own)
    ]


def _reason(error: Exception) -> str:
    """Why, in few words that quote nothing of the server's."""
    if isinstance(error, Refused):
        return str(error)
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return "no answer in time"
    return "not reached" if isinstance(error, httpx.HTTPError) else type(error).__name__

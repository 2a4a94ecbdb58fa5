"""A Lua script of this folder: called by its digest, given again to a server that has forgotten it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Self

from redis.asyncio import Redis
from redis.exceptions import NoScriptError

Argument = str | bytes | int | float


@dataclass(frozen=True, slots=True)
class Script:
    """A script and its digest. Every change of more than one key is one call of one."""

    text: str
    digest: str

    @classmethod
    def load(cls, name: str) -> Self:
        """The script in the file of this name, such as `publish.lua`."""
        text = files("exporters.alerts").joinpath(name).read_text(encoding="utf-8")
        return cls(text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())

    async def call(self, redis: Redis, keys: Sequence[str], args: Sequence[Argument]) -> Any:
        """What it answers. Use it inside `limited`; it may raise any error of redis-py."""
        try:
            return await self._call(redis, keys, args)
        except NoScriptError:
            # The server was restarted, failed over or flushed: it knows no script, so nothing ran.
            await redis.script_load(self.text)
            return await self._call(redis, keys, args)

    async def _call(self, redis: Redis, keys: Sequence[str], args: Sequence[Argument]) -> Any:
        return await redis.evalsha(self.digest, len(keys), *keys, *args)

"""Redis as records: each key with its type, content and when it expires.

Plain commands on both sides, no server's own dump: what Redis gave Valkey takes, of whatever version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from msgspec import Struct
from redis import Redis
from redis.exceptions import RedisError, ResponseError

from exporters.alerts.keys import Keys
from streams.backup.lines import Writer
from streams.errors import UserError
from streams.settings import Settings
from streams.wires import redis_url

PATTERN: Final = f"{Keys().prefix}:*"
PROBE: Final = f"{Keys().prefix}:health"
"""What the health check of docker-compose.yml writes, for a second."""
PAGE: Final = 500
PAUSE_MS: Final = 10_000
"""Writers wait no longer than that when a backup dies."""
LARGEST_SEQUENCE: Final = 2**64 - 1


READ: Final[Mapping[str, Callable[[Any, str], object]]] = {
    "string": lambda client, key: client.get(key),
    "hash": lambda client, key: client.hgetall(key),
    "list": lambda client, key: client.lrange(key, 0, -1),
    "zset": lambda client, key: client.zrange(key, 0, -1, withscores=True),
    "stream": lambda client, key: client.xlen(key),
}
"""How a key of each type is asked for; a stream is read in pages."""
GONE: Final[tuple[object, ...]] = (None, {}, [])
"""The content of a key that expired after its type was asked for."""


class Entry(Struct, frozen=True):
    """A key, or a part of a large one: what it adds to what was read before under the same name."""

    key: str
    type: str
    content: Any
    expires: int = -1
    """ms UTC; -1 = never."""


@contextmanager
def connection(settings: Settings) -> Iterator[Redis]:
    """A client that waits as long as a large answer takes."""
    with Redis.from_url(
        redis_url(settings), decode_responses=True, driver_info=None, socket_timeout=60.0
    ) as client:
        yield client


def has_keys(client: Redis) -> bool:
    """Whether there is anything of ours."""
    return next(_keys(client), None) is not None


def save_keys(client: Redis, to: Writer, moved: Callable[[int], None]) -> None:
    """Write every key, all as of one moment: writers are kept waiting meanwhile.

    Raises:
        UserError: this user may not do that.
    """
    try:
        _pause(client)
    except ResponseError as error:
        raise UserError(
            "this Redis user may not make writers wait (CLIENT PAUSE), so that alerts would not be of one"
            " moment: set VITALSTREAM_REDIS_URL to the user admin's"
        ) from error
    try:
        keys = sorted(_keys(client))
        for start in range(0, len(keys), PAGE):
            for entry in _entries(client, keys[start : start + PAGE]):
                to.write(entry)
                moved(1)
    finally:
        client.client_unpause()


def _keys(client: Any) -> Iterator[str]:
    return (key for key in client.scan_iter(PATTERN, count=1000) if key != PROBE)


def _pause(client: Any) -> None:
    client.execute_command("CLIENT", "PAUSE", PAUSE_MS, "WRITE")


def _entries(client: Any, keys: Sequence[str]) -> Iterator[Entry]:
    """Some keys, in two requests; streams page by page."""
    _pause(client)
    asked = client.pipeline(transaction=False)
    for key in keys:
        asked.type(key)
        asked.execute_command("PEXPIRETIME", key)
    told = asked.execute()
    found = [one for one in zip(keys, told[::2], told[1::2], strict=True) if one[1] in READ]
    for key, kind, _ in found:
        READ[kind](asked, key)
    for (key, kind, expires), content in zip(found, asked.execute(), strict=True):
        if kind == "stream":
            yield from (Entry(key, kind, part, expires) for part in _stream(client, key))
        elif content not in GONE:
            yield Entry(key, kind, content, expires)


def _stream(client: Any, key: str) -> Iterator[dict[str, Any]]:
    last = "-"
    while entries := client.xrange(key, last, "+", count=PAGE):
        _pause(client)
        yield {"entries": entries}
        last = f"({entries[-1][0]}"
    if client.exists(key):
        yield {"groups": [_group(client, key, group) for group in client.xinfo_groups(key)]}


def _group(client: Any, key: str, group: dict[str, Any]) -> tuple[str, str]:
    """A consumer group, and where it is to go on: at the oldest that was not acknowledged."""
    name = group["name"]
    waiting = client.xpending(key, name)
    return name, before(waiting["min"]) if waiting["pending"] else group["last-delivered-id"]


def before(stream_id: str) -> str:
    """The id just before one."""
    time, sequence = map(int, stream_id.split("-"))
    return f"{time}-{sequence - 1}" if sequence else f"{time - 1}-{LARGEST_SEQUENCE}"


def load_keys(client: Redis, entries: Iterable[Entry], moved: Callable[[int], None]) -> None:
    """Write what was saved into an empty Redis. Raises UserError."""
    pipeline: Any = client.pipeline(transaction=False)
    try:
        for entry in entries:
            if entry.content in GONE:
                continue  # backups of before had some
            _load(pipeline, entry)
            if entry.expires >= 0:
                pipeline.execute_command("PEXPIREAT", entry.key, entry.expires)
            if len(pipeline) >= PAGE:
                pipeline.execute()
            moved(1)
        pipeline.execute()
    except RedisError as error:
        raise UserError(
            f"Redis does not take {PATTERN} ({type(error).__name__}): it has to be the user admin, and room;"
            " empty it and restore again"
        ) from error


def _load(to: Any, entry: Entry) -> None:
    key, content = entry.key, entry.content
    match entry.type:
        case "string":
            to.set(key, content)
        case "hash":
            to.hset(key, mapping=content)
        case "list":
            to.rpush(key, *content)
        case "zset":
            to.zadd(key, dict(content))
        case "stream":
            for stream_id, fields in content.get("entries", ()):
                to.xadd(key, fields, id=stream_id)
            for name, place in content.get("groups", ()):
                to.xgroup_create(key, name, id=place, mkstream=True)

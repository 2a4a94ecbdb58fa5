"""Alerts saved from one Redis are the same in another: content, order, times to live, places of groups."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from pydantic import SecretStr

from streams.backup.lines import reading, writing
from streams.backup.redis_keys import Entry, before, connection, has_keys, load_keys, save_keys
from streams.errors import UserError
from streams.settings import Settings
from tests.exporters.examples import server_on

STREAM = "vitalstream:alerts"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with server_on() as server:
        yield server.connection_url


@pytest.fixture
def client(url: str) -> Iterator[Any]:
    with redis.Redis.from_url(url, decode_responses=True) as made:
        made.flushall()
        yield made


def settings(url: str) -> Settings:
    return Settings(redis_url=SecretStr(url))


def moved(client: Any, url: str, folder: Path) -> None:
    """Save what is there, empty the server, load it again."""
    with connection(settings(url)) as ours:
        with writing(folder / "redis.jsonl.gz") as out:
            save_keys(ours, out, lambda _: None)
        client.flushall()
        load_keys(ours, reading(folder / "redis.jsonl.gz", Entry), lambda _: None)


def test_every_kind_of_key_comes_back(client: Any, url: str, tmp_path: Path) -> None:
    client.set("vitalstream:alerts:newest", "1200-0")
    client.hset("vitalstream:alert:a", mapping={"revision": "2", "body": "{°C}"})
    client.rpush("vitalstream:alert:a:life", "1-0", "2-0")
    client.zadd("vitalstream:active:high", {"a": 1.5e12, "b": 1.0})
    for number in range(1200):
        client.xadd(STREAM, {"id": "a", "revision": number}, id=f"{number + 1}-0")
    client.pexpire("vitalstream:alert:a", 90_000)
    client.set("another:key", "stays out")
    before_: dict[str, Any] = {
        "entries": client.xrange(STREAM),
        "hash": client.hgetall("vitalstream:alert:a"),
        "list": client.lrange("vitalstream:alert:a:life", 0, -1),
        "set": client.zrange("vitalstream:active:high", 0, -1, withscores=True),
        "expires": client.execute_command("PEXPIRETIME", "vitalstream:alert:a"),
    }

    moved(client, url, tmp_path)

    assert client.xrange(STREAM) == before_["entries"]
    assert client.hgetall("vitalstream:alert:a") == before_["hash"]
    assert client.lrange("vitalstream:alert:a:life", 0, -1) == before_["list"]
    assert client.zrange("vitalstream:active:high", 0, -1, withscores=True) == before_["set"]
    assert client.execute_command("PEXPIRETIME", "vitalstream:alert:a") == before_["expires"]
    assert client.get("vitalstream:alerts:newest") == "1200-0"
    assert not client.exists("another:key")


class Late(redis.Redis):
    """A client that comes to a key's content only when the key has expired."""

    brief = "vitalstream:alert:brief"

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> Any:
        made = super().pipeline(transaction, shard_hint)
        true = made.execute

        def execute() -> list[Any]:
            told = true()
            while self.exists(self.brief):
                time.sleep(0.01)
            return told

        made.execute = execute  # type: ignore[method-assign]
        return made


@pytest.mark.parametrize("kind", ["string", "hash", "list", "zset", "stream"])
def test_a_key_that_expires_while_it_is_saved_is_left_out(
    client: Any, url: str, tmp_path: Path, kind: str
) -> None:
    make = {
        "string": lambda: client.set(Late.brief, "body"),
        "hash": lambda: client.hset(Late.brief, "a", 1),
        "list": lambda: client.rpush(Late.brief, "a"),
        "zset": lambda: client.zadd(Late.brief, {"a": 1.0}),
        "stream": lambda: client.xadd(Late.brief, {"a": 1}),
    }
    make[kind]()
    client.pexpire(Late.brief, 500)
    client.set("vitalstream:stays", "here")

    with Late.from_url(url, decode_responses=True) as late, writing(tmp_path / "redis.jsonl.gz") as out:
        save_keys(late, out, lambda _: None)

    assert [entry.key for entry in reading(tmp_path / "redis.jsonl.gz", Entry)] == ["vitalstream:stays"]


def test_a_backup_that_has_kept_such_a_key_is_loaded_all_the_same(client: Any, url: str) -> None:
    gone: list[tuple[str, object]] = [("string", None), ("hash", {}), ("list", []), ("zset", [])]
    entries = [Entry(f"vitalstream:{kind}", kind, content, 5) for kind, content in gone]

    with connection(settings(url)) as ours:
        load_keys(ours, [*entries, Entry("vitalstream:stays", "string", "here")], lambda _: None)

    assert client.keys() == ["vitalstream:stays"]


def test_a_group_is_given_again_what_it_had_not_acknowledged(client: Any, url: str, tmp_path: Path) -> None:
    for number in (1, 2, 3, 4):
        client.xadd(STREAM, {"id": number}, id=f"{number}-0")
    client.xgroup_create(STREAM, "pager", id="0")
    client.xreadgroup("pager", "one", {STREAM: ">"}, count=3)
    client.xack(STREAM, "pager", "1-0")

    moved(client, url, tmp_path)
    [[_, given]] = client.xreadgroup("pager", "two", {STREAM: ">"})

    assert [entry for entry, _ in given] == ["2-0", "3-0", "4-0"]


def test_writers_wait_only_as_long_as_it_takes(client: Any, url: str, tmp_path: Path) -> None:
    client.set("vitalstream:a", 1)

    moved(client, url, tmp_path)
    began = time.monotonic()
    client.set("vitalstream:b", 2)

    assert time.monotonic() - began < 5.0, "the pause is 10 s long"


def test_a_user_who_may_not_make_writers_wait_is_told_so(client: Any, url: str, tmp_path: Path) -> None:
    client.execute_command("ACL", "SETUSER", "poor", "on", ">secret", "~*", "+@all", "-client|pause")
    poor = url.replace("redis://", "redis://poor:secret@")

    with (
        connection(settings(poor)) as ours,
        writing(tmp_path / "redis.jsonl.gz") as out,
        pytest.raises(UserError, match="user admin's"),
    ):
        save_keys(ours, out, lambda _: None)


def test_what_a_health_check_writes_is_no_content(client: Any, url: str) -> None:
    client.set("vitalstream:health", 1)

    with connection(settings(url)) as ours:
        assert not has_keys(ours)


@pytest.mark.parametrize(("stream_id", "earlier"), [("5-3", "5-2"), ("5-0", f"4-{2**64 - 1}")])
def test_the_id_before(stream_id: str, earlier: str) -> None:
    assert before(stream_id) == earlier

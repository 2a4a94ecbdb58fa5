"""Redis or Valkey: whether it can hold alerts, and keeps them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

import redis
from redis.exceptions import NoPermissionError, RedisError, ResponseError

from streams.doctor.finding import About, Finding, Unwell
from streams.errors import START
from streams.settings import MEBIBYTE, Settings
from streams.wires import explain_connection_error, redis_url

ABOUT: Final = About("redis", "docs/reference/redis.md")
CLOCK: Final = About("clock", "docs/explanation/time.md")
PATIENCE_S: Final = 3.0
SKEW_S: Final = 2.0
OLDEST: Final = 7
PATCHED: Final = (8, 6, 3)
"""Redis before has CVE-2026-23479; distributions may have mended an older number."""
FULL, TOO_FULL = 0.8, 0.95
_WRITES: Final = (
    "xadd vitalstream:alerts * a b",
    "hset vitalstream:alert:x a b",
    "set vitalstream:alerts:newest a",
    "zadd vitalstream:active:high 1 a",
    "zadd vitalstream:silences 1 a",
    "hset vitalstream:risk:x a b",
    "publish vitalstream:alerts:hint a",
)
_READS: Final = (
    "xread STREAMS vitalstream:alerts 0",
    "hgetall vitalstream:alert:x",
    "zrange vitalstream:active:high 0 -1",
    "hgetall vitalstream:risk:x",
)
_ASK: Final = """
local refused = {}
for _, words in ipairs(ARGV) do
  local command = {}
  for word in string.gmatch(words, '%S+') do command[#command + 1] = word end
  if not redis.acl_check_cmd(unpack(command)) then refused[#refused + 1] = command[1] .. ' ' .. command[2] end
end
return refused
"""


def look(settings: Settings) -> Iterator[Finding]:
    """Version, what is kept over a restart, room, rights, and its clock beside ours."""
    url = redis_url(settings)
    client = redis.Redis.from_url(
        url, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S, decode_responses=True
    )
    with client:
        try:
            client.ping()
        except (RedisError, OSError) as error:
            told = explain_connection_error(error, "Redis")
            says, _, do = (told or "no Redis answers at VITALSTREAM_REDIS_URL: " + START).rpartition(": ")
            raise Unwell(says, do, ABOUT.see) from None
        yield from _state(client)
        yield from _rights(client)
        yield from _clock(client)


def _state(client: redis.Redis) -> Iterator[Finding]:
    try:
        info: Mapping[str, Any] = client.info()
    except NoPermissionError:
        yield ABOUT.warn(
            "answers; this user may not ask for its version, memory and persistence",
            "run this once with the admin's URL",
        )
        return
    yield _version(info)
    yield from _kept(client, info)
    yield from _room(info)


def _version(info: Mapping[str, Any]) -> Finding:
    if "valkey_version" in info:
        return ABOUT.ok(f"Valkey {info['valkey_version']} answers")
    version = str(info["redis_version"])
    numbers = tuple(int(part) for part in version.split(".")[:3])
    if numbers[0] < OLDEST:
        return ABOUT.wrong(f"Redis {version} is too old", f"take Redis {OLDEST} or newer, or Valkey 8")
    if numbers < PATCHED:
        more = ", and with TLS CVE-2026-81934 below Debian's 7.0.15-1~deb12u10" if numbers[0] == 7 else ""
        return ABOUT.warn(
            f"Redis {version} has CVE-2026-23479 unless your distribution has mended it{more}",
            "take 8.6.3 or newer, or look at the package's changelog",
        )
    return ABOUT.ok(f"Redis {version} answers")


def _kept(client: redis.Redis, info: Mapping[str, Any]) -> Iterator[Finding]:
    if info.get("loading"):
        yield ABOUT.warn("it still loads its data", "wait")
    policy = info.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        yield ABOUT.wrong(f"maxmemory-policy is {policy}: alerts can vanish", "set it to noeviction")
    if info.get("aof_enabled"):
        if info.get("aof_last_write_status") != "ok":
            yield ABOUT.wrong("it can't write its append-only file", "look at its disk and its log")
        else:
            yield ABOUT.ok("keeps alerts over a restart (append-only file)")
        return
    if info.get("rdb_last_bgsave_status") != "ok":
        yield ABOUT.wrong("it can't save its snapshots", "look at its disk and its log")
    elif _saves(client):
        yield ABOUT.warn("keeps snapshots alone: a crash loses minutes of alerts", "set appendonly yes")
    else:
        yield ABOUT.wrong("keeps nothing over a restart: open alerts are lost", "set appendonly yes")


def _saves(client: redis.Redis) -> bool:
    try:
        return bool(client.config_get("save").get("save"))
    except ResponseError:
        return True


def _room(info: Mapping[str, Any]) -> Iterator[Finding]:
    used, most = int(info["used_memory"]), int(info.get("maxmemory") or 0)
    whole = most or int(info.get("total_system_memory") or 0)
    if not whole:
        return
    share = used / whole
    told = f"{used / MEBIBYTE:,.0f} of {whole / MEBIBYTE:,.0f} MiB used"
    if share > FULL:
        tell = ABOUT.wrong if share > TOO_FULL else ABOUT.warn
        yield tell(told, "raise maxmemory, or lower VITALSTREAM_STREAM_TRIM_S: a full one takes no alert")
    else:
        yield ABOUT.ok(told)


def _rights(client: redis.Redis) -> Iterator[Finding]:
    """Asked of the server in a script, which changes nothing."""
    try:
        digest = client.script_load(_ASK)
        may_not_write = client.evalsha(digest, 0, *_WRITES)
        may_not_read = client.evalsha(digest, 0, *_READS)
    except ResponseError:
        yield ABOUT.wrong("this user may run no script", "make users by deploy/redis/users.acl.template")
        return
    if not may_not_write:
        yield ABOUT.ok("this user may write alerts")
    elif not may_not_read:
        yield ABOUT.warn(
            "this user may only read: enough for api and deliver, not for a worker",
            "give workers the writer's URL",
        )
    else:
        yield ABOUT.wrong(
            f"this user may not {may_not_write[0]}", "make users by deploy/redis/users.acl.template"
        )


def _clock(client: redis.Redis) -> Iterator[Finding]:
    before = time.time()
    try:
        seconds, micros = client.time()
    except NoPermissionError:
        return
    skew = seconds + micros / 1e6 - (before + time.time()) / 2
    if abs(skew) > SKEW_S:
        yield CLOCK.wrong(f"this machine's clock is {-skew:+.1f} s off that of Redis", "set both by NTP")
    else:
        yield CLOCK.ok(f"agrees with that of Redis to {abs(skew) * 1000:.0f} ms")

"""One alert as it stands now."""

from __future__ import annotations

from typing import cast

import msgspec

from exporters.alerts.connection import limited, open_client
from exporters.alerts.errors import RedisUnavailable
from exporters.alerts.keys import Keys
from streams.records import Alert

TIMEOUT_S = 5.0


async def current_alert(url: str, alert_id: str) -> Alert | None:
    """The newest revision of an alert; None when no such alert is kept.

    Raises:
        RedisUnavailable: the server does not answer.
    """
    redis = open_client(url, TIMEOUT_S, decode_responses=True)
    try:
        async with limited(TIMEOUT_S, RedisUnavailable):
            body = cast("str | None", await redis.hget(Keys().alert(alert_id), "body"))
    finally:
        await redis.aclose()
    return None if body is None else msgspec.json.decode(body, type=Alert)

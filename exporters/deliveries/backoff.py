"""How long to wait after a failure, and when to give up: a day, as Standard Webhooks advises."""

from __future__ import annotations

import random

SECOND_MS = 1000
FIRST_S = 5
TIMES = 3
LONGEST_S = 6 * 3600
JITTER = 0.25
DAY_MS = 86_400_000
LEAST_FAILURES = 5
"""An endpoint is not disabled before so many failures: a day may have passed while nothing was sent."""
MOST_REFUSALS = 5
"""A message that an endpoint says it can't read is not sent more often."""
MOST_ATTEMPTS = 12
"""Nor one that it does not take while it takes others: about a day of trying."""
KEPT_MS = 3 * DAY_MS
"""What could not be delivered in so long is not news any more."""


def wait_ms(attempts: int, chance: float) -> int:
    """Wait after so many attempts (1 or more); `chance` in 0..1 spreads it by a quarter either way."""
    # 5 s, 15 s, 45 s, 2 min, 7 min, 20 min, 1 h, 3 h, then every 6 h: a dozen attempts in a day.
    plain: int = min(FIRST_S * TIMES ** min(attempts - 1, 20), LONGEST_S)
    return round(plain * (1 - JITTER + 2 * JITTER * chance) * SECOND_MS)


def spread_ms(attempts: int) -> int:
    """Wait after so many attempts, so that those who failed together don't come back together."""
    return wait_ms(attempts, random.random())


def is_hopeless(failing_since: int, failures: int, now: int) -> bool:
    """Whether an endpoint that has failed so often since then (ms) is to be disabled."""
    return failures >= LEAST_FAILURES and now - failing_since >= DAY_MS

"""A test message to every receiver of a file: whether it arrives and is taken."""

from __future__ import annotations

import asyncio
import uuid

from exporters.deliveries.routes import Routes
from exporters.deliveries.senders import Sender, senders_of


async def send_tests(routes: Routes) -> dict[str, str | None]:
    """By receiver: why it did not take the test; None = it did.

    Raises:
        ValueError: a secret of the file is missing or wrong.
    """
    senders = senders_of(routes)
    try:
        faults = await asyncio.gather(*(_try(sender) for sender in senders.values()))
    finally:
        for sender in senders.values():
            await sender.close()
    return dict(zip(senders, faults, strict=True))


async def _try(sender: Sender) -> str | None:
    outcome = await sender.test(f"test-{uuid.uuid4().hex}")
    return None if outcome is None else outcome.words

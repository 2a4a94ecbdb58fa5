"""What people say to an alert: it goes to Kafka, and shows when a worker has heard it."""

from __future__ import annotations

import time
import uuid
from typing import Any, Literal

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from exporters.access.body import body
from exporters.access.gate import principal, record
from exporters.api.alerts import the_alert
from exporters.api.asked import json
from exporters.api.outlet import BrokerUnavailable, Outlet
from exporters.api.shapes import Accepted, Acknowledge, Opinion, SnoozeFor
from exporters.api.store import Store
from streams.errors import UserError
from streams.gateways.answers import Over, longest_snooze, sendable
from streams.records import Feedback

Verb = Literal["acknowledge", "snooze", "answer"]


def routes(store: Store, outlet: Outlet) -> list[BaseRoute]:
    """POST /alerts/{id}/acknowledge, /snooze and /feedback."""

    async def say(request: Request, action: Verb, **said: Any) -> tuple[Feedback, int]:
        asker = principal(request)
        found = await the_alert(store, asker, request.path_params["id"], "answer")
        alert, now = found.alert, round(time.time() * 1000)
        feedback = Feedback(uuid.uuid4().hex, alert.wearer, alert.id, action, now, author=asker.name, **said)
        try:
            feedback = sendable(feedback, alert)
        except Over as error:
            raise HTTPException(409, str(error)) from error
        except UserError as error:
            raise HTTPException(422, str(error)) from error
        await record(request, "answer", alert.wearer, alert=alert.id, said=action)
        try:
            await outlet.send(feedback)
        except BrokerUnavailable:
            await record(request, "answer", alert.wearer, "failed", alert=alert.id, said=action)
            raise
        return feedback, longest_snooze(alert.priority)

    async def acknowledge(request: Request) -> Response:
        said = await body(request, Acknowledge)
        feedback, _ = await say(request, "acknowledge", comment=said.comment)
        return json(Accepted(feedback.id), 202)

    async def snooze(request: Request) -> Response:
        said = await body(request, SnoozeFor)
        feedback, most = await say(request, "snooze", for_s=said.minutes * 60, comment=said.comment)
        return json(Accepted(feedback.id, min(said.minutes, most)), 202)

    async def opinion(request: Request) -> Response:
        said = await body(request, Opinion)
        if said == Opinion():
            raise HTTPException(422, "say whether it was useful, whether it was true, or give a comment")
        feedback, _ = await say(
            request, "answer", useful=said.useful, true_alarm=said.true_alarm, comment=said.comment
        )
        return json(Accepted(feedback.id), 202)

    return [
        Route("/alerts/{id}/acknowledge", acknowledge, methods=["POST"]),
        Route("/alerts/{id}/snooze", snooze, methods=["POST"]),
        Route("/alerts/{id}/feedback", opinion, methods=["POST"]),
    ]

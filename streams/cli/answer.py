"""`vitalstream ack | snooze | answer`: what a person says to an alert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from streams.records import Feedback

Alert = Annotated[str, typer.Argument(help="the alert's id, as `vitalstream alerts --json` prints it")]
Author = Annotated[str, typer.Option(help="who says so: a pseudonym, shown in the alert")]
Comment = Annotated[str, typer.Option(help="in words; at most 2,000 characters")]
Useful = Annotated[bool | None, typer.Option("--useful/--not-useful", help="was it worth telling?")]
True_ = Annotated[bool | None, typer.Option("--true/--false", help="was it so?")]


def register(app: typer.Typer) -> None:
    """Add `ack`, `snooze` and `answer` to the command line."""
    for command in (ack, snooze, answer):
        app.command()(command)


def ack(
    alert: Alert, author: Author = "", useful: Useful = None, true: True_ = None, comment: Comment = ""
) -> None:
    """Take an alert on: no more reminders."""
    _send(alert, "acknowledge", author=author, useful=useful, true_alarm=true, comment=comment)


def snooze(
    alert: Alert,
    minutes: Annotated[int, typer.Option("--minutes", min=1, max=7 * 1440, help="for how long")] = 60,
    author: Author = "",
    comment: Comment = "",
) -> None:
    """Silence this condition and direction of this wearer for a time; what gets worse still comes through."""
    _send(alert, "snooze", minutes, author=author, comment=comment)


def answer(
    alert: Alert, useful: Useful = None, true: True_ = None, author: Author = "", comment: Comment = ""
) -> None:
    """Say whether an alert was useful and true: later ones are ranked and delayed by it."""
    from streams.errors import UserError

    if useful is None and true is None and not comment:
        raise UserError("say --useful or --not-useful, --true or --false, or give a --comment")
    _send(alert, "answer", author=author, useful=useful, true_alarm=true, comment=comment)


def _send(
    alert: str, action: Literal["acknowledge", "snooze", "answer"], minutes: int = 0, **said: Any
) -> None:
    import asyncio
    import time
    import uuid

    from exporters.alerts.client import read_alert
    from exporters.alerts.errors import RedisUnavailable
    from streams.errors import START, UserError
    from streams.gateways.producer import VitalsProducer
    from streams.records import Feedback
    from streams.settings import Settings
    from streams.stack import discover

    settings = discover(Settings())
    try:
        found = asyncio.run(read_alert(settings.redis_url.get_secret_value(), alert))
    except RedisUnavailable as error:
        raise UserError(f"{error}: {START}") from error
    except ValueError as error:
        raise UserError(str(error)) from error
    if found is None:
        raise UserError(f"there is no alert {alert}: `vitalstream alerts --json` prints their ids")
    now = round(time.time() * 1000)
    for_s = minutes * 60 or None
    feedback = Feedback(uuid.uuid4().hex, found.wearer, found.id, action, now, for_s=for_s, **said)
    with VitalsProducer(settings.broker) as producer:
        producer.send(sendable(feedback))
    typer.echo(f"{action} sent for {found.title.lower()} of {found.wearer}")


def sendable(feedback: Feedback) -> Feedback:
    """The record, if workers will take it. Raises UserError that names the field, never its text."""
    import msgspec

    from streams.errors import UserError
    from streams.records import Feedback

    try:
        return msgspec.convert(msgspec.to_builtins(feedback), Feedback)
    except msgspec.ValidationError as error:
        raise UserError(f"this answer can't be sent: {error}") from error

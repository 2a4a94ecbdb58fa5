"""`vitalstream ack | snooze | answer`: what a person says to an alert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from streams.cli.known import AlertId, known_alert

if TYPE_CHECKING:
    from streams.records import Alert, Feedback, Priority

Author = Annotated[str, typer.Option(help="who says so: a pseudonym, shown in the alert")]
Comment = Annotated[str, typer.Option(help="in words; at most 2,000 characters")]
Useful = Annotated[bool | None, typer.Option("--useful/--not-useful", help="was it worth telling?")]
True_ = Annotated[bool | None, typer.Option("--true/--false", help="was it so?")]

DONE = {"acknowledge": "acknowledged", "snooze": "snoozed", "answer": "answered"}


def register(app: typer.Typer) -> None:
    """Add `ack`, `snooze` and `answer` to the command line."""
    for command in (ack, snooze, answer):
        app.command()(command)


def ack(
    alert: AlertId, author: Author = "", useful: Useful = None, true: True_ = None, comment: Comment = ""
) -> None:
    """Take an alert on: no more reminders."""
    _send(alert, "acknowledge", author=author, useful=useful, true_alarm=true, comment=comment)


def snooze(
    alert: AlertId,
    minutes: Annotated[int, typer.Option("--minutes", min=1, max=7 * 1440, help="for how long")] = 60,
    author: Author = "",
    comment: Comment = "",
) -> None:
    """Silence this condition and direction of this wearer for a time; what gets worse still comes through."""
    _send(alert, "snooze", minutes, author=author, comment=comment)


def answer(
    alert: AlertId, useful: Useful = None, true: True_ = None, author: Author = "", comment: Comment = ""
) -> None:
    """Say whether an alert was useful and true: later ones are ranked and delayed by it."""
    from streams.errors import UserError

    if useful is None and true is None and not comment:
        raise UserError("say --useful or --not-useful, --true or --false, or give a --comment")
    _send(alert, "answer", author=author, useful=useful, true_alarm=true, comment=comment)


def _send(
    words: str, action: Literal["acknowledge", "snooze", "answer"], minutes: int = 0, **said: Any
) -> None:
    import asyncio
    import time
    import uuid

    from streams.errors import UserError
    from streams.gateways.answers import sendable
    from streams.gateways.producer import VitalsProducer
    from streams.records import Feedback
    from streams.settings import Settings
    from streams.stack import discover
    from streams.wires.rights import reach

    settings = discover(Settings())
    found = asyncio.run(known_alert(settings, words))
    now, for_s = round(time.time() * 1000), minutes * 60 or None
    feedback = Feedback(uuid.uuid4().hex, found.wearer, found.id, action, now, for_s=for_s, **said)
    try:
        feedback = sendable(feedback, found)
    except UserError as error:
        raise UserError(f"{named(found)}: {error}") from error
    with VitalsProducer(reach(settings, "care")) as producer:
        producer.send(feedback)
    typer.echo(sent(feedback, found))


def sent(feedback: Feedback, found: Alert) -> str:
    """One line that tells what was sent, of which alert."""
    line = f"{DONE[feedback.action]}: {named(found)}"
    if found.status == "resolved":
        return f"{line} (it is over; answers count up to 14 days after it)"
    return line if feedback.for_s is None else f"{line}, {_bounded(feedback.for_s // 60, found.priority)}"


def named(found: Alert) -> str:
    """Title and wearer of an alert."""
    from streams.printable import printable

    return printable(f"«{found.title}», {found.wearer}")


def _bounded(minutes: int, priority: Priority) -> str:
    """For how long it will be silent, by the policy's bound for its priority."""
    from streams.gateways.answers import longest_snooze

    most = longest_snooze(priority)
    held = f"for {min(minutes, most)} min"
    return held if minutes <= most else f"{held}: a {priority} alert is snoozed for {most} minutes at most"

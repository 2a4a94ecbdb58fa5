"""A growth that failed is taken back, while that can be done: before partitions are added."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from streams.backup import kafka
from streams.engine.state.generation import Move, changelog, journal, table_of
from streams.errors import UserError
from streams.growing.journal import newest, note
from streams.growing.topics import drop
from streams.settings import Settings
from streams.wires import explain_connection_error, partition_counts

if TYPE_CHECKING:
    from kafka import KafkaAdminClient


def give_up(settings: Settings) -> Move:
    """Take back a growth that was broken off, so that workers start as before; tells which it was.

    Raises:
        UserError: there is none, or it is past the point where it could be.
    """
    with kafka.admin(settings) as admin, kafka.consumer(settings) as client:
        there = journal(settings.app_id) in partition_counts(admin)
        last = newest(client, settings.app_id) if there else None
        if last is None or last.phase == "moved":
            raise UserError("no growth is under way: there is nothing to give up")
        if last.phase == "splitting":
            raise UserError(
                "partitions are being added already, which can't be taken back: run"
                f" `vitalstream grow --partitions {last.partitions}` again"
            )
        _take_back(settings, admin, last)
        return last


@contextmanager
def given_up_on_failure(settings: Settings, admin: KafkaAdminClient, move: Move) -> Iterator[None]:
    """Whatever fails inside leaves everything as it was before.

    Raises:
        UserError: Kafka failed, or what was begun could not be taken back.
    """
    from kafka.errors import KafkaError

    try:
        yield
    except (Exception, KeyboardInterrupt) as error:
        try:
            _take_back(settings, admin, move)
        except (UserError, KafkaError) as stuck:
            raise UserError(
                f"{told(error)}; and what was begun can't be taken back now ({told(stuck)}): run this again,"
                " or `vitalstream grow --give-up`; until then no worker starts"
            ) from error
        if isinstance(error, KafkaError):
            raise UserError(f"{told(error)}: given up, all is as before") from error
        raise


def told(error: BaseException) -> str:
    """An error in some words."""
    if isinstance(error, UserError):
        return str(error)
    return explain_connection_error(error, "Kafka") or f"Kafka fails ({type(error).__name__})"


def _take_back(settings: Settings, admin: KafkaAdminClient, move: Move) -> None:
    drop(admin, changelog(settings.app_id, table_of(move.partitions)))
    note(settings, move.partitions, None)

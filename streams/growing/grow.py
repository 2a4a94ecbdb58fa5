"""Adds partitions: moves stored state to a new generation, then splits the topics.

Any step may be the last before a crash. Until `splitting` is noted the old generation is whole, and what
was begun is thrown away and begun anew; from then on each step can be done again and changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from streams.backup import kafka
from streams.backup.layout import Progress
from streams.engine.configuration import CHANGELOG
from streams.engine.names import PROFILES, TABLE, VITALS
from streams.engine.state.generation import Move, changelog, journal, table_of
from streams.engine.state.pages import Seal
from streams.errors import UserError
from streams.growing.giving_up import given_up_on_failure, told
from streams.growing.journal import COMPACTED, newest, note
from streams.growing.place import place_among
from streams.growing.profiles import move_profiles
from streams.growing.rest import Ends, check_nobody_works, ends_at_rest
from streams.growing.state import Pages, check_places, moved_pages, positions, read_pages, write_pages
from streams.growing.strays import Strays, strays
from streams.growing.topics import drop, widen
from streams.settings import Settings
from streams.stack.topics import TOPICS
from streams.wires import partition_counts

if TYPE_CHECKING:
    from kafka import KafkaAdminClient, KafkaConsumer


class Grown(msgspec.Struct, frozen=True):
    """What a growth did; zeros where it had been done before."""

    previous: int
    partitions: int
    wearers: int = 0
    pages: int = 0
    profiles: int = 0
    strays: Strays = Strays()
    """Records of somebody who was at work all the same."""


def grow(settings: Settings, seal: Seal, wanted: int, progress: Progress) -> Grown:
    """Bring everything to `wanted` partitions; `seal` is the workers'. May be run again.

    Raises:
        UserError: somebody is at work, something is not judged yet, or state would get lost: told in one
            line, and the system is as before. Or Kafka failed; then it says what to do.
    """
    from kafka.errors import KafkaError

    with kafka.admin(settings) as admin, kafka.consumer(settings) as client:
        try:
            return Growth(settings, seal, wanted, progress, admin, client).run()
        except KafkaError as error:
            raise UserError(f"{told(error)}: run this again; workers don't start half-way") from error


class Growth:
    """One growth on its way, perhaps not for the first time."""

    def __init__(
        self,
        settings: Settings,
        seal: Seal,
        wanted: int,
        progress: Progress,
        admin: KafkaAdminClient,
        client: KafkaConsumer,
    ) -> None:
        self._settings, self._seal, self._wanted, self._progress = settings, seal, wanted, progress
        self._admin, self._client = admin, client
        self._target = changelog(settings.app_id, table_of(wanted))

    def run(self) -> Grown:
        """All steps, or those that are left."""
        topics = partition_counts(self._admin)
        if VITALS not in topics:
            raise UserError(f"the broker has no topic {VITALS}: there is nothing to grow")
        name = self._settings.app_id
        last = newest(self._client, name) if journal(name) in topics else None
        if last is not None and last.phase == "moved" and last.partitions == self._wanted:
            drop(self._admin, last.source)
            return Grown(last.previous, self._wanted)
        move = self._begun(last, topics[VITALS])
        check_nobody_works(self._settings, self._admin)
        done = Grown(move.previous, move.partitions)
        if move.phase == "moving":
            kafka.make_topic(self._settings, self._admin, journal(name), 1, COMPACTED)
            move, done = self._move(move)
        return self._split(move, done)

    def _begun(self, last: Move | None, partitions: int) -> Move:
        """What is to be done: what was begun, or else a new growth. Raises UserError."""
        if last is not None and last.phase != "moved":
            if last.partitions != self._wanted:
                or_not = ", or `vitalstream grow --give-up`" if last.phase == "moving" else ""
                raise UserError(
                    f"a growth to {last.partitions} has not come to its end: run it again first,"
                    f" `vitalstream grow --partitions {last.partitions}`{or_not}"
                )
            return last
        present = last.partitions if last else partitions
        if self._wanted <= present:
            raise UserError(f"there are {present} partitions, and the number can only grow")
        if partitions != present:
            raise UserError(
                f"topic {VITALS} has {partitions} partitions and the stored state {present}: somebody else"
                " has added them, and workers could not judge what came since"
            )
        source = changelog(self._settings.app_id, table_of(present) if last else TABLE)
        return Move(self._wanted, present, source, "moving", {})

    # Until this is done, nothing has happened -------------------------------------------------

    def _move(self, move: Move) -> tuple[Move, Grown]:
        """Write the new generation; what fails is given up."""
        with given_up_on_failure(self._settings, self._admin, move):
            note(self._settings, self._wanted, move)  # no worker starts from here on
            drop(self._admin, self._target)
            stored = self._stored(move)
            ends, before = self._rest(move, stored), self._written(move)
            wearers = check_places(self._seal, stored, place_among(move.previous))
            pages = self._write(stored, ends, wearers)
            check_nobody_works(self._settings, self._admin)
            if self._rest(move, stored) != ends or self._written(move) != before:
                raise UserError(
                    "somebody was at work meanwhile: stop gateways and workers, and run this again"
                )
        move = replace(move, phase="splitting", ends=ends)
        note(self._settings, self._wanted, move)
        return move, Grown(move.previous, move.partitions, wearers, pages)

    def _stored(self, move: Move) -> Pages:
        if move.source not in partition_counts(self._admin):
            return {}
        return read_pages(self._client, move.source, move.previous, self._progress)

    def _rest(self, move: Move, stored: Pages) -> Ends:
        return ends_at_rest(self._client, positions(self._seal, stored), move.previous)

    def _written(self, move: Move) -> list[int]:
        """Where the old state ends: it moves when a worker writes."""
        there = move.source in partition_counts(self._admin)
        return kafka.ends(self._client, move.source, move.previous) if there else []

    def _write(self, stored: Pages, ends: Ends, wearers: int) -> int:
        """Write every page of the new generation and read them again; how many there are."""
        kafka.make_topic(self._settings, self._admin, self._target, self._wanted, CHANGELOG)
        place = place_among(self._wanted)
        stamps = [end - 1 for end in ends[VITALS]] + [-1] * (self._wanted - len(ends[VITALS]))
        pages = moved_pages(self._seal, stored, place, stamps)
        count = write_pages(self._settings, self._target, pages, self._progress)
        written = read_pages(self._client, self._target, self._wanted, self._progress)
        if check_places(self._seal, written, place) != wearers:
            raise UserError("not every wearer has arrived in the new generation: run this again")
        return count

    # From here on there is no way back --------------------------------------------------------

    def _split(self, move: Move, done: Grown) -> Grown:
        """Add the partitions, take profiles along, let workers start."""
        widen(self._admin, TOPICS, self._wanted)
        profiles = move_profiles(self._settings, self._client, move.ends[PROFILES], self._wanted)
        check_nobody_works(self._settings, self._admin)
        found = strays(self._client, move.ends, self._wanted)
        note(self._settings, self._wanted, replace(move, phase="moved"))
        drop(self._admin, move.source)
        return replace(done, profiles=profiles, strays=found)

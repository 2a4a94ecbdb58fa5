"""Places in the stream, the ring, and what counts as lost: without a server."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.api.feed import lost
from exporters.api.positions import BEGINNING, LARGEST, Position, position
from exporters.api.ring import Event, Ring
from exporters.api.store import Page
from tests.exporters.examples import alert

PLACES = st.builds(Position, st.integers(0, 10**15 - 1), st.integers(0, LARGEST))


def event(ms: int) -> Event:
    return Event(Position(ms, 0), alert(), b"{}")


@given(PLACES)
def test_a_place_is_read_back_and_follows_the_one_before_it(place: Position) -> None:
    assert position(str(place)) == place
    assert place.before < place or place == BEGINNING


@pytest.mark.parametrize(
    "words", ["", "now", "1-", "-1", "1-2-3", "1 ", "1\n", "٣", "1000000000000000", "1-123456789012345678901"]
)
def test_what_is_no_stream_id_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match="no stream id"):
        position(words)


@given(size=st.integers(1, 20), count=st.integers(0, 100), data=st.data())
def test_a_ring_gives_what_comes_after_a_place_or_says_that_it_can_not(
    size: int, count: int, data: st.DataObject
) -> None:
    ring = Ring(size)
    for ms in range(1, count + 1):
        ring.append(event(ms))
    place = Position(data.draw(st.integers(0, count + 1)), 0)

    found = ring.after(place, 10)

    assert len(ring) <= 2 * size
    if found is None:
        assert place < ring.floor or place > ring.newest
    else:
        assert [one.position.ms for one in found] == list(range(place.ms + 1, count + 1))[:10]


def page(oldest: int, newest: int, first: int | None, previous: int | None) -> Page:
    if first is None:
        return Page(Position(oldest, 0), Position(newest, 0), [])
    before, found = None if previous is None else Position(previous, 0), event(first)
    place = found.position
    return Page(Position(oldest, 0), Position(newest, 0), [found], before, place, place)


@pytest.mark.parametrize(
    ("place", "found", "expected"),
    [
        (5, page(3, 9, 6, 5), None),
        (5, page(6, 9, 6, 5), None),  # the entry itself is trimmed, nothing after it
        (5, page(7, 9, 7, 6), "trimmed"),
        (5, page(7, 9, 7, None), "trimmed"),
        (5, page(3, 9, 6, None), None),
        (5, page(0, 9, None, None), "trimmed"),  # all of it is trimmed
        (9, page(0, 9, None, None), None),
        (9, page(3, 9, None, None), None),
        (9, page(3, 5, None, None), "reset"),
        (9, page(0, 0, None, None), "reset"),
        (5, page(7, 9, 7, 0), "reset"),
        (0, page(7, 9, 7, 6), None),  # from the oldest kept, whichever that is
    ],
)
def test_what_was_trimmed_between_is_known(place: int, found: Page, expected: str | None) -> None:
    assert lost(Position(place, 0), found) == expected


def test_an_entry_that_is_no_alert_is_nothing_lost() -> None:
    one = Position(6, 0)

    assert lost(Position(5, 0), Page(one, Position(9, 0), [], Position(5, 0), one, one)) is None

"""The pages of one partition: every wearer's state, what was counted, which alerts wait for the sink."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from models.snapshot import dump, load
from models.usefulness.cohorts import Lesson
from models.wearer import Wearer
from streams.engine.state.packing import Packer, Part
from streams.engine.state.pages import (
    RIVER,
    SCHEMA,
    OtherVersion,
    PageData,
    Seal,
    Unreadable,
    page_key,
    page_of,
)
from streams.records import Alert, Outcome


@dataclass(slots=True)
class Page:
    """Wearers whose state is stored together."""

    guard: int = -1
    """Offset up to which this page had seen all when it was stored."""
    outcomes: dict[Outcome, int] = field(default_factory=dict)
    wearers: dict[str, Wearer] = field(default_factory=dict)
    packed: dict[str, Part] = field(default_factory=dict)
    """Wearers as they were stored last, who have not changed since."""
    outbox: dict[tuple[str, int], Alert] = field(default_factory=dict)
    lessons: list[Lesson] = field(default_factory=list)
    """Taught by answers of this page, until they are part of what is stored of the partition."""

    def wearer(self, name: str) -> Wearer:
        """The wearer of that name, made when first heard of."""
        found = self.wearers.get(name)
        if found is None:
            found = self.wearers[name] = Wearer(name)
        return found

    def count(self, outcome: Outcome) -> None:
        """One more packet came to this end."""
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1


class Book:
    """All pages of a partition, and which of them changed since they were stored."""

    def __init__(self, partition: int, seal: Seal) -> None:
        self._partition = partition
        self._seal = seal
        self._pages: dict[int, Page] = {}
        self._packer = Packer()
        self._dirty: set[int] = set()
        self._stored: dict[int, int] = {}
        """Bytes of each page as it was stored last."""

    def load(self, stored: Mapping[bytes, bytes], on_cold_start: Callable[[str], None]) -> None:
        """Take what was stored; a forged or damaged page starts cold. Raises OtherVersion."""
        for key, value in stored.items():
            try:
                stamp, data, packed = self._seal.open_page(key, value)
            except OtherVersion:
                raise
            except Unreadable as unreadable:
                on_cold_start(unreadable.reason)
                continue
            page = Page(stamp, data.outcomes, packed=packed, lessons=data.lessons)
            page.wearers = {name: load(name, snapshot) for name, snapshot in data.wearers.items()}
            page.outbox = {(alert.id, alert.revision): alert for alert in data.outbox}
            self._pages[_number(key)] = page
            self._stored[_number(key)] = len(value)
            if data.schema != self._seal.schema:
                self._dirty.add(_number(key))  # so that one version on all pages is a matter of seconds

    def page(self, key: bytes) -> Page:
        """The page of a wearer (record key), made when first needed."""
        number = page_of(key)
        page = self._pages.get(number)
        if page is None:
            page = self._pages[number] = Page()
        return page

    def touch(self, key: bytes) -> None:
        """What is stored of the wearer with this record key is not true any more."""
        self._dirty.add(page_of(key))
        self.page(key).packed.pop(key.decode(errors="replace"), None)

    def wearers(self) -> Iterator[Wearer]:
        """Every wearer of the partition."""
        for page in self._pages.values():
            yield from page.wearers.values()

    def crowds(self) -> Iterator[list[Wearer]]:
        """The same, a page at a time; pages may change between two of them."""
        for page in list(self._pages.values()):
            yield list(page.wearers.values())

    @property
    def stored_bytes(self) -> int:
        """Bytes of all pages as they were stored last."""
        return sum(self._stored.values())

    def lessons(self) -> Iterator[Lesson]:
        """Every lesson that pages keep."""
        for page in self._pages.values():
            yield from page.lessons

    def __len__(self) -> int:
        return sum(len(page.wearers) for page in self._pages.values())

    def outcomes(self) -> dict[Outcome, int]:
        """Packets by outcome since the partition began."""
        total: dict[Outcome, int] = {}
        for page in self._pages.values():
            for outcome, count in page.outcomes.items():
                total[outcome] = total.get(outcome, 0) + count
        return total

    def pending(self) -> list[Alert]:
        """Alerts that the sink has not taken yet, oldest first."""
        waiting = [alert for page in self._pages.values() for alert in page.outbox.values()]
        return sorted(waiting, key=lambda alert: alert.source.offset)

    def settle(self, alerts: Iterable[Alert]) -> None:
        """The sink has taken these: they need not be kept any longer."""
        for alert in alerts:
            key = alert.wearer.encode()
            if self.page(key).outbox.pop((alert.id, alert.revision), None) is not None:
                self._dirty.add(page_of(key))

    def dirty(self) -> list[bytes]:
        """Keys of the pages that changed since they were encoded."""
        return [page_key(self._partition, number) for number in sorted(self._dirty)]

    def touch_all(self) -> None:
        """Let every page count as changed, though what it holds is true."""
        self._dirty |= self._pages.keys()

    def encode(self, key: bytes, position: int, safe: int) -> bytes:
        """One page as authenticated bytes, stamped with `position`; it is clean from then on.

        What it taught up to offset `safe` is stored with the partition and need not be kept here.
        """
        number = _number(key)
        page = self._pages[number]
        page.lessons = [lesson for lesson in page.lessons if lesson.offset > safe]
        data = PageData(SCHEMA, RIVER, page.outcomes, {}, list(page.outbox.values()), page.lessons)
        self._dirty.discard(number)
        # A page that is ahead of the others after a recovery stays ahead until they have caught up.
        stamp = max(position, page.guard)
        if self._seal.writes_newest:
            value = self._seal.write_page(key, stamp, data, self._packer, self._packed(page))
        else:
            data.wearers = {name: dump(wearer) for name, wearer in page.wearers.items()}
            value = self._seal.write(key, stamp, data)
        self._stored[number] = len(value)
        return value

    def _packed(self, page: Page) -> dict[str, Part]:
        """Every wearer of a page, packed; who did not change since the last time is not packed again."""
        page.packed = {
            name: page.packed.get(name) or self._seal.pack(self._packer, name, dump(wearer))
            for name, wearer in page.wearers.items()
        }
        return page.packed


def _number(key: bytes) -> int:
    return int(key.partition(b"/")[2])

"""From observed items to what is told: each by itself, so that one that fails costs only itself."""

from __future__ import annotations

import msgspec

from models.decide import Case, Setting, Told, decide
from models.usefulness.counsel import Counsel
from streams.engine.scoring.book import Book
from streams.engine.scoring.learning import PartitionLearning
from streams.engine.scoring.work import Item, Pending, Work
from streams.engine.watching.ends import describe
from streams.logs import get_log
from streams.records import Alert, Risk

log = get_log(__name__)

_ENCODE = msgspec.msgpack.Encoder().encode


class Bench:
    """Decides the items of one partition, in order."""

    def __init__(self, setting: Setting, book: Book, learning: PartitionLearning) -> None:
        self._setting, self._book, self._learning = setting, book, learning

    def decide(self, item: Item, work: Work) -> str:
        """Put what an item leads to into the work; why nothing of it is told, if deciding failed.

        It fails again when the record is handed over again: the state it leaves is the same.
        """
        counsel = self._learning.counsel(item.wearer.judged.taught, item.source.offset)
        try:
            told = self._judge(item, counsel, work)
        except Exception as error:  # one record that nobody foresaw must not end the worker for ever
            self._book.touch(item.wearer.name.encode())
            log.error("a record can't be decided", offset=item.source.offset, error=describe(error))
            return f"deciding it raised {type(error).__name__}"
        self._hand_on(item, told, counsel, work)
        return ""

    def _judge(self, item: Item, counsel: Counsel, work: Work) -> list[Told]:
        wearer, observation = item.wearer, item.observation
        case = Case(wearer.name, wearer.judged, item.source, item.now, item.leeway, item.lineup, counsel)
        before = _ENCODE(wearer.judged) if observation.nudged else b""
        told = decide(self._setting, case, observation)
        # All other items come of a record of the wearer: whoever took that in has touched them.
        if observation.nudged and (told or _ENCODE(wearer.judged) != before):
            self._book.touch(wearer.name.encode())
        tally = work.effects.tally
        tally.see(observation.views)
        tally.held_back += case.held_back
        if observation.feedback is not None:
            work.effects.answers.append((observation.feedback, not case.unknown_feedback))
        return told

    def _hand_on(self, item: Item, found: list[Told], counsel: Counsel, work: Work) -> None:
        for told in found:
            if isinstance(told.record, Alert):
                work.alerts.append(Pending(item, told.record, told.ask))
                self._note(item, told.record, counsel, work)
            elif isinstance(told.record, Risk):
                work.effects.risks.append(told.record)
            else:
                work.effects.traces.append(told.record)
        if counsel.lessons:
            item.page.lessons += counsel.lessons
            self._learning.expect(counsel.lessons)

    def _note(self, item: Item, alert: Alert, counsel: Counsel, work: Work) -> None:
        """What an alert's revision means for usefulness and for the metrics."""
        if alert.status == "resolved":
            counsel.ended(alert.id, self._setting.policy.rules[alert.condition].clear_ms, item.now)
        elif alert.status == "acknowledged":
            taught = item.wearer.judged.taught
            work.effects.tally.acknowledge(alert.id, alert.priority, taught, item.now)

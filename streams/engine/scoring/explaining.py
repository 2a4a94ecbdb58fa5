"""Why a network speaks: explanations of alerts, which go out without one where it can't be found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from math import isfinite, nan

from models.deep.asks import Ask
from models.deep.explain import Piece, explain_all
from models.risk.explained import explained
from streams.engine.scoring.lineups import Lineup
from streams.engine.scoring.stock import Cast, Stock
from streams.engine.scoring.work import Pending
from streams.engine.watching.ends import describe
from streams.logs import get_log

log = get_log(__name__)

OnError = Callable[[str, str, int, str], None]


class Explainer:
    """Takes apart the questions behind alerts."""

    def __init__(self, stock: Stock, on_error: OnError) -> None:
        """`on_error` is told of rows (network, version, how many, why) that have no explanation."""
        self._stock, self._on_error = stock, on_error

    def explain(self, alerts: Sequence[Pending]) -> None:
        """Put explanations into those alerts for which a network speaks."""
        spoken = [pending for pending in alerts if pending.ask is not None]
        for _, group in groupby(spoken, lambda pending: id(pending.item.lineup)):
            pendings = list(group)
            for pending, pieces in zip(pendings, self._pieces(pendings), strict=True):
                self._put(pending, pieces)

    def _put(self, pending: Pending, pieces: list[Piece]) -> None:
        try:
            pending.alert = explained(pending.alert, pieces)
        except Exception as error:  # the alert goes out all the same
            log.error("an alert goes unexplained", offset=pending.item.source.offset, error=describe(error))

    def _pieces(self, pendings: Sequence[Pending]) -> list[list[Piece]]:
        """Explanations of alerts of one line-up; none, counted, where a network fails."""
        asks = [pending.ask for pending in pendings if pending.ask is not None]
        lineup = pendings[0].item.lineup
        try:
            found = explain_all(asks, Cast(self._stock, lineup))
            why = "no finite share"
        except Exception as error:  # whatever a network does, the alert goes out
            if len(pendings) > 1:  # one that fails must not cost the others theirs
                return [self._pieces([pending])[0] for pending in pendings]
            found, why = [[Piece("", 0, 0, nan)]], type(error).__name__
        return [self._finite(ask, pieces, lineup, why) for ask, pieces in zip(asks, found, strict=True)]

    def _finite(self, ask: Ask, pieces: list[Piece], lineup: Lineup, why: str) -> list[Piece]:
        if all(isfinite(piece.share) for piece in pieces):
            return pieces
        self._on_error(ask.model, lineup.get(ask.model, "none"), 1, f"{why}, to explain")
        return []

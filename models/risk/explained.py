"""Puts the shares that an explanation found into an alert."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from models.deep.explain import Piece
from streams.records import Alert, Contribution, Stretch

STRETCHED = 0.005
"""A smaller share of a stretch is not worth telling."""


def explained(alert: Alert, pieces: Sequence[Piece]) -> Alert:
    """The alert with each signal's share and stretches, the largest share first.

    What the alert told of a signal (value, usual, change) stays; one without a share goes last.
    """
    if not pieces:
        return alert
    found: list[Contribution] = []
    for contribution in alert.contributions:
        own = [piece for piece in pieces if piece.signal == contribution.signal]
        share = round(min(sum(piece.share for piece in own), 1.0), 3) if own else None
        stretches = [Stretch(p.start, p.end, p.share) for p in own if p.share >= STRETCHED]
        found.append(msgspec.structs.replace(contribution, share=share, stretches=stretches))
    found.sort(key=lambda contribution: -1.0 if contribution.share is None else contribution.share)
    return msgspec.structs.replace(alert, contributions=found[::-1])

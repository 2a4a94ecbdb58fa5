"""A vital behind an alert, beside the wearer's own usual."""

from __future__ import annotations

from models.online.baseline import Usual
from models.signals.catalogue import SIGNALS
from streams.records import Contribution

UNITS = {name: signal.unit for name, signal in SIGNALS.items()} | {"hrv": "ln ms"}


def beside_usual(signal: str, value: float, usual: Usual | None, share: float | None = None) -> Contribution:
    """A signal's value beside the wearer's own usual, where that is known."""
    mean = None if usual is None else round(usual.mean, 2)
    change = None if usual is None else round(value - usual.mean, 2)
    return Contribution(signal, round(value, 2), UNITS[signal], mean, change, share)

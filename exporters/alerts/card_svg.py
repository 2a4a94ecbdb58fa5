"""A small picture of one vital: where its own usual lies, and how far and which way the value is from it."""

from __future__ import annotations

from html import escape

from exporters.alerts.card_content import Vital
from streams.printable import printable

WIDTH, HEIGHT = 120, 16
MIDDLE = WIDTH / 2
FULL = 0.5
"""A change of half the usual, or more, fills its side."""
HEAD = 5


def svg_change(vital: Vital, title: str) -> str:
    """An arrow from the own usual (middle) towards the value; empty where the usual is not known."""
    if vital.usual is None or vital.change is None:
        return ""
    reach = max(min(vital.change / (FULL * max(abs(vital.usual), 1e-9)), 1.0), -1.0)
    end = MIDDLE + reach * (MIDDLE - HEAD - 2)
    return (
        f'<svg class="vs-change" role="img" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f"<title>{escape(printable(title))}</title>"
        f'<path class="vs-track" d="M2 8H{WIDTH - 2}"/><path class="vs-usual" d="M{MIDDLE:g} 2V14"/>'
        f"{_arrow(end)}</svg>"
    )


def _arrow(end: float) -> str:
    if abs(end - MIDDLE) < 1:
        return f'<circle class="vs-head" cx="{MIDDLE:g}" cy="8" r="3"/>'
    tip = end + HEAD if end > MIDDLE else end - HEAD
    return (
        f'<path class="vs-shaft" d="M{MIDDLE:g} 8H{end:.1f}"/>'
        f'<path class="vs-head" d="M{end:.1f} 3L{tip:.1f} 8L{end:.1f} 13Z"/>'
    )

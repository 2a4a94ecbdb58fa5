"""The board's history: days of traces, risks and alerts in SQLite, wearers as they are now in memory."""

from __future__ import annotations

from exporters.history.history import History
from exporters.history.rows import Row, Strange

__all__ = ["History", "Row", "Strange"]

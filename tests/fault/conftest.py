from __future__ import annotations

from tests.streams.engine.conftest import crew, observer

__all__ = ["crew", "observer"]

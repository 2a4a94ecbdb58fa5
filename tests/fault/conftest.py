from __future__ import annotations

from tests.integration.conftest import bench
from tests.streams.engine.conftest import crew, observer

__all__ = ["bench", "crew", "observer"]

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from exporters.access.access import Access
from tests.exporters.access.door import settings


@pytest.fixture
def access(tmp_path: Path) -> Iterator[Access]:
    """Access over empty files, without anonymous reading."""
    opened = Access.open(settings(tmp_path))
    yield opened
    opened.close()

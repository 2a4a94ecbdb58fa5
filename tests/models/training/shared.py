"""Where the real recordings lie, if they are here."""

from __future__ import annotations

import os
from pathlib import Path

SHARED = Path(os.environ.get("VITALSTREAM_SHARED_DATA", Path(__file__).parents[4] / "shared" / "data"))

"""What msgspec raises for bytes that are not what they should be: its own error is only one of three."""

from __future__ import annotations

from typing import Final

import msgspec

MALFORMED: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""Also for text that is no UTF-8, and for lists in lists in lists."""

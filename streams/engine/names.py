"""Names of topics, the table and headers, in one place for the engine."""

from __future__ import annotations

from typing import Final

VITALS: Final = "vitals"
PROFILES: Final = "profiles"
FEEDBACK: Final = "feedback"
ALERTS: Final = "alerts"
RISK: Final = "risk"
TRACES: Final = "traces"
REJECTED: Final = "vitals.rejected"

CONTROL: Final = {PROFILES: b"profile", FEEDBACK: b"feedback"}
"""Topics whose records are copied into `vitals`, and the `kind` that their copies have."""

TABLE: Final = "state"
"""The changelog is `<app_id>-state-changelog`."""

KIND: Final = "kind"
ID: Final = "id"
TICK: Final = b"tick"

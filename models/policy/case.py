"""What deciding is given, and what it gives: the worker's setting, one wearer's record, records to tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from models.deep.asks import Ask
from models.judged import Judged
from models.person import Person
from models.policy.rules import Policy
from models.risk.found import Evidence, Leeway
from models.usefulness.counsel import Counsel
from models.view import Observation, View
from streams.records import Advice, Alert, Estimate, Finding, Response, Risk, Source, Trace


class Asked(NamedTuple):
    """What advice is asked for."""

    condition: str
    side: str
    priority: str
    context: str
    cause: str | None
    person: Person
    now: int
    """Stream time, ms UTC."""
    oxygen_scale: int = 1
    historic: bool = False
    """Found in data that was hours old."""
    beside: str = ""
    """Priority of a more urgent condition of the same alert, which says when to seek help; empty = none."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a risk record tells beside the risks."""

    estimates: dict[str, Estimate] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    responses: Sequence[Response] = ()


class Case(msgspec.Struct):
    """One wearer's record being decided."""

    wearer: str
    judged: Judged
    source: Source
    now: int
    """Stream time, ms."""
    leeway: Leeway
    versions: dict[str, str] = {}
    """The networks that were asked, name to version."""
    usefulness: Counsel | None = None
    """What people's answers say; None = nothing was learnt."""
    latest: View | None = None
    """Set by deciding: the newest minute of the record."""
    unknown_feedback: bool = False
    """Set by deciding: the answer is to an alert that nobody knows (any more)."""
    held_back: list[tuple[str, str]] = []
    """Set by deciding: condition and reason of what lasted its delay and is over without an alert."""


Found = tuple[Evidence, View | None]
"""Evidence, and the minute behind it; None where a network looked back over many."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What is the same for every decision of a worker."""

    policy: Policy
    collect_again: bool = True
    stale_alerts: bool = True
    sources: tuple[Callable[[Case, Observation], Iterable[Found]], ...] = ()
    """More evidence, each in the order of time. Pure; may read and write the judged half only."""
    advise: Callable[[Asked], list[Advice]] | None = None
    """What to do; None = what the policy file says."""
    confidence: Callable[[Evidence, View | None], float | None] | None = None
    """How sure an alert is, 0 to 1."""
    keep: Callable[[Judged, Evidence], None] | None = None
    """Remembers evidence for the reports of later records."""
    report: Callable[[Case, View, Sequence[Evidence]], Report] | None = None
    """What a risk record tells beside the risks; called only when one is made."""
    trace_ms: int = 0
    """Event time between traces of a wearer; 0 = none."""


@dataclass(frozen=True, slots=True)
class Told:
    """A record to tell, and the question that an explanation takes apart, if a network spoke."""

    record: Alert | Risk | Trace
    ask: Ask | None = None

"""An alert: one life in revisions, with its reasons and what to do."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from streams.records.common import Condition, Millis, Priority, Share, Source

Status = Literal["raised", "escalated", "reminded", "acknowledged", "snoozed", "answered", "resolved"]
Voice = Literal["wearer", "clinician"]
Kind = Literal["now", "watch", "seek_help"]
Side = Literal["", "high", "low"]


class Stretch(Struct, frozen=True, gc=False):
    """A stretch of time, and its share of the reason for an alert."""

    start: Millis
    end: Millis
    share: Share


class Contribution(Struct, frozen=True, gc=False):
    """One vital behind an alert: its value, the wearer's own usual, and its share of the reason."""

    signal: str
    value: float
    unit: str
    usual: float | None = None
    change: float | None = None
    share: Share | None = None
    stretches: Annotated[list[Stretch], Meta(description="when it spoke for the alert")] = []


class Advice(Struct, frozen=True, gc=False):
    """What to do, for whom it is said, and who says so; in English, other languages by `key`."""

    text: str
    source: str
    voice: Voice = "wearer"
    kind: Kind = "now"
    key: Annotated[str, Meta(description="its place in the catalogue of advice")] = ""
    generated: Annotated[bool, Meta(description="worded by a language model")] = False


class Snooze(Struct, frozen=True, gc=False):
    """Who silenced this condition and direction, and until when."""

    until: Millis
    author: str = ""


class Answer(Struct, frozen=True, gc=False):
    """What was answered last, and by whom; None = nothing was said of it."""

    useful: bool | None = None
    true_alarm: bool | None = None
    author: str = ""


class Alert(Struct, frozen=True, gc=False):
    """One revision of an alert's life (topic `alerts`).

    Raised, escalated*, reminded* until acknowledged?, resolved; snoozed and answered when people say so.
    """

    id: str
    revision: Annotated[int, Meta(ge=1)]
    wearer: str
    condition: Condition
    status: Status
    priority: Priority
    title: str
    onset: Millis
    updated: Millis
    source: Source
    side: Annotated[Side, Meta(description="direction, where the condition has two")] = ""
    also: Annotated[list[Condition], Meta(description="other conditions of the same cause")] = []
    cause: str | None = None
    probability: Share | None = None
    confidence: Share | None = None
    historic: Annotated[bool, Meta(description="found in data that was hours old")] = False
    context: Annotated[str, Meta(description="what the wearer was doing")] = ""
    contributions: list[Contribution] = []
    quality: Annotated[Share, Meta(description="share of usable samples behind it")] | None = None
    models: Annotated[dict[str, str], Meta(description="model name to version")] = {}
    config: Annotated[str, Meta(description="digest of the rules in force")] = ""
    advice: list[Advice] = []
    clears: Annotated[str, Meta(description="what would end this alert")] = ""
    acknowledged_by: str | None = None
    snooze: Snooze | None = None
    usefulness: Annotated[
        Share | None, Meta(description="how useful people found such alerts; orders, never silences high")
    ] = None
    delayed_s: Annotated[int, Meta(description="how much longer it had to last because of answers")] = 0
    suppressed: Annotated[int, Meta(description="alerts of this wearer held back by the rate limit")] = 0
    answer: Answer | None = None

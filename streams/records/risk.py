"""A wearer's risk at one moment: scores, findings, estimates, and how treatments went."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from streams.records.alerts import Contribution
from streams.records.common import Millis, Priority, Share, Source


class Part(Struct, frozen=True, gc=False):
    """One part of a clinical score: the value it rests on, that value's age, its points."""

    signal: str
    value: float
    age_s: Annotated[int, Meta(ge=0)]
    points: int


class ClinicalScore(Struct, frozen=True, gc=False):
    """A partial clinical score: what was measured, and what the total can be."""

    name: str
    low: int
    high: int
    parts: list[Part]
    missing: list[str]
    source: str


class Estimate(Struct, frozen=True, gc=False):
    """A probability, how sure it is, what drives it and what would lower it."""

    probability: Share
    low: Annotated[Share, Meta(description="lower end of the 90 % interval")]
    high: Share
    drivers: list[Contribution] = []
    lowers: Annotated[list[str], Meta(description="what would lower it")] = []
    missing: Annotated[list[str], Meta(description="what would make it surer")] = []
    source: str = ""


class Finding(Struct, frozen=True, gc=False):
    """A measure that clinicians know by name, the band that it lies in, and who drew the bands."""

    name: str
    value: float
    unit: str
    band: str
    source: str
    days: Annotated[float | None, Meta(description="how much time it rests on")] = None
    grade: Annotated[int, Meta(description="0 = as wanted, higher is worse")] = 0


class Drift(Struct, frozen=True, gc=False):
    """A usual that has moved: from what to what, since when, and whether body or sensor."""

    signal: str
    before: float
    after: float
    since: Millis
    kind: Literal["body", "sensor", "unknown"] = "unknown"


class Response(Struct, frozen=True, gc=False):
    """What changed in a vital since a medicine or habit began, in the same contexts."""

    code: Annotated[str, Meta(description="ATC code of the medicine, or name of the habit")]
    signal: str
    verdict: Literal["too_early", "no_clear_change", "changed"]
    started: Millis
    days: Annotated[float, Meta(description="days of data since then")]
    before: float | None = None
    after: float | None = None
    effect: float | None = None
    low: Annotated[float | None, Meta(description="lower end of the 95 % interval of the effect")] = None
    high: float | None = None
    also: Annotated[list[str], Meta(description="others that began within the compared days")] = []


class Risk(Struct, frozen=True, gc=False):
    """A wearer's risk by condition at one event time (topic `risk`, key = wearer)."""

    wearer: str
    time: Millis
    risks: dict[str, Share]
    level: Priority | Literal["none"]
    estimates: Annotated[dict[str, Estimate], Meta(description="probabilities, with their intervals")] = {}
    learning: Annotated[list[str], Meta(description="models that have not seen enough yet")] = []
    drifted: Annotated[
        list[str], Meta(description="vitals whose own usual was just found to have moved")
    ] = []
    changes: Annotated[list[Drift], Meta(description="how they moved and since when")] = []
    scores: list[ClinicalScore] = []
    findings: list[Finding] = []
    responses: list[Response] = []
    unusable: Annotated[dict[str, str], Meta(description="signals that could not be judged, and why")] = {}
    not_run: Annotated[dict[str, str], Meta(description="networks that could not run, and why")] = {}
    models: Annotated[dict[str, str], Meta(description="networks behind the risks, name to version")] = {}
    source: Source | None = None

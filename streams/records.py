"""The records of every topic, as msgspec Structs: the one source of schemas and codecs.

Times are milliseconds since 1970-01-01 UTC in event time, units are those of
`models.signals.catalogue.SIGNALS`. JSON is the default encoding; a record whose `content-type`
header says `application/msgpack` is MessagePack.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

Name = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:-]+(?!\n)$")]
Millis = Annotated[int, Meta(ge=0, le=4_102_444_800_000, description="ms since 1970-01-01 UTC")]
Share = Annotated[float, Meta(ge=0, le=1)]

DeviceKind = Literal[
    "watch", "ring", "patch", "strap", "oximeter", "thermometer", "cuff", "cuffless", "cgm", "other"
]  # fmt: skip
CareUnit = Literal["coronary", "cardiac_surgery", "medical", "surgical"]
Priority = Literal["high", "medium", "low", "info"]
Status = Literal["raised", "escalated", "acknowledged", "resolved"]
Condition = Literal[
    "rhythm", "deterioration", "anomaly", "desaturation", "fever", "resting_heart_rate", "glucose",
    "glucose_forecast", "collect_again", "stale_data",
]  # fmt: skip
Outcome = Literal["scored", "rejected", "late", "duplicate"]


class Column(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Samples of one signal: `values[i]` was measured at `start + i*step` or `start + offsets[i]`.

    Inter-beat intervals need neither: the first interval begins at `start` and each ends where the
    next begins.
    """

    start: Millis
    values: Annotated[list[float], Meta(min_length=1, max_length=100_000)]
    step: Annotated[int, Meta(ge=1, le=86_400_000, description="ms between samples")] | None = None
    offsets: Annotated[list[int], Meta(max_length=100_000, description="ms after start")] | None = None


class DeviceFacts(Struct, frozen=True, gc=False):
    """What a device says of itself."""

    kind: DeviceKind = "other"
    battery: Share | None = None
    contact: Annotated[bool, Meta(description="False: the sensor does not touch the skin")] | None = None
    firmware: Annotated[str, Meta(max_length=64)] | None = None


class VitalsPacket(Struct, frozen=True, gc=False):
    """What one device of one wearer syncs at once (topic `vitals`, key = wearer)."""

    wearer: Name
    device: Name
    seq: Annotated[int, Meta(ge=0, le=2**63 - 1)]
    signals: Annotated[dict[str, Column], Meta(min_length=1, max_length=32)]
    facts: DeviceFacts = DeviceFacts()
    utc_offset: Annotated[int, Meta(ge=-840, le=840, description="minutes east of UTC")] = 0


class Medicine(Struct, frozen=True, gc=False):
    """A medicine that the wearer takes; `code` is an ATC code."""

    code: Annotated[str, Meta(max_length=16)]
    started: Millis | None = None
    stopped: Millis | None = None


class Consent(Struct, frozen=True, gc=False):
    """Whether this wearer's vitals may be processed, and what for."""

    status: Literal["given", "refused", "unknown"] = "unknown"
    purposes: list[Annotated[str, Meta(max_length=64)]] = []


class Profile(Struct, frozen=True, gc=False):
    """What is known of a wearer besides vitals (topic `profiles`, compacted, key = wearer)."""

    wearer: Name
    birth_year: Annotated[int, Meta(ge=1880, le=2100)] | None = None
    sex: Literal["female", "male", "other"] | None = None
    height_cm: Annotated[float, Meta(ge=20, le=272)] | None = None
    weight_kg: Annotated[float, Meta(ge=0.2, le=650)] | None = None
    conditions: list[Annotated[str, Meta(max_length=16, description="ICD-10 code")]] = []
    medicines: list[Medicine] = []
    oxygen_scale: Annotated[
        Literal[1, 2], Meta(description="NEWS2 SpO2 scale; 2 only for hypercapnic failure")
    ] = 1
    on_oxygen: bool | None = None
    athlete: bool = False
    pregnant: bool = False
    admitted: Annotated[Millis | None, Meta(description="begin of the current stay in hospital")] = None
    care_unit: CareUnit | None = None
    consent: Consent = Consent()


class Feedback(Struct, frozen=True, gc=False):
    """What a person answers to an alert (topic `feedback`, key = wearer)."""

    id: Name
    wearer: Name
    alert: Name
    action: Literal["acknowledge", "snooze", "answer"]
    time: Millis
    author: Annotated[str, Meta(max_length=64)] = ""
    until: Millis | None = None
    useful: bool | None = None
    true_alarm: bool | None = None
    comment: Annotated[str, Meta(max_length=2000)] = ""


class Tick(Struct, frozen=True, gc=False):
    """A statement of the wall clock for one partition (topic `vitals`, header `kind: tick`)."""

    time: Millis


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
    """What to do, and who says so."""

    text: str
    source: str


class Source(Struct, frozen=True, gc=False):
    """The Kafka record whose arrival made this revision."""

    topic: str
    partition: int
    offset: int


class Alert(Struct, frozen=True, gc=False):
    """One revision of an alert's life: raised, escalated*, acknowledged?, resolved (topic `alerts`)."""

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
    cause: str | None = None
    probability: Share | None = None
    confidence: Share | None = None
    historic: Annotated[bool, Meta(description="found in data that was hours old")] = False
    contributions: list[Contribution] = []
    quality: Annotated[Share, Meta(description="share of usable samples behind it")] | None = None
    models: Annotated[dict[str, str], Meta(description="model name to version")] = {}
    config: Annotated[str, Meta(description="digest of the rules in force")] = ""
    advice: list[Advice] = []
    clears: Annotated[str, Meta(description="what would end this alert")] = ""


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


class Risk(Struct, frozen=True, gc=False):
    """A wearer's risk by condition at one event time (topic `risk`, key = wearer)."""

    wearer: str
    time: Millis
    risks: dict[str, Share]
    level: Priority | Literal["none"]
    learning: Annotated[list[str], Meta(description="models that have not seen enough yet")] = []
    drifted: Annotated[
        list[str], Meta(description="vitals whose own usual was just found to have moved")
    ] = []
    scores: list[ClinicalScore] = []
    unusable: Annotated[dict[str, str], Meta(description="signals that could not be judged, and why")] = {}
    not_run: Annotated[dict[str, str], Meta(description="networks that could not run, and why")] = {}
    models: Annotated[dict[str, str], Meta(description="networks behind the risks, name to version")] = {}
    source: Source | None = None


class Rejection(Struct, frozen=True, gc=False):
    """The headers of a dead letter; its value is the original record, byte for byte (`vitals.rejected`)."""

    reason: str
    detail: str
    topic: str
    partition: int
    offset: int


JSON = "application/json"
MSGPACK = "application/msgpack"

"""The records of every topic, as msgspec Structs: the one source of schemas and codecs.

Times are milliseconds since 1970-01-01 UTC in event time, units are those of
`models.signals.catalogue.SIGNALS`. JSON is the default encoding; a record whose `content-type`
header says `application/msgpack` is MessagePack.
"""

from __future__ import annotations

from streams.records.alerts import (
    Advice,
    Alert,
    Answer,
    Contribution,
    Kind,
    Side,
    Snooze,
    Status,
    Stretch,
    Voice,
)
from streams.records.common import JSON, MSGPACK, Condition, Millis, Name, Priority, Share, Source
from streams.records.people import FORGET, CareUnit, Consent, Feedback, Habit, Medicine, Profile, Threshold
from streams.records.risk import ClinicalScore, Drift, Estimate, Finding, Part, Response, Risk
from streams.records.traces import Reading, Trace
from streams.records.vitals import Column, DeviceFacts, DeviceKind, Outcome, Rejection, Tick, VitalsPacket

__all__ = [
    "FORGET",
    "JSON",
    "MSGPACK",
    "Advice",
    "Alert",
    "Answer",
    "CareUnit",
    "ClinicalScore",
    "Column",
    "Condition",
    "Consent",
    "Contribution",
    "DeviceFacts",
    "DeviceKind",
    "Drift",
    "Estimate",
    "Feedback",
    "Finding",
    "Habit",
    "Kind",
    "Medicine",
    "Millis",
    "Name",
    "Outcome",
    "Part",
    "Priority",
    "Profile",
    "Reading",
    "Rejection",
    "Response",
    "Risk",
    "Share",
    "Side",
    "Snooze",
    "Source",
    "Status",
    "Stretch",
    "Threshold",
    "Tick",
    "Trace",
    "VitalsPacket",
    "Voice",
]

"""What people say: a wearer's profile, and the answers to alerts."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from streams.records.common import Condition, Millis, Name

FORGET: Final = "forget"
"""The header of a profile that is taken back together with all that is known of its wearer."""

CareUnit = Literal["coronary", "cardiac_surgery", "medical", "surgical"]


class Medicine(Struct, frozen=True, gc=False):
    """A medicine that the wearer takes; `code` is an ATC code."""

    code: Annotated[str, Meta(max_length=16)]
    started: Millis | None = None
    stopped: Millis | None = None


class Habit(Struct, frozen=True, gc=False):
    """Something that the wearer began to do, such as `walking` or `no_alcohol`."""

    name: Name
    started: Millis
    stopped: Millis | None = None


class Threshold(Struct, frozen=True, gc=False):
    """An edge that a clinician set for this wearer in the place of a rule's own, until it expires."""

    condition: Condition
    author: Annotated[str, Meta(min_length=1, max_length=64)]
    reason: Annotated[str, Meta(min_length=1, max_length=200)]
    expires: Millis
    above: Annotated[float | None, Meta(description="evidence from here on up")] = None
    below: Annotated[float | None, Meta(description="evidence from here on down")] = None


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
    baselines: Annotated[
        dict[str, float], Meta(description="usual values that are known beforehand, by signal, in its unit")
    ] = {}
    genotype: Annotated[
        list[Annotated[str, Meta(max_length=32)]],
        Meta(description="what changes a rule or an advice"),
    ] = []
    thresholds: Annotated[list[Threshold], Meta(max_length=32)] = []
    habits: Annotated[list[Habit], Meta(max_length=32)] = []
    pregnant: bool = False
    admitted: Annotated[Millis | None, Meta(description="begin of the current stay in hospital")] = None
    care_unit: CareUnit | None = None
    consent: Consent = Consent()


class Feedback(Struct, frozen=True, gc=False):
    """What a person answers to an alert (topic `feedback`, key = wearer)."""

    id: Annotated[Name, Meta(description="of what is said: an alert hears it once, however often it comes")]
    wearer: Name
    alert: Name
    action: Literal["acknowledge", "snooze", "answer"]
    time: Millis
    author: Annotated[str, Meta(max_length=64)] = ""
    until: Annotated[Millis | None, Meta(description="end of a snooze, in the time of the wearer's data")] = (
        None
    )
    useful: bool | None = None
    true_alarm: bool | None = None
    comment: Annotated[str, Meta(max_length=2000)] = ""
    for_s: Annotated[
        Annotated[int, Meta(ge=1, le=7 * 86_400)] | None,
        Meta(description="how long to snooze from when it is heard on; goes before `until`"),
    ] = None

"""What in a profile's words is unlikely to be meant as it stands: no code, an end before its begin, over."""

from __future__ import annotations

import re
from collections.abc import Iterator

from streams.records import Profile

# https://www.who.int/standards/classifications/classification-of-diseases
_ICD_10 = re.compile(r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?")
# https://atcddd.fhi.no/atc/structure_and_principles/
_ATC = re.compile(r"[A-Z](\d\d([A-Z]([A-Z](\d\d)?)?)?)?")


def ignored(profile: Profile, now: int) -> Iterator[str]:
    """One line for each part that no rule can use at `now` (ms UTC)."""
    for medicine in profile.medicines:
        if not _ATC.fullmatch(medicine.code):
            yield f"medicine {medicine.code}: no ATC code, as C07AB02"
    for code in profile.conditions:
        if not _ICD_10.fullmatch(code):
            yield f"condition {code}: no ICD-10 code, as I10 or E11.9"
    for threshold in profile.thresholds:
        if threshold.expires <= now:
            yield f"threshold {threshold.condition}: has expired"


def unlikely(profile: Profile) -> Iterator[str]:
    """One line for each stretch of time that ends before it begins."""
    spans = [
        *((f"medicine {m.code}", m.started, m.stopped) for m in profile.medicines),
        *((f"habit {h.name}", h.started, h.stopped) for h in profile.habits),
    ]
    for name, started, stopped in spans:
        if started is not None and stopped is not None and stopped < started:
            yield f"{name}: stops before it starts"

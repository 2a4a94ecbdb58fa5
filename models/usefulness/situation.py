"""An alert as it stood when it was raised, in words of few kinds, and as one number to keep.

These words are all that is learnt from: coarse, without a name, a time or a value of anybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

WORDS: dict[str, tuple[str, ...]] = {
    "condition": (
        "rhythm", "deterioration", "anomaly", "desaturation", "fever", "resting_heart_rate",
        "blood_pressure", "shock", "glucose", "glucose_forecast", "illness", "treatment",
        "long_term_risk", "sensor_drift", "collect_again", "stale_data",
    ),
    "side": ("", "high", "low"),
    "priority": ("info", "low", "medium", "high"),
    "context": ("unknown", "rest", "active", "asleep", "recovering"),
    "hours": ("unknown", "night", "morning", "midday", "afternoon", "evening"),
    "quality": ("unknown", "poor", "fair", "good"),
    "change": ("unknown", "below_2", "2_to_3", "3_to_4", "4_to_6", "above_6"),
    "strength": ("faint", "weak", "clear", "strong"),
    "vitals": ("none", "one", "two", "more"),
    "normal": ("unknown", "learning", "days", "weeks"),
    "by": ("rule", "network"),
    "diabetes": ("no", "yes"),
    "age": ("unknown", "child", "18_to_39", "40_to_64", "65_to_79", "from_80"),
    "sex": ("unknown", "female", "male"),
}  # fmt: skip
"""What each field can say. A stored number means these words at these places: whoever moves one raises the
schema of stored pages."""


class Situation(NamedTuple):
    """The words of one alert; the fields of `WORDS`, in its order."""

    condition: str
    side: str = ""
    priority: str = "low"
    context: str = "unknown"
    hours: str = "unknown"
    """Local time of day."""
    quality: str = "unknown"
    change: str = "unknown"
    """The largest distance of a vital from its own usual, in spreads."""
    strength: str = "clear"
    """How far the evidence was beyond its edge."""
    vitals: str = "none"
    """How many vitals spoke for it."""
    normal: str = "unknown"
    """Age of the wearer's own normal."""
    by: str = "rule"
    diabetes: str = "no"
    age: str = "unknown"
    sex: str = "unknown"

    @property
    def course(self) -> str:
        """Condition and side: what people's answers are counted by."""
        return f"{self.condition}:{self.side}" if self.side else self.condition

    @property
    def cohort(self) -> str:
        """Age band and sex."""
        return f"{self.age}/{self.sex}"

    def pack(self) -> int:
        """As one number below 2**40. Raises ValueError for a word that the field does not know."""
        code = 0
        for word, known in zip(self, WORDS.values(), strict=True):
            code = code * len(known) + known.index(word)
        return code

    @classmethod
    def unpack(cls, code: int) -> Situation:
        """The situation that was packed."""
        words: list[str] = []
        for known in reversed(WORDS.values()):
            code, place = divmod(code, len(known))
            words.append(known[place])
        return cls(*reversed(words))

    def features(self) -> dict[str, float]:
        """What the classifier sees: every known word is 1, and some of them again within the condition."""
        return dict.fromkeys(self._names(), 1.0)

    def _names(self) -> Iterator[str]:
        yield f"condition={self.course}"
        yield f"cohort={self.cohort}"
        for field in PLAIN:
            word = getattr(self, field)
            if word != "unknown":
                yield f"{field}={word}"
        for field in WITHIN:
            word = getattr(self, field)
            if word != "unknown":
                yield f"{self.course}&{field}={word}"


PLAIN = (
    "priority",
    "context",
    "hours",
    "quality",
    "change",
    "strength",
    "vitals",
    "normal",
    "by",
    "diabetes",
)
"""Fields that say the same of every condition."""
WITHIN = ("cohort", "context", "change", "strength", "vitals")
"""Fields whose meaning differs by condition."""

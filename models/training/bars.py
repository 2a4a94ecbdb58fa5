"""What each network must reach on people that it never saw, and what is aimed at.

The lower bar lies just above the best simple method on the same data: boosting on hand-made features, ridge
or logistic regression (the cards name them).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from models.deep.manifest import Interval, Manifest


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure of one network on one set of people."""

    network: str
    people: str
    """As the manifest names them."""
    figure: str
    least: float
    """To be reached; for errors not to be passed."""
    aim: float | None = None

    @property
    def low_is_good(self) -> bool:
        """Errors: the lower the better."""
        return self.figure.startswith(("rmse", "ece"))

    def verdict(self, value: float) -> str:
        """How a measured figure stands."""
        sign = -1 if self.low_is_good else 1
        if self.aim is not None and sign * value >= sign * self.aim:
            return "aim"
        return "bar" if sign * value >= sign * self.least else "missed"


_ECE = 0.05
BARS: tuple[Bar, ...] = (
    Bar("rhythm", "ltafdb test", "se", 0.96, 0.97),
    Bar("rhythm", "ltafdb test", "sp", 0.97, 0.98),
    Bar("rhythm", "ltafdb test", "auroc", 0.992),
    Bar("rhythm", "ltafdb test", "ece", _ECE),
    Bar("glucose", "shanghai test", "rmse_30", 13.6, 13.0),
    Bar("glucose", "shanghai test", "rmse_60", 24.5, 23.5),
    Bar("glucose", "shanghai test", "ece", _ECE),
    Bar("deterioration_wearable", "cinc2012 test", "auroc_48h", 0.78, 0.80),
    Bar("deterioration_wearable", "cinc2012 test", "ece", _ECE),
    Bar("deterioration_clinical", "cinc2012 test", "auroc_48h", 0.875, 0.885),
    Bar("deterioration_clinical", "cinc2012 test", "min_se_ppv_48h", 0.54, 0.56),
    Bar("deterioration_clinical", "cinc2012 test", "ece", _ECE),
    Bar("diabetes", "pima_diabetes cross-validated", "auroc", 0.845, 0.86),
    Bar("diabetes", "pima_diabetes cross-validated", "ece", _ECE),
    Bar("diabetes", "nhanes_2009_12 cross-validated", "auroc", 0.80, 0.82),
    Bar("diabetes", "nhanes_2009_12 cross-validated", "ece", _ECE),
)


def stand(manifest: Manifest) -> Iterator[tuple[Bar, Interval]]:
    """Each bar with what the version in use measured. Raises RegistryError when there is none."""
    for bar in BARS:
        yield bar, manifest.served(bar.network).metrics[bar.people][bar.figure]

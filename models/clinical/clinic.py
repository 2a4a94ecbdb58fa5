"""The state behind clinical rules over days: what observing keeps, and makes a `Moment` of."""

from __future__ import annotations

from dataclasses import dataclass

from models.clinical.blood_pressure import Pressures
from models.clinical.glucose_control import GlucoseControl
from models.clinical.moment import NOTHING, Moment
from models.view import View

MINUTE = 60_000


@dataclass(slots=True)
class Clinic:
    """State behind clinical rules over days; both parts are None while nothing of the kind was measured."""

    pressures: Pressures | None = None
    control: GlucoseControl | None = None
    _moment: Moment | None = None

    def update(self, view: View, at_home: bool = True) -> Moment:
        """Take what a minute measured. Of blood pressure only what a cuff measured counts."""
        values = view.values
        glucose, systolic, diastolic = values.get("glucose"), values.get("sbp"), values.get("dbp")
        if glucose is not None:
            self.control = self.control or GlucoseControl()
            self.control.put(view.minute, glucose)
            self._moment = None
        if (systolic is not None or diastolic is not None) and not view.cuffless:
            self.pressures = self.pressures or Pressures()
            self.pressures.put(view.minute, systolic, diastolic, view.utc_offset, at_home)
            self._moment = None
        if self._moment is None:
            self._moment = self._now()
        return self._moment

    def _now(self) -> Moment:
        """All of it follows from what is stored: a restored state gives the same."""
        pressures, control = self.pressures, self.control
        if pressures is None and control is None:
            return NOTHING
        pressures, control = pressures or Pressures(), control or GlucoseControl()
        return Moment(
            tuple(pressures.readings), pressures.day_means(), tuple(pressures.findings()),
            tuple(control.findings()), control.last * MINUTE,
        )  # fmt: skip

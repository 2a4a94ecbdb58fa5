"""One wearer's minutes as they come, and what is told of them: the stage for tests of the alert policy."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy

import msgspec

from models.decide import Case, Setting, decide
from models.judged import Judged
from models.policy.rules import Policy, load_policy
from models.risk.found import Evidence, Leeway
from models.signals.quality import GOOD, Quality
from models.view import Observation, View
from streams.records import Alert, Contribution, Feedback, Risk, Source

POLICY = load_policy()
START = 1_767_592_800_000
MINUTE = 60_000
UNITS = {"spo2": "%", "hr": "1/min", "temp": "Cel", "glucose": "mg/dL"}


def seen(minute: float, lost: dict[str, str] | None = None, **values: float) -> View:
    """A minute at rest with steady values, and signals that are lost with their causes."""
    view = View(START + round(minute * MINUTE), "rest", dict(values), dict(values))
    view.quality = dict.fromkeys(values, GOOD) | {n: Quality(0.0, c) for n, c in (lost or {}).items()}
    view.causes = dict(lost or {})
    return view


def said(minute: float, course: str, level: int, *vitals: tuple[str, float], **more) -> Evidence:
    """Evidence of a course (`condition` or `condition:side`)."""
    condition, _, side = course.partition(":")
    found = Evidence(condition, START + round(minute * MINUTE), level, 0.5 if level else 0.1, side=side)
    if level:
        found.contributions = [Contribution(name, value, UNITS.get(name, "1")) for name, value in vitals]
    for name, value in more.items():
        setattr(found, name, value)
    return found


class Story:
    """What a wearer's alerts become, record by record."""

    def __init__(self, policy: Policy = POLICY, wearer: str = "ann", usefulness=None, **setting) -> None:
        self.wearer, self.judged, self.usefulness = wearer, Judged(), usefulness
        self.script: list[Evidence] = []
        self.setting = Setting(policy, sources=(self._scripted,), **setting)
        self.alerts: list[Alert] = []
        self.risks: list[Risk] = []
        self.held_back: list[tuple[str, str]] = []
        self.case: Case | None = None
        self._offset = 0

    def _scripted(self, _case, _observation) -> Iterable[tuple[Evidence, None]]:
        return [(found, None) for found in self.script]

    def take(self, minute: float, *found: Evidence | View, late: float = 0, **observed) -> list[Alert]:
        """Decide one record that comes `late` minutes after its minute; the alerts that it tells."""
        views = [one for one in found if isinstance(one, View)]
        # Scripted evidence is made anew: a course may keep what it is given.
        self.script = [copy(one) for one in found if isinstance(one, Evidence)]
        now = START + round((minute + late) * MINUTE)
        source = Source("vitals", 0, self._offset)
        self._offset += 1
        self.case = Case(self.wearer, self.judged, source, now, Leeway(), usefulness=self.usefulness)
        told = [one.record for one in decide(self.setting, self.case, Observation(views, **observed))]
        self.risks += [record for record in told if isinstance(record, Risk)]
        alerts = [record for record in told if isinstance(record, Alert)]
        self.alerts += alerts
        self.held_back += self.case.held_back
        return alerts

    def hold(self, minutes: range, course: str, level: int, *vitals: tuple[str, float]) -> list[Alert]:
        """The same evidence in each of these minutes."""
        return [a for minute in minutes for a in self.take(minute, said(minute, course, level, *vitals))]

    def watch(self, minutes: Iterable[int], **values: float) -> list[Alert]:
        """The same readings in each of these minutes, through the judges that ship."""
        return [alert for minute in minutes for alert in self.take(minute, seen(minute, **values))]

    def answer(self, minute: float, action: str, alert: str | None = None, **more) -> list[Alert]:
        """A person says something to an alert (the newest, if none is named)."""
        more = {"id": f"f{self._offset}", "author": "dr-lee"} | more
        if "minutes" in more:
            more["until"] = START + round((minute + more.pop("minutes")) * MINUTE)
        time = START + round(minute * MINUTE)
        said = more.pop("id")
        feedback = Feedback(said, self.wearer, alert or self.alerts[-1].id, action, time, **more)
        return self.take(minute, feedback=feedback)

    def restart(self) -> None:
        """Store what was judged, and read it back."""
        self.judged = msgspec.msgpack.decode(msgspec.msgpack.encode(self.judged), type=Judged)


def line(alerts: list[Alert]) -> list[str]:
    """Alerts in short: `status condition priority`."""
    return [f"{alert.status} {alert.condition} {alert.priority}" for alert in alerts]


def statuses(alerts: list[Alert]) -> list[str]:
    return [alert.status for alert in alerts]

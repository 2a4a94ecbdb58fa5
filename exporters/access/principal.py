"""Who asks, and what they may do: one table of role, action, and whose data.

Pure: no file, clock or request. A wearer is `None` where a request is about no wearer in particular,
such as a list: what is in the list then goes through `shown`, one by one.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, get_args

import msgspec

from streams.records import Alert, Condition, Source

Role = Literal["wearer", "clinician", "operator", "admin"]
Action = Literal["read", "answer", "stream", "system", "audit", "manage", "break_glass"]
Reach = Literal["no", "own", "masked", "any"]

ROLES: tuple[Role, ...] = get_args(Role)
ACTIONS: tuple[Action, ...] = get_args(Action)

# no      never
# own     the wearers that are one's own: oneself, those assigned, those of a break-glass that runs
# masked  lists and streams alone, and each alert in them without health detail (`shown`)
# any     whoever it is about
#
# Neither operator nor admin sees health detail: who runs a service or hands out access does not need
# it, and an admin who grants himself a clinician's token stands in the audit log.
TABLE: MappingProxyType[Role, tuple[Reach, ...]] = MappingProxyType({
    #              read      answer  stream    system  audit  manage  break_glass
    "wearer":    ("own",    "own",  "own",    "no",   "no",  "no",   "no"),
    "clinician": ("own",    "own",  "own",    "no",   "no",  "no",   "any"),
    "operator":  ("masked", "no",   "masked", "any",  "no",  "no",   "no"),
    "admin":     ("masked", "no",   "masked", "any",  "any", "any",  "no"),
})  # fmt: skip

# What is said of the machine rather than of the body, and so stays in a masked alert.
_TECHNICAL: frozenset[Condition] = frozenset({"sensor_drift", "collect_again", "stale_data"})
_READING: frozenset[Action] = frozenset({"read", "stream"})
_ANONYMOUS: frozenset[Action] = _READING | {"answer"}
_MASKED_TITLE = "An alert (its content is not for this role)"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: `wearers` are their own, None = every wearer.

    `name` stands in audit log and answers. `mask` is the key that alert ids are masked with.
    """

    name: str
    role: Role
    wearers: frozenset[str] | None
    anonymous: bool = False
    read_only: bool = False
    mask: str = field(default="", repr=False, compare=False)

    def owns(self, wearer: str) -> bool:
        """Whether this is one of their own wearers."""
        return self.wearers is None or wearer in self.wearers


def reach(principal: Principal, action: Action) -> Reach:
    """How far an action of theirs reaches."""
    if principal.read_only and action not in _READING:
        return "no"
    if principal.anonymous and action not in _ANONYMOUS:
        return "no"  # a break-glass has a name behind it
    return TABLE[principal.role][ACTIONS.index(action)]


def allowed(principal: Principal, action: Action, wearer: str | None) -> bool:
    """Whether they may do this, to this wearer or (None) to no wearer in particular."""
    how_far = reach(principal, action)
    if wearer is None or how_far in ("no", "any"):
        return how_far != "no"
    return how_far == "own" and principal.owns(wearer)


def actions(principal: Principal) -> list[Action]:
    """What they may do at all, in the order of the table."""
    return [action for action in ACTIONS if allowed(principal, action, None)]


def shown(principal: Principal, alert: Alert) -> Alert | None:
    """The alert as they may see it; None = not theirs, and answered like one that does not exist.

    Masked, it keeps what the service is run by (priority, status, times, versions, data quality) and
    loses the wearer, what it is about and who answered; its condition reads `anomaly`, unless it is about
    the sensor or the data.
    """
    if reach(principal, "read") == "masked":
        return _masked(alert, principal.mask)
    return alert if allowed(principal, "read", alert.wearer) else None


def _masked(alert: Alert, key: str) -> Alert:
    technical = alert.condition in _TECHNICAL
    return Alert(
        id=_masked_id(alert.id, key),
        revision=alert.revision,
        wearer="",
        condition=alert.condition if technical else "anomaly",
        status=alert.status,
        priority=alert.priority,
        title=alert.title if technical else _MASKED_TITLE,
        onset=alert.onset,
        updated=alert.updated,
        source=Source(alert.source.topic, 0, 0),
        historic=alert.historic,
        quality=alert.quality,
        models=alert.models if technical else {},
        config=alert.config,
        snooze=None if alert.snooze is None else msgspec.structs.replace(alert.snooze, author=""),
        delayed_s=alert.delayed_s,
        suppressed=alert.suppressed,
    )


def _masked_id(alert: str, key: str) -> str:
    # An id is a plain hash of wearer, course and onset: who knows the wearers' pseudonyms would find
    # whose it is by trying them all.
    return hmac.new(key.encode(), alert.encode(), hashlib.sha256).hexdigest()[:24]

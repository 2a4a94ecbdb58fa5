"""What is due without new evidence: reminders, the end of a snooze, and alerts whose sensor is off."""

from __future__ import annotations

from collections.abc import Iterator

from models.judged import Judged
from models.policy.case import Case, Setting, Told
from models.policy.episode import Episode
from models.policy.life import Life
from models.policy.members import greatest, members, standing
from models.policy.rules import Policy, condition_of
from models.telling import tell
from models.view import Observation
from streams.records import Status

NO_DATA = "no data"
SENSOR_OFF = "sensor off"
UNUSABLE = "no usable readings"
NO_READINGS = "no readings"
UNTIL_HEARD = frozenset({"stale_data", "collect_again"})
"""Conditions that tell of a lost signal themselves."""


def remind(setting: Setting, case: Case, observation: Observation) -> Iterator[Told]:
    """Tell anew what is due at the record's stream time."""
    judged, now = case.judged, case.now
    for course in [course for course, mute in judged.muted.items() if mute.until <= now]:
        del judged.muted[course]
    for first, life in judged.lives.items():
        episodes = list(members(judged.episodes, first).values())
        status = _lost(setting.policy, first, life, episodes, observation)
        if status is None:
            status = _due(setting.policy, judged, first, life, now)
        if status is not None:
            life.told = now if status == "reminded" else life.told
            yield Told(tell(setting, case, first, life, status, now))


def _due(policy: Policy, judged: Judged, first: str, life: Life, now: int) -> Status | None:
    """Whether people are to be reminded: when a snooze ends, and until somebody takes it on."""
    woken = 0 < life.snoozed <= now
    if woken:
        life.snoozed, life.snoozer = 0, ""
    still = standing(judged.episodes, first)
    again = woken or any(policy.rule_of(course).remind for course in still)
    improving = all(episode.improving for episode in still.values())
    if not still or not again or not life.due(now, policy, greatest(policy, still, life), improving, woken):
        return None
    life.reminders += 1
    return "reminded"


def _lost(
    policy: Policy, first: str, life: Life, episodes: list[Episode], observation: Observation
) -> Status | None:
    """Say once that the signals of an alert are lost; until they are back it does not end for being quiet."""
    condition = condition_of(first)
    if life.off or life.historic or condition in UNTIL_HEARD or not policy.rules[condition].live:
        return None
    life.off = _why(policy, first, life, episodes, observation)
    if not life.off:
        return None
    for episode in episodes:
        episode.paused = True
    return life.silence or "reminded"


def _why(policy: Policy, first: str, life: Life, episodes: list[Episode], observation: Observation) -> str:
    """Why nothing can be heard of an alert; empty while something can."""
    if observation.silent_since is not None:
        return NO_DATA
    if not observation.views:
        return ""
    view, signals = observation.views[-1], life.signals()
    unheard = view.minute - max(episode.heard for episode in episodes)
    if signals and signals <= view.causes.keys() and unheard >= policy.off_ms:
        return SENSOR_OFF if "contact" in {view.causes[signal] for signal in signals} else UNUSABLE
    # What lapses by then needs no word of it.
    lapses = min(policy.rule_of(course).lapse_ms for course in (first, *life.joined))
    return NO_READINGS if policy.unheard_ms <= unheard < lapses else ""

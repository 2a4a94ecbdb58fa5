"""From evidence to alerts: each condition's course, which alert it belongs to, and what may be told now."""

from __future__ import annotations

import msgspec

from models.policy import rate
from models.policy.case import Case, Setting, Told
from models.policy.episode import Episode
from models.policy.life import Life, Mute, joinable
from models.policy.members import gravest, greatest, members
from models.policy.rules import RANK, Policy, condition_of
from models.risk.found import Evidence
from models.telling import alert_id, keep, tell, updated
from models.usefulness.counsel import Opinion
from models.usefulness.situating import situate
from models.view import View
from streams.records import Status

LAPSED = "not judged any more"
OVER_MS = 3 * 86_400_000
"""For how long it is known what was told: devices that come this late may tell it again."""


def take(setting: Setting, case: Case, found: Evidence, view: View | None) -> Told | None:
    """Move a condition's course by one evidence; what to tell, if that changes its alert."""
    episodes = case.judged.episodes
    episode = episodes.get(found.key)
    if episode is None:
        if not found.level:
            return None
        episode = episodes[found.key] = Episode()
    return Moment(setting, case, found, view, episode).take()


class Moment(msgspec.Struct):
    """One evidence that meets the course of its condition."""

    setting: Setting
    case: Case
    found: Evidence
    view: View | None
    episode: Episode

    @property
    def policy(self) -> Policy:
        """The rules in force."""
        return self.setting.policy

    @property
    def old(self) -> bool:
        """Whether it was found in data that came late: history."""
        late = self.case.now - self.found.time > self.policy.historic_ms
        return late and self.policy.rules[self.found.condition].history

    def take(self) -> Told | None:
        """Move the course; what to tell, if that changes its alert."""
        found, episode = self.found, self.episode
        if found.cause == LAPSED:
            return self._end()
        rule = self.policy.rules[found.condition]
        beyond = found.beyond
        episode.follow(found.time, beyond, rule, self.policy.improving_ms)
        near = not found.level and rule.near(beyond)
        change = episode.update(found.time, found.level, rule, found.delay_ms, self.may, near)
        life = self.case.judged.lives.get(episode.alert)
        if life is not None:
            self._hear(life)
        if change == "resolved":
            return self._end()
        if change is not None or (life is not None and self._graver(life)):
            return self._rise()
        if not found.level and episode.idle(found.time, rule):
            if episode.held:
                self.case.held_back.append((found.condition, episode.held))
            del self.case.judged.episodes[found.key]
        return None

    def _graver(self, life: Life) -> bool:
        """Whether what was found in old data, and told as history, is so now."""
        if self.old or not self.found.level:
            return False
        confirmed = self.episode.raised
        return life.historic or (
            self.found.level >= confirmed and RANK[self._priority(confirmed)] > life.rank
        )

    def may(self, level: int, longer_ms: int) -> bool:
        """Whether a level that has lasted its delay, and `longer_ms`, may be confirmed now.

        What is `high` always may, but for what was told already: another device can deliver that time later.
        """
        priority, judged = self._priority(level), self.case.judged
        if self.found.time <= judged.told_until(self.found.key):
            return False
        if self.old and self.episode.raised and not judged.lives[self.episode.alert].historic:
            return False  # what is so now does not get graver by what was
        if priority == "high":
            return True
        waits = self._waits(priority, longer_ms)
        self.episode.held = waits or self.episode.held
        return not waits

    def _waits(self, priority: str, longer_ms: int) -> str:
        """What a level that has lasted its delay has to wait for, in a word; empty = for nothing."""
        judged, key = self.case.judged, self.found.key
        if self.policy.manners[priority].waits and self.episode.improving:
            return "improving"
        if self.episode.raised or joinable(judged.lives, key, self.policy, self.old) is not None:
            return ""
        mute = judged.muted.get(key)
        if mute is not None and self.case.now < mute.until and RANK[priority] <= mute.rank:
            return "snoozed"
        if self.policy.rules[self.found.condition].once:
            return ""
        if longer_ms < self._opinion(priority).extra_ms:
            return "answers"
        return "" if self._within_rate(priority) else "rate"

    def _priority(self, level: int) -> str:
        priority = self.policy.rules[self.found.condition].grades[level - 1].priority
        return "low" if self.old and RANK[priority] > RANK["low"] else priority

    def _opinion(self, priority: str) -> Opinion:
        """What people's answers say of such an alert, within the policy's own bound."""
        case = self.case
        if case.usefulness is None:
            return Opinion()
        said = case.usefulness.opinion(
            situate(self.found, self.view or case.latest, priority, case.leeway.person, case.now)
        )
        return Opinion(said.usefulness, min(said.extra_ms, self.policy.manners[priority].answers_delay_ms))

    def _within_rate(self, priority: str) -> bool:
        """Whether the wearer may have another alert now; counts once what is held back."""
        judged = self.case.judged
        if not rate.full(judged.raises, self.found.key, priority, self.case.now, self.policy):
            return True
        if not self.episode.limited:
            self.episode.limited = True
            judged.suppressed += 1
        return False

    def _hear(self, life: Life) -> None:
        """Something was measured of an alert that is out."""
        life.off = ""
        if self.found.level and self.found.time >= self.episode.heard:
            keep(self.setting, self.case, life, self.found, self.view)

    def _rise(self) -> Told | None:
        """The course was raised or escalated, or what was found in old data is so now."""
        key, judged = self.found.key, self.case.judged
        lives = judged.lives
        if self.episode.limited:  # it is told after all; another alert may have told of the wait
            judged.suppressed = max(judged.suppressed - 1, 0)
        self.episode.limited = False
        first = self.episode.alert or joinable(lives, key, self.policy, self.old) or key
        priority = self._priority(min(self.episode.raised, self.found.level))
        life = lives.get(first)
        status: Status | None
        if life is None:
            onset = max(self.episode.onset, judged.told_until(key) + 1)
            life = lives[first] = Life(onset, RANK[priority], historic=self.old, lead=key)
            life.note(self.found.condition, life.rank)
            self._count(life, priority)
            status = "raised"
        else:
            status = self._join(first, life, RANK[priority])
        self.episode.alert = first
        keep(self.setting, self.case, life, self.found, self.view)
        if status is None:
            return None
        life.told = self.case.now
        alert = tell(self.setting, self.case, first, life, status, updated(self.found, self.view))
        life.suppressed = 0
        return Told(alert, self.found.ask)

    def _count(self, life: Life, priority: str) -> None:
        """Count an alert that is raised, and keep its situation for those who will answer it."""
        case, judged, key = self.case, self.case.judged, self.found.key
        rate.note(judged.raises, key, life.rank, case.now)
        life.suppressed, judged.suppressed = judged.suppressed, 0
        opinion = self._opinion(priority)
        life.usefulness, life.delayed_s = opinion.usefulness, opinion.extra_ms // 1000
        if case.usefulness is not None:
            situation = situate(self.found, self.view or case.latest, priority, case.leeway.person, case.now)
            case.usefulness.raised(alert_id(case.wearer, key, life.onset), situation, case.now)

    def _join(self, first: str, life: Life, rank: int) -> Status | None:
        """Put the rise into an alert that is out; the status, if it is to be told."""
        course = self.found.key
        condition, high = self.found.condition, RANK["high"]
        fresh = condition not in {condition_of(other) for other in (first, *life.joined)}
        if course != first and course not in life.joined:
            life.joined.append(course)
        seen_to = life.acknowledged is not None or bool(life.snoozed)
        grave = rank == high and (bool(life.snoozed) or (seen_to and condition not in life.grave))
        life.note(condition, rank)
        if rank > life.rank or (life.historic and not self.old) or grave:
            life.historic = life.historic and self.old
            life.rank, life.lead = max(rank, life.rank), course
            life.forget_people()
            return "escalated"
        told = self.policy.rule_of(first).remind and life.news < self.policy.news
        if not fresh or seen_to or not told:
            return None
        life.news += 1
        return "reminded"

    def _end(self) -> Told | None:
        """The course is over; its alert too, if it was the last of its cause."""
        judged, found = self.case.judged, self.found
        first = judged.episodes.pop(found.key).alert
        life = judged.lives[first]
        life.lapsed = life.lapsed or found.cause == LAPSED
        others = members(judged.episodes, first)
        if others:
            return self._leave(first, life, others)
        del judged.lives[first]
        self._close(first, life)
        life.off, life.probability = "", found.probability
        if life.lapsed:
            life.causes = {first: LAPSED}
        return Told(tell(self.setting, self.case, first, life, "resolved", updated(found, self.view)))

    def _leave(self, first: str, life: Life, others: dict[str, Episode]) -> Told | None:
        """The course is over and others of its alert are not: these speak, as urgently as they are."""
        life.drop(self.found.key)
        lead, rank = gravest(self.policy, others, life), greatest(self.policy, others, life)
        if lead != life.lead:
            life.lead = lead
            life.probability = life.confidence = life.quality = None  # the new one's are not heard yet
            life.networks = ()
        if rank == life.rank:
            return None
        life.rank, life.reminders, life.told = rank, 0, self.case.now
        status = life.silence or "reminded"
        return Told(tell(self.setting, self.case, first, life, status, updated(self.found, self.view)))

    def _close(self, first: str, life: Life) -> None:
        """Keep until when an alert spoke, and its snooze, though never against a new `high`."""
        judged, time = self.case.judged, self.found.time
        for course in [course for course, until in judged.over.items() if time - until > OVER_MS]:
            del judged.over[course]
        for course in (first, *life.joined):
            judged.over[course] = max(time, judged.over.get(course, 0))
            if life.snoozed > self.case.now:
                judged.muted[course] = Mute(life.snoozed, min(life.rank, RANK["medium"]))

"""The conditions of one alert: which still stand, and how urgent each of them is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from models.policy.episode import Episode
from models.policy.life import Life
from models.policy.rules import RANK, Policy


def members(episodes: Mapping[str, Episode], first: str) -> dict[str, Episode]:
    """The courses that are not over of the alert that is kept under its first course."""
    return {course: episode for course, episode in episodes.items() if episode.alert == first}


def standing(episodes: Mapping[str, Episode], first: str) -> dict[str, Episode]:
    """Those of them whose newest evidence still says so."""
    return {course: episode for course, episode in members(episodes, first).items() if episode.stands}


def rank_of(policy: Policy, course: str, episode: Episode, life: Life) -> int:
    """How urgent one course is by its own confirmed grade; what is history is `low` at most."""
    grades = policy.rule_of(course).grades
    rank = RANK[grades[min(episode.raised, len(grades)) - 1].priority]
    return min(rank, RANK["low"]) if life.historic else rank


def gravest(policy: Policy, episodes: Mapping[str, Episode], life: Life) -> str:
    """The most urgent course; of equals one that stands, then the one that has spoken so far."""

    def weight(course: str) -> tuple[int, bool, bool]:
        episode = episodes[course]
        return rank_of(policy, course, episode, life), episode.stands, course == life.lead

    return max(episodes, key=weight)


def greatest(policy: Policy, episodes: Mapping[str, Episode], life: Life) -> int:
    """The rank of the most urgent of these courses, the alert's own at most."""
    ranks: Iterable[int] = (rank_of(policy, course, episode, life) for course, episode in episodes.items())
    return min(max(ranks, default=life.rank), life.rank)

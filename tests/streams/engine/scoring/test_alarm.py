"""Who has fallen silent by stream time: each once, longest silence first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models.wearer import Wearer
from streams.engine.scoring.alarm import Alarm

PATIENCE = 100


def heard(name, time):
    wearer = Wearer(name)
    wearer.seen.heard, wearer.seen.silent = time, False
    return wearer


def names(wearers):
    return [wearer.name for wearer in wearers]


def test_a_wearer_is_due_when_the_patience_is_over_and_only_once():
    alarm = Alarm(PATIENCE)
    alarm.watch(heard("ann", 10))

    assert names(alarm.due(109)) == []
    assert names(alarm.due(110)) == ["ann"]
    assert names(alarm.due(999)) == []


def test_a_wearer_heard_of_since_is_watched_on():
    alarm, ann = Alarm(PATIENCE), heard("ann", 10)
    alarm.watch(ann)
    ann.seen.heard = 80

    assert names(alarm.due(150)) == []
    assert names(alarm.due(180)) == ["ann"]


def test_the_longest_silence_comes_first_then_names():
    alarm = Alarm(PATIENCE)
    for name, time in (("cat", 20), ("bob", 10), ("ann", 20)):
        alarm.watch(heard(name, time))

    assert names(alarm.due(500)) == ["bob", "ann", "cat"]


def test_a_wearer_heard_of_at_an_earlier_time_is_due_earlier():
    alarm, ann = Alarm(PATIENCE), heard("ann", 5000)
    alarm.watch(ann)
    ann.seen.heard = 10
    alarm.watch(ann)

    assert names(alarm.due(110)) == ["ann"]
    ann.seen.silent = True
    assert names(alarm.due(9999)) == []


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 120)), max_size=80))
def test_it_finds_whom_a_plain_look_at_everybody_finds(steps):
    alarm, now = Alarm(PATIENCE), 1000
    wearers = {name: Wearer(name) for name in "abcd"}
    for name, wait in steps:
        now += wait
        silent = sorted(
            (w.seen.heard + PATIENCE, w.name)
            for w in wearers.values()
            if not w.seen.silent and w.seen.heard + PATIENCE <= now
        )
        found = alarm.due(now)
        assert names(found) == [name_ for _, name_ in silent]
        for wearer in found:
            wearer.seen.silent = True
        spoke = wearers[name].seen
        returned, spoke.silent, spoke.heard = spoke.silent, False, now
        if returned:
            alarm.watch(wearers[name])

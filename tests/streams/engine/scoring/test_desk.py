"""A record that nobody foresaw costs itself, not the worker."""

from __future__ import annotations

import pytest

from models import observe
from models.snapshot import dump
from streams.engine.scoring import judging
from tests.streams.engine.shards import feed, feed_all, maker, numbered, packet, raw, stored


def test_a_record_whose_scoring_fails_is_a_dead_letter_and_the_others_are_scored(monkeypatch):
    take = observe.take

    def fails_on_bob(seen, device, columns, *rest):
        if columns["hr"][1][0] == 6600:
            raise ZeroDivisionError("nobody foresaw this")
        return take(seen, device, columns, *rest)

    monkeypatch.setattr(observe, "take", fails_on_bob)
    records = numbered([
        raw(packet(minute, wearer, hr=[66.0 if wearer == "bob" and minute == 3 else 70.0]))
        for minute in range(6)
        for wearer in ("ann", "bob")
    ])  # fmt: skip

    effects = feed(maker()(0, {}), records)

    assert effects.outcomes == {"scored": 11, "rejected": 1}
    [letter] = effects.dead_letters
    assert (letter.rejection.reason, letter.rejection.detail) == (
        "failed", "scoring it raised ZeroDivisionError",
    )  # fmt: skip
    assert letter.value == records[7].value


def stumbling(monkeypatch, at):
    """Deciding raises for bob at the minute of that value of his pulse."""
    real = judging.decide

    def fails_on_bob(setting, case, observation):
        found = real(setting, case, observation)
        if case.wearer == "bob" and any(view.values.get("hr") == at for view in observation.views):
            raise ZeroDivisionError("66 beats of bob")
        return found

    monkeypatch.setattr(judging, "decide", fails_on_bob)


def two_wearers():
    return numbered([
        raw(packet(minute, wearer, hr=[66.0 if wearer == "bob" and minute == 3 else 70.0], spo2=[84.0]))
        for minute in range(10)
        for wearer in ("ann", "bob")
    ])  # fmt: skip


def test_a_record_whose_deciding_fails_is_a_dead_letter_and_the_others_are_decided(monkeypatch, caplog):
    stumbling(monkeypatch, 66.0)

    effects = feed_all(maker()(0, {}), two_wearers())

    [letter] = effects.dead_letters
    assert (letter.rejection.reason, letter.rejection.detail) == (
        "failed", "deciding it raised ZeroDivisionError",
    )  # fmt: skip
    assert {alert.wearer for alert, _ in effects.alerts if alert.condition == "desaturation"} == {
        "ann",
        "bob",
    }
    assert "can't be decided" in caplog.text
    assert "66 beats" not in caplog.text


@pytest.mark.parametrize("cut", [5, 9, 14])
def test_a_record_whose_deciding_fails_does_so_again_after_a_restart(monkeypatch, cut):
    stumbling(monkeypatch, 66.0)
    records = two_wearers()
    whole = maker()(0, {})
    told = [alert for alert, _ in feed_all(whole, records).alerts]
    first = maker()(0, {})
    before = [alert for alert, _ in feed_all(first, records[:cut]).alerts]

    again = maker()(0, stored(first))

    assert before + [alert for alert, _ in feed_all(again, records[cut:]).alerts] == told
    kept = [{w.name: dump(w).judged for w in shard.book.wearers()} for shard in (again, whole)]
    assert kept[0] == kept[1]


def test_whose_silence_cannot_be_judged_costs_others_nothing(monkeypatch, caplog):
    real, asked = observe.fall_silent, []

    def fails_once(seen):
        asked.append(seen)
        if len(asked) == 1:
            raise ZeroDivisionError("66 beats of ann")
        return real(seen)

    monkeypatch.setattr(observe, "fall_silent", fails_once)
    together = [raw(packet(minute, wearer, hr=[70.0])) for minute in range(3) for wearer in ("ann", "bob")]
    alone = [raw(packet(minute, "cat", hr=[70.0, 72.0])) for minute in range(40)]

    effects = feed_all(maker()(0, {}), numbered([*together, *alone]))

    assert len(asked) == 2
    assert effects.outcomes == {"scored": len(together) + len(alone)}
    silent = {alert.wearer for alert, _ in effects.alerts if alert.condition == "stale_data"}
    assert silent == {"ann", "bob"}
    assert "can't be judged" in caplog.text
    assert "66 beats" not in caplog.text

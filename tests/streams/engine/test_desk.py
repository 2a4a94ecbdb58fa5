"""A record that nobody foresaw costs itself, not the worker."""

from __future__ import annotations

from models import observe
from tests.streams.engine.shards import feed, maker, numbered, packet, raw


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

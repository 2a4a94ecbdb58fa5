"""What a partition does with records of every sort, and what it tells of them."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.snapshot import dump
from streams.engine.scoring.desk import LATE_PART
from streams.records import MSGPACK, Column, Consent, DeviceFacts, Feedback, Profile, Tick, VitalsPacket
from tests.streams.engine.shards import (
    MINUTE,
    START,
    Raw,
    by_id,
    control,
    feed,
    feed_all,
    maker,
    messy,
    numbered,
    packet,
    raw,
    simulated,
    stored,
)
from tests.streams.intake.hostile import HOSTILE, LIMIT, MARKER, endless
from tests.streams.strategies import records

HOUR = 60


def given_consent(status: str, wearer: str = "ann") -> Raw:
    return control("profile", Profile(wearer, consent=Consent(status)))  # type: ignore[arg-type]


def counted(outcomes: dict[str, int]) -> int:
    assert set(outcomes) <= {"scored", "rejected", "late", "duplicate"}
    return sum(outcomes.values())


# Hostile records ------------------------------------------------------------------------------


def test_a_thousand_hostile_records_among_good_ones():
    """Each is a dead letter with its reason, place and bytes; the good ones are scored as if alone."""
    good = [raw(sent) for sent in simulated(5)[:400]]
    bad = list(islice(endless(1), 1000))
    mixed: list[tuple[str, Raw]] = []
    for i, (reason, record) in enumerate(bad):
        mixed.append((reason, record))
        if i % 5 < 2:
            mixed.append(("", good[i // 5 * 2 + i % 5]))
    given_reasons = [reason for reason, _ in mixed]
    sent = numbered(record for _, record in mixed)
    shard, alone = maker(max_record_bytes=LIMIT)(3, {}), maker(max_record_bytes=LIMIT)(3, {})

    effects = feed_all(shard, sent)
    undisturbed = feed_all(alone, numbered(good))

    letters = {
        letter.rejection.offset: letter
        for letter in effects.dead_letters
        if letter.rejection.reason not in ("late", LATE_PART)
    }
    hostile = [(record, reason) for record, reason in zip(sent, given_reasons, strict=True) if reason]
    for record, reason in hostile:
        letter = letters[record.offset]
        assert letter.rejection.reason == reason
        assert (letter.key, letter.value, letter.headers) == (record.key, record.value, list(record.headers))
        assert (letter.rejection.topic, letter.rejection.partition) == ("vitals", 3)
        assert MARKER not in letter.rejection.detail
    assert effects.outcomes["scored"] == undisturbed.outcomes["scored"] > 350
    assert effects.outcomes["rejected"] - undisturbed.outcomes.get("rejected", 0) == len(hostile) == 1000
    assert by_id(shard.pending()).keys() == by_id(alone.pending()).keys()


@settings(max_examples=60, deadline=None)
@given(st.lists(records(VitalsPacket), min_size=1, max_size=12))
def test_any_packets_of_the_schema_are_counted_and_break_nothing(packets):
    shard = maker()(0, {})

    effects = feed_all(shard, numbered(map(raw, packets)))

    assert counted(effects.outcomes) == len(packets)
    assert maker()(0, stored(shard)).outcomes() == shard.outcomes()


@st.composite
def mixes(draw: st.DrawFn) -> list[Raw]:
    """Packets in any order, resent, late, ahead, garbled."""
    one = st.sampled_from([raw(sent) for sent in simulated(5)[:200]])
    ahead = st.integers(0, 3).map(lambda days: raw(packet(days * 24 * HOUR, "bob", hr=[60.0, 61.0])))
    bad = st.sampled_from([record for _, _, record in HOSTILE])
    return draw(st.lists(one | one | ahead | bad, min_size=1, max_size=80))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow]
)
@given(mixes(), st.integers(1, 40))
def test_produced_is_scored_and_rejected_and_late_and_duplicate(mix, size):
    shard = maker(max_record_bytes=LIMIT)(0, {})

    effects = feed_all(shard, numbered(mix), size)

    assert counted(effects.outcomes) == len(mix)
    assert shard.outcomes() == effects.outcomes
    told = [letter for letter in effects.dead_letters if letter.rejection.reason != LATE_PART]
    assert len(told) == effects.outcomes.get("rejected", 0) + effects.outcomes.get("late", 0)


def test_the_identity_holds_for_a_messy_stream():
    stream = messy(8)
    accepted_controls = sum(1 for record in stream if record.headers)

    effects = feed_all(maker()(0, {}), stream)

    assert min(effects.outcomes[name] for name in ("scored", "rejected", "late", "duplicate")) > 0
    assert counted(effects.outcomes) == len(stream) - accepted_controls


# Duplicates and lateness ----------------------------------------------------------------------


def outcomes_of(*sent: Raw, **settings: object) -> dict[str, int]:
    return feed_all(maker(**settings)(0, {}), numbered(sent)).outcomes  # type: ignore[return-value]


def test_the_same_device_sequence_and_start_is_a_duplicate():
    once = raw(packet(0, hr=[60.0]))

    assert outcomes_of(once, raw(packet(1, hr=[61.0])), once) == {"scored": 2, "duplicate": 1}


def test_a_counter_that_was_reset_is_no_duplicate():
    assert outcomes_of(raw(packet(0, seq=7, hr=[60.0])), raw(packet(1, seq=7, hr=[60.0]))) == {"scored": 2}


def test_two_devices_with_the_same_counter_are_no_duplicates():
    sent = [raw(packet(0, device=device, hr=[60.0])) for device in ("watch", "ring")]

    assert outcomes_of(*sent) == {"scored": 2}


def test_a_packet_behind_its_devices_watermark_is_late_with_its_bytes():
    early, now = raw(packet(0, hr=[60.0])), raw(packet(5, hr=[60.0]))
    shard = maker()(0, {})

    effects = feed_all(shard, numbered([now, early]))

    assert effects.outcomes == {"scored": 1, "late": 1}
    assert [(letter.rejection.reason, letter.value) for letter in effects.dead_letters] == [
        ("late", early.value)
    ]


def test_an_hourly_device_is_not_late_because_a_live_one_is_ahead():
    live = [raw(packet(minute, hr=[60.0])) for minute in range(60)]
    hourly = raw(packet(0, device="patch", seq=1, temp=[36.6] * 60))

    assert outcomes_of(*live, hourly) == {"scored": 61}


def test_a_packet_late_in_one_signal_is_scored_and_told():
    sent = [
        raw(packet(0, hr=[60.0])), raw(packet(5, hr=[60.0])), raw(packet(1, hr=[60.0], spo2=[97.0])),
    ]  # fmt: skip
    effects = feed_all(maker()(0, {}), numbered(sent))

    assert effects.outcomes == {"scored": 3}
    assert [(x.rejection.reason, x.rejection.detail) for x in effects.dead_letters] == [
        (LATE_PART, "late: hr")
    ]


def test_messagepack_packets_make_the_same_state_and_alerts():
    sent = simulated(5)[:300]
    packed = [
        Raw(x.wearer.encode(), msgspec.msgpack.encode(x), headers=[("content-type", MSGPACK.encode())])
        for x in sent
    ]
    one, other = maker()(0, {}), maker()(0, {})

    feed_all(one, numbered(map(raw, sent)))
    feed_all(other, numbered(packed))

    assert stored(one) == stored(other)


# Consent --------------------------------------------------------------------------------------


def test_refused_consent_rejects_and_keeps_no_bytes():
    shard = maker()(0, {})

    effects = feed_all(shard, numbered([given_consent("refused"), raw(packet(0, hr=[60.0]))]))

    assert effects.outcomes == {"rejected": 1}
    assert [(x.rejection.reason, x.value) for x in effects.dead_letters] == [("no_consent", None)]


@pytest.mark.parametrize(("consent", "status"), [("optional", "refused"), ("required", "unknown")])
@pytest.mark.parametrize("name", ["fahrenheit", "broken json", "offsets backwards", "huge"])
def test_a_broken_record_of_who_has_not_agreed_keeps_no_bytes_either(name, consent, status):
    record = next(record for known, _, record in HOSTILE if known == name)
    shard = maker(max_record_bytes=LIMIT, consent=consent)(0, {})

    effects = feed_all(shard, numbered([given_consent(status), record]))

    assert effects.outcomes == {"rejected": 1}
    assert [x.value for x in effects.dead_letters] == [None]


def test_consent_can_be_withdrawn_and_given_again():
    sent = [raw(packet(0, hr=[60.0])), given_consent("refused"), raw(packet(1, hr=[60.0]))]
    sent += [given_consent("given"), raw(packet(2, hr=[60.0]))]

    assert outcomes_of(*sent) == {"scored": 2, "rejected": 1}


@pytest.mark.parametrize(("consent", "scored"), [("optional", 1), ("required", 0)])
def test_unknown_consent_goes_by_the_setting(consent, scored):
    assert outcomes_of(raw(packet(0, hr=[60.0])), consent=consent).get("scored", 0) == scored


def test_required_consent_is_met_by_a_profile():
    assert outcomes_of(given_consent("given"), raw(packet(0, hr=[60.0])), consent="required") == {"scored": 1}


def test_a_profile_under_another_key_changes_nothing():
    forged = Raw(b"ann", given_consent("refused", "bob").value, headers=[("kind", b"profile")])

    assert outcomes_of(forged, raw(packet(0, "bob", hr=[60.0]))) == {"rejected": 1, "scored": 1}


def test_controls_are_not_counted_as_packets():
    feedback = Raw(
        b"ann",
        msgspec.json.encode(Feedback("f", "ann", "a", "acknowledge", 1)),
        headers=[("kind", b"feedback")],
    )

    assert outcomes_of(given_consent("given"), control("tick", Tick(START)), feedback) == {}


# Time and silence -----------------------------------------------------------------------------


def conditions(alerts: list) -> list[tuple[str, str, str]]:
    return [(alert.wearer, alert.condition, alert.status) for alert, _ in alerts]


def test_one_device_ahead_is_refused_and_moves_no_one():
    fleet = [raw(packet(m, w, hr=[60.0])) for m in range(3) for w in ("ann", "bob")]
    shard = maker()(0, {})

    effects = feed_all(shard, numbered([*fleet, raw(packet(24 * HOUR, "cat", hr=[60.0]))]))

    assert [x.rejection.reason for x in effects.dead_letters] == ["clock_ahead"]
    assert shard.own.clock.time == START + 3 * MINUTE


def test_the_wall_clock_setting_refuses_what_is_ahead_of_the_broker():
    record = numbered([raw(packet(0, hr=[60.0]))])

    effects = feed(maker(clock="wall")(0, {}), record)

    assert [x.rejection.reason for x in effects.dead_letters] == ["clock_ahead"]


def test_silence_is_told_and_its_end_too():
    fleet = [raw(packet(m, w, hr=[60.0])) for m in range(3) for w in ("ann", "bob")]
    alone = [raw(packet(m, "bob", hr=[60.0, 62.0])) for m in range(3, 40)]
    back = [raw(packet(40, w, hr=[60.0])) for w in ("ann", "bob")]
    shard = maker()(0, {})

    effects = feed_all(shard, numbered([*fleet, *alone, *back]))

    assert conditions(effects.alerts) == [
        ("ann", "stale_data", "raised"), ("ann", "stale_data", "resolved"),
    ]  # fmt: skip
    assert len({alert.id for alert, _ in effects.alerts}) == 1


def ticked(minutes, log_minutes, clock):
    """Alerts of a packet and a tick, whose records the log has at `log_minutes`."""
    sent = [raw(packet(0, hr=[60.0])), control("tick", Tick(START + minutes * MINUTE), "x")]
    logged = [replace(record, timestamp=START + log_minutes * MINUTE) for record in numbered(sent)]
    return conditions(feed_all(maker(clock=clock)(0, {}), logged).alerts)


def test_a_tick_tells_silence_where_nobody_speaks():
    assert ticked(31, 31, "wall") == [("ann", "stale_data", "raised")]


def test_no_tick_leads_the_log_or_counts_where_the_stream_is_the_clock():
    assert ticked(10**6, 5, "wall") == []
    assert ticked(31, 31, "stream") == []


def test_who_no_longer_agrees_is_judged_no_more_and_what_is_out_ends():
    saturations = [raw(packet(minute, spo2=[80.0] * 6)) for minute in range(12)]
    shard = maker()(0, {})
    before = feed_all(shard, numbered(saturations))
    refusal = control("profile", Profile("ann", consent=Consent("refused")), "ann")
    after = feed_all(shard, [replace(refusal, offset=100, timestamp=START)])

    assert conditions(before.alerts)[0] == ("ann", "desaturation", "raised")
    assert {alert.status for alert, _ in after.alerts} == {"resolved"}
    assert shard.book.page(b"ann").wearers["ann"].seen.devices == {}


@pytest.mark.parametrize("minutes", [1, 31])
def test_stale_alerts_can_be_turned_off(minutes):
    made = maker()
    made.setting = replace(made.setting, stale_alerts=False)
    sent = [raw(packet(0, hr=[60.0])), control("tick", Tick(START + minutes * MINUTE), "x")]

    assert feed_all(made(0, {}), numbered(sent)).alerts == []


def test_a_first_packet_from_the_future_does_not_hide_its_wearers_silence():
    """The clock follows back before it is settled; so must the watch over a wearer heard of in between."""
    wrong = raw(packet(24 * HOUR, "ann", seq=99, hr=[61.0]))
    right = raw(packet(0, "ann", "ring", hr=[60.0]))
    others = [raw(packet(m, w, hr=[60.0, 62.0])) for m in range(40) for w in ("bob", "cat")]
    shard, records_ = maker()(0, {}), numbered([wrong, right, *others])

    effects = feed_all(shard, records_)

    assert conditions(effects.alerts) == [("ann", "stale_data", "raised")]


def test_a_phone_that_counts_steps_does_not_miss_the_pulse_of_the_watch():
    sent = []
    for m in range(40):
        sent += [
            raw(packet(m, device="watch", hr=[60.0, 61.0 + m % 3])),
            raw(packet(m, device="phone", steps=[3.0])),
        ]

    assert conditions(feed_all(maker()(0, {}), numbered(sent)).alerts) == []


def test_a_watch_that_goes_on_without_its_pulse_is_told():
    worn = [raw(packet(m, hr=[60.0, 61.0 + m % 3], steps=[3.0])) for m in range(10)]
    off = [raw(packet(m, steps=[0.0])) for m in range(10, 40)]

    effects = feed_all(maker()(0, {}), numbered([*worn, *off]))

    assert conditions(effects.alerts) == [("ann", "collect_again", "raised")]
    assert effects.alerts[0][0].cause == "missing"


# Networks and alerts --------------------------------------------------------------------------


def beats(minute: int, wearer: str, intervals: list[float]) -> Raw:
    return raw(packet(minute, wearer, ibi=intervals))


def test_what_the_network_says_makes_an_alert_of_who_it_is_said_of():
    """Two wearers in the same chunks: one with steady intervals, one with intervals without order."""
    steady, wild = [800.0, 820.0, 810.0] * 25, [500.0, 900.0, 650.0, 1100.0, 850.0] * 15
    sent = [record for m in range(14) for record in (beats(m, "ann", steady), beats(m, "bob", wild))]
    shard = maker()(0, {})

    effects = feed_all(shard, numbered(sent), size=9)

    rhythm = [alert for alert, _ in effects.alerts if alert.condition == "rhythm"]
    assert {alert.wearer for alert in rhythm} == {"bob"}
    assert [alert.status for alert in rhythm] == ["raised"]
    assert rhythm[0].probability is not None
    assert rhythm[0].probability > 0.6
    assert rhythm[0].models == {"rhythm": "test"}
    assert rhythm[0].source.offset < len(sent)


def test_an_alert_tells_the_log_time_of_its_record():
    stream = numbered([raw(packet(minute, spo2=[85.0] * 6)) for minute in range(8)])

    effects = feed_all(maker()(0, {}), stream)

    assert effects.alerts
    for alert, log_time in effects.alerts:
        assert log_time == stream[alert.source.offset].timestamp


# The outbox -----------------------------------------------------------------------------------


def test_alerts_wait_until_settled_and_survive_a_restart():
    shard = maker()(0, {})
    told = [alert for alert, _ in feed_all(shard, messy(8)).alerts]
    shard.settle(told[:3])

    again = maker()(0, stored(shard))

    assert by_id(again.pending()) == by_id(told[3:])
    assert [a.source.offset for a in again.pending()] == sorted(a.source.offset for a in told[3:])
    again.settle(told)
    assert again.pending() == []
    assert maker()(0, stored(shard) | stored(again)).pending() == []


def test_settling_changes_a_page_and_settling_again_does_not():
    shard = maker()(0, {})
    told = [alert for alert, _ in feed_all(shard, messy(8)).alerts]
    stored(shard)
    assert shard.dirty() == []

    shard.settle(told[:1])
    assert len(shard.dirty()) == 1

    stored(shard)
    shard.settle(told[:1])
    assert shard.dirty() == []


def test_a_page_is_clean_once_encoded_and_only_its_wearers_soil_it():
    shard = maker()(0, {})
    feed(shard, numbered([raw(packet(0, w, hr=[60.0])) for w in ("ann", "bob")]))
    stored(shard)

    feed(shard, numbered([raw(packet(1, "bob", hr=[60.0]))], first=2))

    assert len(shard.dirty()) == 1


def low_then_silent(until):
    """Low saturation for a while, then nothing of ann; ben tells the time."""
    low = [raw(packet(m, spo2=[82.0], hr=[70.0], steps=[0.0])) for m in range(20)]
    return low + [raw(packet(m, "ben", hr=[60.0], steps=[0.0])) for m in range(20, until)]


def test_of_a_high_alert_people_are_reminded_although_its_wearer_is_silent():
    effects = feed_all(maker()(0, {}), numbered(low_then_silent(200)))

    told = [alert for alert, _ in effects.alerts if alert.condition == "desaturation"]
    assert told[0].priority == "high"
    assert [(alert.status, alert.cause) for alert in told[-3:]] == [("reminded", "no data")] * 3
    # Every hour of the silence, which counts from its 30th minute on.
    assert [(alert.updated - START) // MINUTE for alert in told[-3:]] == [50, 110, 170]


@pytest.mark.parametrize("cut", [60, 75, 100, 131])
def test_reminders_of_a_silent_wearer_are_the_same_after_a_restart(cut):
    records = numbered(low_then_silent(200))
    whole = maker()(0, {})
    told = [alert for alert, _ in feed_all(whole, records).alerts]
    first = maker()(0, {})
    before = [alert for alert, _ in feed_all(first, records[:cut]).alerts]

    again = maker()(0, stored(first))
    after = [alert for alert, _ in feed_all(again, records[cut:]).alerts]

    assert before + after == told


@pytest.mark.parametrize("minutes", [range(20, 27 * HOUR, 10), range(72 * HOUR, 72 * HOUR + 120)])
def test_no_alert_of_a_wearer_who_never_comes_back_stays_out_as_high(minutes):
    """Whether time goes on evenly or jumps."""
    others = [raw(packet(m, name, hr=[60.0], steps=[0.0])) for m in minutes for name in ("ben", "cal")]

    effects = feed_all(maker()(0, {}), numbered(low_then_silent(20) + others))

    last = {alert.id: alert for alert, _ in effects.alerts if alert.wearer == "ann"}
    assert {alert.condition: alert.status for alert in last.values() if alert.priority != "info"} == {
        "desaturation": "resolved",
        "stale_data": "raised",
    }


def snoozed_then_silent():
    """A medium alert is snoozed, its wearer falls silent, and is back soon after the snooze has ended."""
    records = [raw(packet(m, spo2=[88.0], hr=[60.0])) for m in range(6)]
    [alert] = [a for a, _ in feed_all(maker()(0, {}), numbered(records)).alerts]
    until = START + 37 * MINUTE
    said = Feedback("f1", "ann", alert.id, "snooze", START + 6 * MINUTE, until=until)
    away = [raw(packet(m, "ben", hr=[60.0])) for m in range(6, 42)]
    columns = {"spo2": Column(START + 41 * MINUTE, [88.0] * 4, MINUTE)}
    back = raw(VitalsPacket("ann", "watch", 42, columns))
    return [*records, control("feedback", said), *away, back]


def test_a_snooze_that_ends_in_a_silence_has_ended_after_a_crash_too():
    records = numbered(snoozed_then_silent())
    whole = maker()(0, {})
    feed_all(whole, records, 1)
    pages, begin = {}, 0
    for end in (40, len(records) - 1, len(records)):
        shard = maker()(0, dict(pages))
        feed_all(shard, records[begin:end], 1)
        pages, begin = pages | stored(shard), end

    kept = [dump(s.book.page(b"ann").wearers["ann"]).judged for s in (shard, whole)]
    assert kept[0] == kept[1]


def by_cuff(minute, sbp, dbp):
    taken = packet(minute, device="cuff", sbp=[sbp], dbp=[dbp])
    return raw(msgspec.structs.replace(taken, facts=DeviceFacts("cuff")))


def test_a_reading_by_cuff_is_judged_at_once():
    told = feed_all(maker()(0, {}), numbered([by_cuff(0, 190.0, 125.0)])).alerts

    assert [(alert.condition, alert.priority, alert.cause) for alert, _ in told] == [
        ("blood_pressure", "info", "measure again")
    ]


def test_a_crisis_by_cuff_is_urgent_when_the_second_reading_says_so():
    told = feed_all(maker()(0, {}), numbered([by_cuff(0, 190.0, 125.0), by_cuff(4, 188.0, 122.0)])).alerts

    assert [(alert.status, alert.priority) for alert, _ in told] == [
        ("raised", "info"),
        ("escalated", "medium"),
    ]


def test_who_agrees_again_gets_alerts_of_their_own_also_where_old_packets_are_sent_again():
    """A sink that has an id at a later revision takes no first one: so the id must be another."""
    low = [raw(packet(m, spo2=[80.0] * 6)) for m in range(12)]
    refuse, agree = (
        control("profile", Profile("ann", consent=Consent(c)), "ann") for c in ("refused", "given")
    )
    later = [raw(packet(m, spo2=[80.0] * 6)) for m in range(12, 30)]

    told = [a for a, _ in feed_all(maker()(0, {}), numbered([*low, refuse, agree, *low, *later])).alerts]

    assert len({(a.id, a.revision) for a in told}) == len(told)
    assert [a.revision for a in told if a.status == "raised"] == [1, 1]

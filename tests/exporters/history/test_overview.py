from __future__ import annotations

from exporters.history.overview import Overview
from exporters.history.rows import Row
from streams.records import Reading
from tests.exporters.examples import alert
from tests.exporters.history.examples import START, STEP, reading, trace

HOUR = 3_600_000


def everybody(_wearer):
    return True


def overview(*traces):
    made = Overview(stale_ms=HOUR // 2, keep_ms=24 * HOUR)
    for one in traces:
        made.saw(one)
    return made


def names(rows):
    return [row.wearer for row in rows]


def test_a_row_tells_the_most_unusual_signal_first():
    signals = {
        "hr": reading(80.0, 60.0, 5.0),
        "temp": reading(36.0, 36.75, 0.125),
        "spo2": reading(97.0, 96.5, 1.0),
        "rr": Reading(cause="off_body", quality=0.0),
    }

    row = overview(trace(level="medium", unusual=0.75, signals=signals)).row("w1")

    assert [(one.signal, one.spreads, one.change, one.unit) for one in row.strange] == [
        ("temp", -6.0, -0.75, "Cel"),
        ("hr", 4.0, 20.0, "1/min"),
    ]
    assert row.unusable == {"rr": "off_body"}
    assert (row.level, row.context, row.unusual, row.stale) == ("medium", "rest", 0.75, False)


def test_wearers_are_ranked_by_level_then_by_the_furthest_signal_then_by_name():
    made = overview(
        trace("calm", hr=61.0), trace("far", hr=90.0), trace("low", level="low"),
        trace("high", level="high"), trace("also", level="high"),
    )  # fmt: skip

    rows, total = made.page(everybody)

    assert names(rows) == ["also", "high", "low", "far", "calm"]
    assert total == 5


def test_a_page_of_those_whose_name_begins_so_and_who_may_be_seen():
    made = overview(*(trace(name) for name in ("a1", "a2", "a3", "a4", "b1")))

    rows, total = made.page(lambda wearer: wearer != "a2", "name", "a", offset=1, limit=1)

    assert (names(rows), total) == (["a3"], 3)


def test_a_risk_record_changes_the_level_before_the_next_trace_does():
    made = overview(trace(level="none"))

    made.judged("w1", START + 60_000, "high")
    made.judged("w1", START + 30_000, "low")

    assert (made.row("w1").level, made.row("w1").time) == ("high", START + 60_000)


def test_an_older_trace_changes_nothing():
    made = overview(trace("w1", 3, hr=90.0))

    made.saw(trace("w1", 1, hr=40.0))

    assert made.row("w1").strange[0].value == 90.0
    assert made.version == 1


def test_open_alerts_are_counted_by_priority_however_often_they_come():
    made = overview(trace())

    for one in (alert("a"), alert("a"), alert("b"), alert("a", 2, priority="high"), alert("a", 1)):
        made.took(one)
    assert made.row("w1").alerts == {"high": 1, "medium": 1}

    made.took(alert("a", 3, status="resolved"))
    assert made.row("w1").alerts == {"medium": 1}


def test_a_wearer_known_by_an_alert_alone_has_a_row():
    made = overview()
    one = alert(wearer="new")

    made.took(one)

    assert made.row("new") == Row("new", one.updated, "none", alerts={"medium": 1})


def test_silence_behind_the_newest_event_makes_stale():
    made = overview(trace("silent", 0), trace("live", 0))
    reached = made.version
    made.saw(trace("live", 7))
    assert made.row("silent").stale

    made.look()

    rows, _ = made.changed(reached, everybody, 10)
    assert [(row.wearer, row.stale) for row in rows] == [("live", False), ("silent", True)]


def test_who_is_no_longer_kept_goes():
    made = overview(trace("gone", 0), trace("live", 0), trace("live", 24 * 12 + 1))

    made.look()

    assert names(made.page(everybody)[0]) == ["live"]


def test_changes_are_told_once_the_newest_row_of_each():
    made = overview(trace("a"), trace("b"), trace("c"))
    reached = made.version

    made.saw(trace("b", 1))
    made.saw(trace("a", 1))
    made.saw(trace("b", 2))

    rows, now = made.changed(reached, everybody, 10)
    assert [(row.wearer, row.time) for row in rows] == [("a", START + STEP), ("b", START + 2 * STEP)]
    assert made.changed(now, everybody, 10) == ([], now)


def test_many_changes_come_in_parts_and_none_is_left_out():
    made = overview(*(trace(f"w{number}") for number in range(7)))
    reached, seen = 0, []

    while reached != made.version:
        rows, reached = made.changed(reached, lambda wearer: wearer != "w3", 2)
        seen += names(rows)

    assert seen == ["w0", "w1", "w2", "w4", "w5", "w6"]


def test_a_forgotten_wearer_has_no_row():
    made = overview(trace("a"), trace("b"))
    made.took(alert(wearer="a"))

    made.forget("a")

    assert made.row("a") is None
    made.saw(trace("a"))
    assert made.row("a").alerts == {}

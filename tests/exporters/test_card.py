"""What a person reads at the terminal."""

from __future__ import annotations

from exporters.alerts.card import card
from streams.records import Answer, Contribution, Snooze, Stretch
from tests.exporters.examples import ONSET, alert


def test_a_card_tells_who_what_since_when_and_why() -> None:
    reasons = [
        Contribution("rr", 19.0, "1/min", share=0.1),
        Contribution("temp", 38.42, "Cel", usual=36.6, change=1.82, share=0.6),
        Contribution("hr", 118.0, "1/min", usual=64.0, change=54.0, share=0.2),
        Contribution("steps", 0.0, "1", share=0.05),
    ]
    shown = card(
        alert(priority="high", contributions=reasons, cause="fever over 30 min", confidence=0.9)
    ).plain

    assert shown.splitlines() == [
        "2025-10-09 08:54:20   high    raised       w1  Irregular rhythm, possibly atrial fibrillation",
        "                     a1 · temperature 38.4 °C (usual 36.6 °C) · heart rate 118 /min (usual 64 /min)"
        " · respiratory rate 19 /min · cause: fever over 30 min · since 2025-10-09 08:53:20 · confidence 90%",
    ]


def test_a_card_tells_how_probable_and_when_a_network_saw_it_most() -> None:
    stretches = [Stretch(ONSET, ONSET + 8_000, 0.2), Stretch(ONSET + 8_000, ONSET + 16_000, 0.8)]
    reasons = [Contribution("ibi", 741.0, "ms", share=1.0, stretches=stretches)]

    shown = card(alert(contributions=reasons, probability=0.93)).plain

    assert "time between beats 741 ms (most at 08:53:28)" in shown
    assert "probability 93%" in shown


def test_a_card_tells_the_direction_who_has_seen_it_and_who_silenced_it_until_when() -> None:
    snoozed = alert(side="low", acknowledged_by="nurse-7", snooze=Snooze(ONSET + 3_600_000, "nurse-8"))

    shown = card(snoozed).plain

    assert "w1  ↓ Irregular rhythm" in shown
    assert "acknowledged by nurse-7 · snoozed until 2025-10-09 09:53:20 by nurse-8" in shown


def test_a_card_tells_what_was_answered() -> None:
    assert (
        "answered by nurse-7: useful, false alarm" in card(alert(answer=Answer(True, False, "nurse-7"))).plain
    )
    assert "answered by somebody: a comment" in card(alert(answer=Answer())).plain


def test_an_alert_without_reasons_still_tells_the_beginning_of_its_id() -> None:
    plain = alert("0123456789abcdef", contributions=[], updated=alert().onset, historic=True)

    assert card(plain).plain.splitlines()[1].strip() == "01234567"
    assert "found in old data" in card(plain).plain


def test_a_title_is_text_not_markup() -> None:
    assert "[red]w[/red]" in card(alert(title="[red]w[/red]")).plain


def test_nothing_in_a_record_steers_the_terminal() -> None:
    shown = card(alert(title="a\x1b[2Jb\nc", acknowledged_by="\x1b]0;owned\x07")).plain

    assert "a\ufffd[2Jb\ufffdc" in shown
    assert "\x1b" not in shown

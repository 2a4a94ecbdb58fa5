"""What a chunk counts for the metrics: windows, days, acknowledgements, what is held back."""

from __future__ import annotations

from models.signals.quality import Quality
from models.usefulness.situation import Situation
from models.usefulness.taught import Taught
from models.view import View
from streams.engine.scoring.tally import DAY_MS, Days, Tally

NIGHT = 20_000 * DAY_MS
HOUR_MS = 3_600_000


def raised(*times: int) -> Taught:
    taught = Taught()
    for place, time in enumerate(times):
        taught.tell(f"{place:012x}", Situation("fever", priority="medium"), time)
    return taught


def test_windows_are_counted_by_what_the_gate_says_of_them() -> None:
    tally = Tally()
    quality = {"hr": Quality(1.0), "ibi": Quality(0.7, "beats"), "spo2": Quality(0.0, "motion")}

    tally.see([View(NIGHT, quality=quality, causes={"spo2": "motion"})] * 2)

    assert tally.windows == {("hr", "good"): 2, ("ibi", "partly"): 2, ("spo2", "motion"): 2}


def test_a_wearers_day_counts_when_the_next_begins() -> None:
    days, taught = Days(), raised(NIGHT - 5 * HOUR_MS, NIGHT - HOUR_MS, NIGHT + 10)

    days.hear(taught, NIGHT - 3 * HOUR_MS, NIGHT - 1, 0)
    days.hear(taught, NIGHT - 1, NIGHT + HOUR_MS, 0)

    assert days.close() == [["medium", "medium"]]


def test_a_day_is_the_wearers_own() -> None:
    days, taught = Days(), raised(NIGHT - HOUR_MS, NIGHT + HOUR_MS)

    days.hear(taught, NIGHT - 1, NIGHT + HOUR_MS, 120)
    days.hear(taught, NIGHT + 21 * HOUR_MS, NIGHT + 22 * HOUR_MS, 120)

    assert days.close() == [["medium", "medium"]]


def test_a_wearer_who_was_never_heard_of_ends_no_day() -> None:
    days = Days()

    days.hear(Taught(), 0, NIGHT, 0)

    assert days.close() == []


def test_an_acknowledgement_is_timed_from_the_raise() -> None:
    tally, taught = Tally(), raised(NIGHT)

    tally.acknowledge(f"{0:012x}", "medium", taught, NIGHT + 90_000)
    tally.acknowledge(f"{7:012x}", "medium", taught, NIGHT + 90_000)

    assert tally.acknowledged == [("medium", 90.0)]

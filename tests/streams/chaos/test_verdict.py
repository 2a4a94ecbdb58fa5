"""The comparison itself: it has to see what was lost, repeated or changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import msgspec
import pytest

from streams.chaos.verdict import Account, Found, judge
from streams.records import Alert, Source


def alert(wearer: str, number: int, revision: int = 1) -> Alert:
    return Alert(
        id=f"{wearer}-{number}",
        revision=revision,
        wearer=wearer,
        condition="fever",
        status="raised",
        priority="low",
        title="fever",
        onset=number,
        updated=number,
        source=Source("vitals", 0, number),
    )


TOLD = [alert("ann", 1), alert("bob", 2), alert("ann", 3), alert("ann", 3, revision=2)]
EXPECTED = Account(Counter(scored=7, late=2, rejected=1), TOLD, {(0, 4, "late")}, {"ann": 1, "bob": 2, 0: 9})
WHOLE = Found(EXPECTED.outcomes, TOLD, EXPECTED.letters, EXPECTED.state, sent=10, logged=10, waiting=0)


def test_what_an_uninterrupted_run_gives_is_clean() -> None:
    assert judge(EXPECTED, WHOLE).clean


@pytest.mark.parametrize(
    ("found", "violation"),
    [
        (replace(WHOLE, sent=11), "1 lost"),
        (replace(WHOLE, sent=9), "1 repeated"),
        (replace(WHOLE, outcomes=Counter(scored=6, late=2, rejected=1)), "1 lost"),
        (replace(WHOLE, outcomes=Counter(scored=6, late=3, rejected=1)), "1 lost"),
        (replace(WHOLE, outcomes=Counter(scored=9, late=2, rejected=1)), "2 repeated"),
        (replace(WHOLE, alerts=TOLD[:-1]), "1 lost"),
        (replace(WHOLE, alerts=[*TOLD, TOLD[0]]), "1 repeated"),
        (replace(WHOLE, alerts=[*TOLD, alert("bob", 9)]), "1 invented"),
        (replace(WHOLE, alerts=[TOLD[0], TOLD[1], TOLD[3], TOLD[2]]), "1 out of order"),
        (replace(WHOLE, alerts=[*TOLD[:3], msgspec.structs.replace(TOLD[3], title="?")]), "1 different"),
        (replace(WHOLE, letters=set()), "1 lost"),
        (replace(WHOLE, uncopied=1), "1 lost"),
        (replace(WHOLE, letters={(0, 4, "late"), (0, 5, "late")}), "1 invented"),
        (replace(WHOLE, state={"ann": 1, "bob": 3, 0: 9}), "1 state differs"),
        (replace(WHOLE, state={"ann": 1, 0: 8}), "2 state differs"),
        (replace(WHOLE, waiting=3), "3 unsettled"),
    ],
)
def test_each_difference_is_a_violation(found: Found, violation: str) -> None:
    assert judge(EXPECTED, found).violations == [violation]


def test_alerts_of_two_wearers_may_come_in_any_order() -> None:
    assert judge(EXPECTED, replace(WHOLE, alerts=[TOLD[1], TOLD[0], *TOLD[2:]])).clean

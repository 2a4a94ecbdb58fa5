"""What medicines do to vitals and to the rules about them: one row for each ATC group.

Rules know four things of a medicine: which vitals it is known to move (in the first weeks of a beta agonist a
rise of the own pulse up to 110 is no news; a fall after a beta blocker is), what it hides (it makes normal
readings less reassuring), what it makes likelier, and by how much a vital is expected to move, where a trial
or a label says so. The longest prefix of a code counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

LAW = "Law et al., BMJ 2003;326:1427 (354 trials, standard dose)"
LABEL = "product label (EMA or FDA)"
Way = Literal[-1, 1]


@dataclass(frozen=True, slots=True)
class Effect:
    """One ATC group. `moves` gives the known direction by signal, `expected` the mean change in its unit.

    `says` are words for an alert, by condition, or by condition and side (`glucose:low`).
    """

    prefix: str
    name: str
    source: str
    moves: dict[str, Way] = field(default_factory=dict)
    expected: dict[str, float] = field(default_factory=dict)
    says: dict[str, str] = field(default_factory=dict)


FAST_PULSE = "can hide a fast pulse"
HIDDEN_PULSE = dict.fromkeys(("fever", "deterioration", "shock", "glucose:low", "illness"), FAST_PULSE)
HIDDEN_FEVER = dict.fromkeys(("fever", "deterioration", "illness"), "can hide a fever")
SLOW_PULSE = {"resting_heart_rate:low": "slows the pulse"}
FAST = {"resting_heart_rate:high": "can quicken the pulse"}
SLOW_BREATH = dict.fromkeys(("desaturation", "deterioration"), "can slow breathing")
LOW_GLUCOSE = {"glucose:low": "lowers glucose"}
HIGH_GLUCOSE = {"glucose:high": "raises glucose"}
DOWN: dict[str, Way] = {"sbp": -1, "dbp": -1}
ALL_DOWN: dict[str, Way] = {"hr": -1, "sbp": -1, "dbp": -1}

ROWS = (
    Effect(
        "C07", "beta blocker", f"{LAW}; pulse: MERIT-HF, Lancet 1999; hidden pulse: {LABEL}",
        ALL_DOWN, {"hr": -14.0, "sbp": -9.2, "dbp": -6.7}, HIDDEN_PULSE | SLOW_PULSE,
    ),
    Effect(
        "C08D", "pulse-slowing calcium blocker", f"{LAW}; pulse: {LABEL}",
        ALL_DOWN, {"sbp": -8.8, "dbp": -5.9}, {"shock": FAST_PULSE} | SLOW_PULSE,
    ),
    Effect("C08C", "calcium blocker", LAW, DOWN, {"sbp": -8.8, "dbp": -5.9}),
    Effect("C03A", "thiazide", LAW, DOWN, {"sbp": -8.8, "dbp": -4.4}),
    Effect("C03", "diuretic", LABEL, DOWN),
    Effect("C09A", "ACE inhibitor", LAW, DOWN, {"sbp": -8.5, "dbp": -4.7}),
    Effect("C09B", "ACE inhibitor in combination", LABEL, DOWN),
    Effect("C09C", "angiotensin receptor blocker", LAW, DOWN, {"sbp": -10.3, "dbp": -5.7}),
    Effect("C09D", "angiotensin receptor blocker in combination", LABEL, DOWN),
    Effect(
        "C01EB17", "ivabradine", "EMA, Procoralan, product information", {"hr": -1}, {"hr": -10.0}, SLOW_PULSE
    ),
    Effect("C01AA05", "digoxin", LABEL, {"hr": -1}, says=SLOW_PULSE),
    Effect("C01BD01", "amiodarone", LABEL, {"hr": -1}, says={"shock": FAST_PULSE} | SLOW_PULSE),
    Effect("N06DA", "cholinesterase inhibitor", LABEL, {"hr": -1}, says=SLOW_PULSE),
    Effect("N02A", "opioid", LABEL, {"rr": -1}, says=SLOW_BREATH),
    Effect("A10A", "insulin", LABEL, {"glucose": -1}, says=LOW_GLUCOSE),
    Effect("A10BB", "sulfonylurea", LABEL, {"glucose": -1}, says=LOW_GLUCOSE),
    Effect("A10B", "medicine that lowers glucose", LABEL, {"glucose": -1}),
    Effect("H02AB", "corticosteroid", LABEL, {"glucose": 1}, says=HIDDEN_FEVER | HIGH_GLUCOSE),
    Effect("R03A", "inhaled beta agonist", LABEL, {"hr": 1}, says=FAST),
    Effect("R03C", "beta agonist", LABEL, {"hr": 1}, says=FAST),
    Effect("H03AA", "thyroid hormone", LABEL, {"hr": 1}, says=FAST),
    Effect("H03B", "medicine against thyroid hormone", LABEL, {"hr": -1}, says=SLOW_PULSE),
    Effect("N02B", "antipyretic", LABEL, {"temp": -1}, says=HIDDEN_FEVER),
    Effect("M01A", "anti-inflammatory medicine", LABEL, {"temp": -1}, says=HIDDEN_FEVER),
    Effect("V03AN01", "oxygen", "RCP, NEWS2, 2017", {"spo2": 1}, says={"desaturation": "is being given"}),
)  # fmt: skip

BY_PREFIX = {row.prefix: row for row in ROWS}
LONGEST = max(map(len, BY_PREFIX))
OXYGEN = "V03AN01"


def effect_of(code: str) -> Effect | None:
    """The row of an ATC code; None for what no rule knows."""
    code = code.upper()
    for length in range(min(len(code), LONGEST), 2, -1):
        found = BY_PREFIX.get(code[:length])
        if found is not None:
            return found
    return None

"""One probability for each danger: worse is never better, and less known is never surer."""

from __future__ import annotations

import math
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.clinical.news2 import news2
from models.judged import Foretold
from models.person import Person
from models.policy.rules import load_policy
from models.risk.evidence import evidence
from models.risk.found import Evidence, Leeway
from models.risk.fusion import KEPT, LETTERS, Fusion, spoken
from models.risk.fusion_table import DEFAULT, load_table
from models.view import View
from streams.records import Contribution, Estimate

TABLE = load_table()
FUSION = Fusion(TABLE)
POLICY = load_policy()
START = 1_767_592_800_000
ADMITTED = Person(admitted=START - 3_600_000)
"""To whom every part applies."""
PARTS = sorted({part.of for danger in TABLE.values() for part in danger.parts})
shares = st.floats(0.0, 1.0)
said = st.dictionaries(st.sampled_from(PARTS), shares, min_size=1)


def fused(
    risks: dict[str, float], view: View | None = None, person: Person = ADMITTED
) -> dict[str, Estimate]:
    lately = {LETTERS[name]: spoken(risk, START) for name, risk in risks.items() if name in LETTERS}
    foretold = {name: Foretold(risk, START) for name, risk in risks.items() if name not in LETTERS}
    return FUSION.estimates([], view or View(START), lately, foretold, person)


# Never surer for knowing less -----------------------------------------------------------------


@given(said, st.data())
def test_the_interval_without_a_part_holds_every_interval_with_it(
    risks: dict[str, float], data: st.DataObject
) -> None:
    missing = data.draw(st.sampled_from(sorted(risks)))
    with_it = fused(risks)
    without = fused({name: risk for name, risk in risks.items() if name != missing})

    for name in without:
        assert without[name].low <= with_it[name].low
        assert without[name].high >= with_it[name].high


@given(said)
def test_a_probability_lies_in_its_interval_and_what_is_missing_is_named(risks: dict[str, float]) -> None:
    for name, estimate in fused(risks).items():
        assert 0 <= estimate.low <= estimate.probability <= estimate.high <= 1
        assert len(estimate.missing) == sum(part.of not in risks for part in TABLE[name].parts)


@given(said, st.data())
def test_nor_of_one_who_is_at_home(risks: dict[str, float], data: st.DataObject) -> None:
    stays = {part.of for danger in TABLE.values() for part in danger.parts if part.of_whom != "everyone"}
    known = {name: risk for name, risk in risks.items() if name not in stays}
    missing = data.draw(st.sampled_from(sorted(known or PARTS)))
    with_it = fused(known, person=Person())
    without = fused({name: risk for name, risk in known.items() if name != missing}, person=Person())

    for name in without:
        assert without[name].low <= with_it[name].low
        assert without[name].high >= with_it[name].high


@pytest.mark.parametrize(
    ("admitted", "applies"),
    [
        (None, False),
        (START + 1, False),
        (START, True),
        (START - 180_000_000, True),
        (START - 180_000_001, False),
    ],
)
def test_a_stay_in_hospital_is_missing_only_in_its_first_48_hours(
    admitted: int | None, applies: bool
) -> None:
    at_home = fused({"deterioration": 0.01}, person=Person())["acute"]
    found = fused({"deterioration": 0.01}, person=Person(admitted=admitted))["acute"]

    assert any("hospital" in words for words in found.missing) == applies
    assert (found.high > at_home.high) == applies


def test_what_a_network_said_of_a_stay_counts_whoever_it_is_of() -> None:
    risks = {"deterioration": 0.5, "death_in_hospital": 0.9}

    assert fused(risks, person=Person()) == fused(risks)


def test_a_healthy_wearer_with_a_watch_has_a_small_upper_end() -> None:
    calm = judged({"hr": 66.0, "rr": 14.0, "temp": 36.8, "spo2": 97.0})["acute"]

    assert calm.probability < 0.01 and calm.high < 0.1


def test_what_lowers_a_danger_speaks_of_no_alert() -> None:
    assert not any("alert" in words for danger in TABLE.values() for words in danger.lowers)


def test_of_what_nobody_judged_nothing_is_said() -> None:
    assert fused({}) == {}
    assert set(fused({"rhythm": 0.5})) == {"irregular_rhythm"}
    assert fused({"anomaly": 0.99}) == {}, "a rarity alone is no estimate"


def test_what_was_said_too_long_ago_is_missing() -> None:
    late = View(START + 3_600_000)

    assert fused({"rhythm": 0.9}, View(START + 900_000)) != {}
    assert fused({"rhythm": 0.9}, late) == {}


def test_points_that_were_not_measured_widen_the_upper_end() -> None:
    whole, part = View(START), View(START)
    part.score = news2({"hr": (START, 120.0), "spo2": (START, 93.0)}, START, scale=1, on_oxygen=None)

    assert (
        fused({"deterioration": 0.3}, part)["acute"].high > fused({"deterioration": 0.3}, whole)["acute"].high
    )


# Never better for being worse -----------------------------------------------------------------


@given(said, st.sampled_from(PARTS), shares)
def test_evidence_that_is_worse_never_lowers_any_probability(
    risks: dict[str, float], worse: str, risk: float
) -> None:
    before = fused(risks | {worse: min(risk, risks.get(worse, risk))})
    after = fused(risks | {worse: max(risk, risks.get(worse, risk))})

    for name in before:
        assert after[name].probability >= before[name].probability
        assert after[name].high >= before[name].high and after[name].low >= before[name].low


READINGS = {"hr": (60.0, 140.0), "rr": (8.0, 30.0), "temp": (35.0, 40.0), "sbp": (85.0, 180.0)}


def judged(readings: dict[str, float]) -> dict[str, Estimate]:
    """What a minute at rest with these readings gives, all judges together."""
    view = View(START, "rest", values=dict(readings), steady=dict(readings))
    view.score = news2(
        {name: (START, value) for name, value in readings.items()}, START, scale=1, on_oxygen=None
    )
    return FUSION.estimates(list(evidence(view, POLICY, Leeway())), view, {}, {})


@given(
    st.fixed_dictionaries({name: st.floats(*limits) for name, limits in READINGS.items()}),
    st.floats(70, 100),
    st.floats(70, 100),
)
def test_a_lower_oxygen_saturation_never_lowers_any_risk(
    readings: dict[str, float], one: float, other: float
) -> None:
    worse = judged(readings | {"spo2": min(one, other)})
    better = judged(readings | {"spo2": max(one, other)})

    assert {"acute"} <= worse.keys()
    for name in better:
        assert worse[name].probability >= better[name].probability


@given(st.fixed_dictionaries({name: st.floats(*limits) for name, limits in READINGS.items()}))
def test_a_higher_news2_never_lowers_the_acute_risk(readings: dict[str, float]) -> None:
    score = news2({name: (START, v) for name, v in readings.items()}, START, scale=1, on_oxygen=None)
    by_points = [fused({"deterioration": 1 / (1 + math.exp(5 - points))})["acute"] for points in range(21)]

    assert 0 <= score.low <= 20
    assert by_points == sorted(by_points, key=lambda estimate: estimate.probability)


# What the numbers mean ------------------------------------------------------------------------


@pytest.mark.parametrize("probability", [0.02, 0.1, 0.37, 0.8, 0.97])
def test_a_calibrated_network_passes_unchanged_with_the_error_of_its_calibration(probability: float) -> None:
    estimate = fused({"rhythm": probability})["irregular_rhythm"]

    assert estimate.probability == pytest.approx(probability, abs=0.001)
    assert estimate.high - estimate.low >= 2 * 0.0182 - 0.01
    assert fused({"glucose_forecast": probability})["low_glucose"].probability == pytest.approx(
        probability, abs=0.002 if probability > 0.001 else 1
    )


def test_the_acute_risk_of_few_points_is_small_and_of_many_is_large() -> None:
    none, urgent, emergency = (
        fused({"deterioration": 1 / (1 + math.exp(5 - points))})["acute"].probability for points in (0, 5, 9)
    )

    assert none < 0.01 < 0.25 < urgent < 0.5 < 0.9 < emergency


def test_no_part_moves_a_probability_beyond_its_bounds() -> None:
    calm, wild = (
        fused({"deterioration": 0.001, "shock": 0.001}),
        fused({"deterioration": 0.001, "shock": 1.0}),
    )

    bound = next(part.most for part in TABLE["acute"].parts if part.of == "shock")
    moved = _logit(wild["acute"].probability) - _logit(calm["acute"].probability)
    assert 0 < moved <= bound + 0.01


def test_drivers_are_the_vitals_behind_what_raises_it_largest_first() -> None:
    low = Evidence("desaturation", START, 2, 0.95, [Contribution("spo2", 84.0, "%", 97.0, -13.0, 1.0)])
    news = Evidence("deterioration", START, 2, 0.9, [Contribution("rr", 26.0, "1/min")])

    (first, second) = FUSION.estimates([low, news], View(START), {}, {})["acute"].drivers

    assert (first.signal, second.signal) == ("rr", "spo2")
    assert second.usual == 97.0 and (first.share or 0) + (second.share or 0) == pytest.approx(1.0, abs=0.002)


def test_every_estimate_says_what_it_is_calibrated_on_or_that_it_is_not() -> None:
    for danger in TABLE.values():
        assert "calibrat" in danger.calibrated


def test_what_is_kept_is_the_newest_of_the_kinds_that_are_fused() -> None:
    lately: dict[str, int] = {}
    for found in (
        Evidence("illness", START, 1, 0.9),
        Evidence("illness", START - 60_000, 0, 0.1),
        Evidence("stale_data", START, 1, 0.0),
    ):
        FUSION.keep(lately, found)

    assert lately == {LETTERS["illness"]: spoken(0.9, START)}


def test_all_that_can_be_remembered_is_small_to_store() -> None:
    lately: dict[str, int] = {}
    for key in KEPT:
        condition, _, side = key.partition(":")
        FUSION.keep(lately, Evidence(condition, START, 1, 0.999, side=side))

    assert len(lately) == len(KEPT) and len(msgspec.msgpack.encode(lately)) < 120


def _logit(share: float) -> float:
    return math.log(share / (1 - share))


# The file -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("weight = 1.11", "weight = -1.11", "lower the risk"),
        ("blur = 0.5", "blur = -1.0", "blur"),
        ("margin = 0.0182", "margin = 1.5", "margin"),
        ("lasts_s = 3600", 'lasts_s = "long"', "lasts_s"),
        ("[acute]", "[acute", "fusion.toml"),
        ("upper = true", "sideways = true", "sideways"),
    ],
)
def test_a_wrong_file_is_refused_with_what_is_wrong(tmp_path: Path, old: str, new: str, wrong: str) -> None:
    path = tmp_path / "fusion.toml"
    path.write_text(DEFAULT.read_text().replace(old, new, 1))

    with pytest.raises(ValueError, match=wrong):
        load_table(path)


def test_nothing_acute_is_told_of_whom_no_early_warning_score_was_judged() -> None:
    """What is left without it would reach from nearly 0 to nearly 1."""
    assert "acute" not in fused({"desaturation": 0.9, "anomaly": 0.9})
    assert fused({"deterioration": 0.1})["acute"].high < 1.0


def test_a_table_that_needs_what_it_does_not_have_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "fusion.toml"
    path.write_text(DEFAULT.read_text().replace('needs = "deterioration"', 'needs = "luck"'))

    with pytest.raises(ValueError, match="needs luck, which is none of its parts"):
        load_table(path)

"""Every text of the catalogue passes the lint, and the lint finds what it is there for."""

from __future__ import annotations

import msgspec
import pytest

from models.advice import Language, load_catalogue
from models.advice.catalogue import Catalogue
from models.advice.entries import Words
from models.advice.lint import lint
from models.advice.reading import grade
from models.advice.wording import BOUNDS, faults
from streams.records import Voice

CATALOGUE = load_catalogue()


def test_the_catalogue_that_ships_has_no_fault() -> None:
    assert lint(CATALOGUE) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("You have atrial fibrillation and should rest.", "diagnosis"),
        ("You probably have an illness of the lungs.", "diagnosis"),
        ("You've got something that needs rest.", "diagnosis"),
        ("This is a heart attack, so call your emergency number.", "diagnosis"),
        ("It may be sepsis. Call your doctor today.", "names an illness"),
        ("Your diagnosis will be on the next page.", "diagnosis"),
        ("Rest now and take 500 mg of what you were given.", "dose"),
        ("Use two puffs and then measure again.", "dose"),
        ("Have 15 g of sugar now and measure again.", "dose"),
        ("Take some aspirin and call your doctor.", "tells to use a medicine"),
        ("Stop taking your beta blocker and call your doctor.", "tells to change a medicine"),
        ("Skip your next dose and call your doctor.", "tells to change a medicine"),
        ("Rest now. You will be fine by the evening.", "promise"),
        ("Do not worry, and measure again this evening.", "promise"),
        ("This is harmless. Measure again this evening.", "promise"),
        ("Call your emergency number now!", "exclamation mark"),
        ("See https://example.org for more of what to do.", "markup"),
        ("Call now.", "characters"),
        ("Rest. " * 60, "characters"),
        ("请坐下休息，并在五分钟后重新测量。" * 2, "another language"),
    ],
)
def test_a_text_for_the_wearer_is_refused(text: str, reason: str) -> None:
    assert any(fault.startswith(reason) or reason in fault for fault in faults(text, "wearer", "en"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("您患有房颤，请坐下休息。", "diagnosis"),
        ("这可能是肺炎，请联系医生。", "names an illness"),
        ("请服用500毫克后重新测量。", "dose"),
        ("请吃两片药后重新测量读数。", "dose"),
        ("请服用阿司匹林并联系医生。", "tells to use a medicine"),
        ("请立即停药并联系医生处理。", "tells to change a medicine"),
        ("请放心，休息之后重新测量。", "promise"),
        ("请立即拨打急救电话！谢谢您。", "exclamation mark"),
        ("Sit down and rest for five minutes.", "another language"),
    ],
)
def test_a_chinese_text_for_the_wearer_is_refused(text: str, reason: str) -> None:
    assert any(fault.startswith(reason) for fault in faults(text, "wearer", "zh"))


@pytest.mark.parametrize(
    ("text", "voice", "language"),
    [
        ("If you have chest pain, call your emergency number.", "wearer", "en"),
        ("Do not stop your medicine on your own. Call your doctor.", "wearer", "en"),
        ("Your glucose fell to 62 mg/dL. Check it again now.", "wearer", "en"),
        ("Consider sepsis, pulmonary embolism and arrhythmia.", "clinician", "en"),
        ("请不要自行停用，当天联系开药的医生。", "wearer", "zh"),
        ("血糖为62 mg/dL，请现在重新测量。", "wearer", "zh"),
    ],
)
def test_a_careful_text_passes(text: str, voice: Voice, language: Language) -> None:
    assert faults(text, voice, language) == []


def test_bounds_hold_for_both_voices_and_languages() -> None:
    for (voice, language), (least, most) in BOUNDS.items():
        filler = "请" if language == "zh" else "r"

        assert faults(filler * least, voice, language) == faults(filler * most, voice, language) == []
        assert faults(filler * (least - 1), voice, language) != []
        assert faults(filler * (most + 1), voice, language) != []


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("Sit down and rest.", -3, 2),
        ("Write down when it began and how you feel.", 1, 5),
        ("Haemodynamic instability necessitates immediate multidisciplinary evaluation.", 15, 50),
    ],
)
def test_long_words_in_long_sentences_read_hard(text: str, low: float, high: float) -> None:
    assert low <= grade(text) <= high


def test_a_hard_or_unhelpful_text_is_found_by_its_key() -> None:
    hard = "Immediate multidisciplinary evaluation necessitates extraordinary haemodynamic stabilisation."
    entries = {
        key: msgspec.structs.replace(entry, wearer=Words(hard, entry.wearer.zh))
        if key == "glucose.low.seek.high"
        else entry
        for key, entry in CATALOGUE.entries.items()
    }

    found = lint(Catalogue(CATALOGUE.book, entries))

    assert any(line.startswith("glucose.low.seek.high: school grade") for line in found)
    assert "glucose low high: names no emergency (en)" in found

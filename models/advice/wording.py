"""Checks the wording of advice: no diagnosis, no dose, no promise, and nobody told to change a medicine."""

from __future__ import annotations

import re
from collections.abc import Iterator

from models.advice.entries import Language
from models.advice.phrases import BANS, EVERYWHERE
from streams.records import Voice

BOUNDS: dict[tuple[Voice, Language], tuple[int, int]] = {
    ("wearer", "en"): (20, 280),
    ("wearer", "zh"): (8, 120),
    ("clinician", "en"): (20, 280),
    ("clinician", "zh"): (8, 120),
}
"""Fewest and most characters: what a watch and a card can show."""
HAN = re.compile(r"[\u4e00-\u9fff]")
HELP: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:call|ask|talk to|tell|get (?:\w+ ){0,3}help|visit|go to hospital)\b", re.IGNORECASE
    ),
    "zh": re.compile("拨打|联系|看医生|就医|求助|咨询|急救|就诊|医院|告诉|处理"),
}
EMERGENCY: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"\bemergency\b", re.IGNORECASE),
    "zh": re.compile("急救|紧急"),
}


def faults(text: str, voice: Voice, language: Language) -> list[str]:
    """What is wrong with a text, a few words each; empty when nothing is."""
    return list(_faults(text, voice, language))


def calls_for_help(text: str, language: Language) -> bool:
    """Whether a text says whom to turn to."""
    return bool(HELP[language].search(text))


def names_emergency(text: str, language: Language) -> bool:
    """Whether a text speaks of emergency services."""
    return bool(EMERGENCY[language].search(text))


def _faults(text: str, voice: Voice, language: Language) -> Iterator[str]:
    least, most = BOUNDS[voice, language]
    if not least <= len(text) <= most:
        yield f"{len(text)} characters, not {least} to {most}"
    if language == "zh" and len(HAN.findall(text)) < len(text) / 4:
        yield "another language"
    for ban in (*BANS[language], *EVERYWHERE):
        found = ban.pattern.search(text) if voice in ban.voices else None
        if found is not None:
            yield f"{ban.reason}: {found.group().strip()!r}"

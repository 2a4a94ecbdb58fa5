"""Reads a language model's answer, and refuses what must not be shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from models.advice import Language
from models.advice.wording import calls_for_help, faults, names_emergency
from streams.malformed import MALFORMED
from streams.records import Voice

FENCE = re.compile(r"^\s*```(?:json)?\s*(.*?)\s*```\s*$", re.DOTALL)
NUMBER = re.compile(r"\d+(?:\.\d+)?")
LETTERS = re.compile(r"[a-z]", re.IGNORECASE)
ENGLISH_IN_CHINESE = 0.25
"""Share of Latin letters above which a Chinese text is none."""
FORBIDS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"\b(?:not|never|no|without)\b|n['’]t\b", re.IGNORECASE),
    "zh": re.compile("不|勿|别|禁|无需"),
}


class Refused(Exception):
    """The answer is not fit to be shown; the message says why, without quoting it."""


class _Message(msgspec.Struct):
    content: str


class _Choice(msgspec.Struct):
    message: _Message


class _Completion(msgspec.Struct):
    choices: list[_Choice]


def worded(body: bytes, wanted: Mapping[str, str]) -> dict[str, str]:
    """The new text for each key, out of the body of a chat completion.

    Raises:
        Refused: it is no chat completion, or has other keys than those wanted.
    """
    try:
        content = msgspec.json.decode(body, type=_Completion).choices[0].message.content
        fenced = FENCE.match(content)
        found = msgspec.json.decode(fenced.group(1) if fenced else content, type=dict[str, str])
    except (*MALFORMED, IndexError) as error:
        raise Refused("no chat completion with a JSON object of texts") from error
    if found.keys() != wanted.keys():
        raise Refused("other keys than those asked for")
    return {key: found[key].strip() for key in wanted}


def check(
    found: Mapping[str, str], original: Mapping[str, str], told: str, voice: Voice, language: Language
) -> None:
    """Hold each text to the wording lint and to what it was made of; `told` is all that was sent.

    Raises:
        Refused: with the first thing that is wrong.
    """
    numbers = [float(number) for number in NUMBER.findall(told)]
    allowed = {*numbers, *map(round, numbers)}
    for key, text in found.items():
        for reason in _wrong(text, original[key], allowed, voice, language):
            raise Refused(reason)


def _wrong(text: str, original: str, allowed: set[float], voice: Voice, language: Language) -> Iterator[str]:
    for fault in faults(text, voice, language):
        yield fault.partition(":")[0]
    if any(float(number) not in allowed for number in NUMBER.findall(text)):
        yield "a number that was not told"
    for lost, said in (
        ("the emergency number", names_emergency),
        ("whom to turn to", calls_for_help),
        ("what not to do", _forbids),
    ):
        if said(original, language) and not said(text, language):
            yield f"no word of {lost}"
    if language == "zh" and len(LETTERS.findall(text)) > ENGLISH_IN_CHINESE * len(text):
        yield "another language"


def _forbids(text: str, language: Language) -> bool:
    return bool(FORBIDS[language].search(text))

"""How many years of school a plain English text asks for.

Source: Kincaid et al. 1975, Derivation of new readability formulas (Flesch-Kincaid grade level). Syllables
are counted by groups of vowels, within a few tenths of a grade of a dictionary on short advice.
"""

from __future__ import annotations

import re

SENTENCE = re.compile(r"[.:;?]+(?:\s|$)")
WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
VOWELS = re.compile(r"[aeiouy]+")
SILENT = re.compile(r"(?:[^laeiouy]e|[^aeiouydt]ed|[^aeiouysxz]es)$")


def grade(text: str) -> float:
    """The school grade (United States) at which a text is read with ease; age 12 is about grade 7."""
    words = WORD.findall(text)
    if not words:
        return 0.0
    sentences = max(len(SENTENCE.findall(text)), 1)
    syllables = sum(_syllables(word.lower()) for word in words)
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


def _syllables(word: str) -> int:
    groups = len(VOWELS.findall(word))
    return max(groups - (1 if groups > 1 and SILENT.search(word) else 0), 1)

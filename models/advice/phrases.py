"""What advice must not say, in two languages: patterns by reason.

Made for short advice, and for what a language model makes of it: it refuses too much rather than too
little, and is no proof of safety.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.advice.entries import Language
from streams.records import Voice


@dataclass(frozen=True, slots=True)
class Ban:
    """What a text must not say, in whose voice, and why."""

    pattern: re.Pattern[str]
    reason: str
    voices: tuple[Voice, ...]


def _ban(reason: str, *patterns: str, voices: tuple[Voice, ...] = ("wearer", "clinician")) -> Ban:
    return Ban(re.compile("|".join(f"(?:{p})" for p in patterns), re.IGNORECASE), reason, voices)


WEARER: tuple[Voice, ...] = ("wearer",)
"""Clinicians' words are their own: an illness to think of, a medicine to review."""

DISEASES = (
    r"(?:atrial )?fibrillation|arrhythmia|stroke|heart attack|infarction|angina|heart (?:failure|block)"
    r"|sepsis|septic|infection|pneumonia|covid|influenza|the flu|embolism|hypertension|hypotension"
    r"|hypoglyc\w+|hyperglyc\w+|ketoacidosis|pre-?diabetes|asthma|copd|cancer|tumou?r|anaemia|anemia|dementia|epilepsy"
    r"|meningitis|dehydrated|pre-?eclampsia|apno?ea|hyperthyroid\w*|hypothyroid\w*|a clot|kidney failure"
)
UNIT = r"(?:mg|mcg|µg|μg|g|grams?|ml|units?|iu|tablets?|pills?|capsules?|puffs?|drops?|tsp|tablespoons?)"
FEW = r"(?:one|two|three|half a|a|another|an extra)"
MEDICINE = (
    r"(?:medicines?|medication|drugs?|tablets?|pills?|doses?|insulin|inhaler|blood thinner|beta.?blocker"
    r"|treatment|metoprolol|statin|steroids?)"
)
REMEDY = (
    r"(?:aspirin|paracetamol|acetaminophen|ibuprofen|insulin|glucagon|nitroglycerin|antibiotics?"
    r"|a beta.?blocker)"
)
CHANGE = (
    r"(?:stop|start|skip|double|halve|increase|reduce|lower|raise|change|pause|omit)(?:ping|ing)?"
    r" (?:taking |using )?(?:\w+ ){0,2}"
)
NEVER = r"(?<!not )(?<!never )(?<!n't )(?<!n’t )(?<!without )"

DISEASES_ZH = (
    "房颤|心房颤动|心律失常|中风|卒中|心梗|心肌梗死|心绞痛|心衰|心力衰竭|脓毒症|败血症|感染|肺炎|新冠|流感"
    "|栓塞|高血压|低血压|低血糖症|酮症酸中毒|哮喘|慢阻肺|癌|肿瘤|贫血|痴呆|癫痫|脑膜炎|脱水|子痫|甲亢|甲减"
)
UNIT_ZH = "(?:毫克|微克|克|毫升|单位|片|粒|颗|支(?!持)|滴|喷|勺)"
REMEDY_ZH = "(?:阿司匹林|布洛芬|对乙酰氨基酚|胰岛素|抗生素|硝酸甘油)"
CHANGE_ZH = "(?:停用|停药|停服|加量|减量|减药|加倍服|换药|改变用药|补用)"
NEVER_ZH = "(?<!不要)(?<!不要自行)(?<!切勿)(?<!切勿自行)(?<!请勿)(?<!请勿自行)(?<!勿)(?<!勿自行)"

BANS: dict[Language, tuple[Ban, ...]] = {
    "en": (
        _ban(
            "diagnosis",
            r"(?<!if )(?<!when )(?<!unless )\byou (?:\w+ )?(?:have|suffer|are having|developed)\b",
            r"\byou(?:'|’)ve\b",
            rf"\b(?:this|it|that) (?:is|means|shows|proves|confirms) (?:\w+ ){{0,3}}(?:{DISEASES})\b",
        ),
        _ban("diagnosis", r"(?<!not a )(?<!no )\bdiagnos(?:is|ed)\b", voices=WEARER),
        _ban("names an illness", rf"\b(?:{DISEASES})\b", voices=WEARER),
        _ban(
            "dose",
            rf"\d(?:[\d.,/–-]*\d)?\s*{UNIT}\b(?!/)",
            rf"\b{FEW} (?:tablet|pill|capsule|puff|dose)s?\b",
        ),
        _ban("tells to use a medicine", rf"\btake (?:\w+ ){{0,2}}{REMEDY}\b", voices=WEARER),
        _ban("tells to change a medicine", rf"{NEVER}\b{CHANGE}{MEDICINE}\b", voices=WEARER),
        _ban(
            "promise",
            r"\bwill (?:be fine|recover|be cured|go away|be okay|be ok|get better|pass)\b",
            r"\bguarantee\w*\b",
            r"\b(?:no (?:need|reason) to worry|nothing to worry|don(?:'|’)t worry|do not worry)\b",
            r"\b(?:definitely|certainly|surely|for sure|harmless|perfectly (?:safe|normal)|cures?)\b",
            r"\byou are (?:safe|healthy|fine|well|ok|okay)\b",
        ),
        _ban("another language", r"[\u4e00-\u9fff]"),
    ),
    "zh": (
        _ban("diagnosis", "(?:您|你)(?:已经|可能|很可能)?(?:得了|患了|患有|患上)", "(?<!不能)确诊", "诊断为"),
        _ban("names an illness", DISEASES_ZH, voices=WEARER),
        _ban(
            "dose",
            rf"[\d一二两三四五六七八九十半]+\s*{UNIT_ZH}(?!/|每)",
            r"\d\s*(?:mg|g|ml|mcg|µg|IU)\b(?!/)",
        ),
        _ban("tells to use a medicine", rf"(?:服用|吃|口服|注射)\S{{0,3}}{REMEDY_ZH}", voices=WEARER),
        _ban("tells to change a medicine", f"{NEVER_ZH}{CHANGE_ZH}", voices=WEARER),
        _ban(
            "promise",
            "保证|一定会|一定能|肯定|绝对|不用担心|不必担心|无需担心|放心",
            "治愈|痊愈|没事|完全正常|无害",
        ),
    ),
}

EVERYWHERE = (
    _ban("exclamation mark", r"[!！]"),
    _ban("markup or address", r"https?:|www\.|</", r"[<>{}\[\]`*#|\\]{2,}", r"[\n\r\t]"),
)

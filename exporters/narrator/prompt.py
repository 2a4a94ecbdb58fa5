"""What leaves for the language model: numbers of one alert and texts of the catalogue.

No id of a wearer, alert or device, no author, no comment, no time of day, no free text of a profile, a rule
or a clinician. Tests hold it to that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from models.advice import Language
from models.advice.wording import BOUNDS
from models.signals.catalogue import SIGNALS
from streams.records import Alert, Voice

UNITS = {name: signal.unit for name, signal in SIGNALS.items()} | {"hrv": "ln ms"}
VITALS = 3
MINUTE = 60_000
LANGUAGES: dict[Language, str] = {"en": "English", "zh": "simplified Chinese"}
READERS: dict[Voice, str] = {
    "wearer": "the wearer, in plain words for a reading age of 12",
    "clinician": "a clinician, terse and technical",
}
RULES = (
    "You reword advice that belongs to an alert of a monitor for vital signs. "
    "Write for {reader}, in {language}. "
    "Keep the meaning of each text of `advice`: what it forbids, and whom it says to call and when. "
    "You may use the numbers of `vitals`. Add no other fact or number. "
    "Name no illness, give no diagnosis, no dose, no promise, and never tell anybody to change a medicine. "
    "No exclamation marks, no markup. Each text has {least} to {most} characters. "
    "Answer with one JSON object with the keys of `advice` and the new texts as values, nothing else."
)


def messages(
    alert: Alert, texts: Mapping[str, str], voice: Voice, language: Language
) -> list[dict[str, str]]:
    """The messages of a chat completion; `texts` are the catalogue's, by any short key."""
    least, most = BOUNDS[voice, language]
    rules = RULES.format(reader=READERS[voice], language=LANGUAGES[language], least=least, most=most)
    told = msgspec.json.encode(facts(alert) | {"advice": texts}).decode()
    return [{"role": "system", "content": rules}, {"role": "user", "content": told}]


def facts(alert: Alert) -> dict[str, Any]:
    """What of an alert may leave."""
    return {
        "condition": alert.condition,
        "direction": alert.side,
        "priority": alert.priority,
        "minutes": max(alert.updated - alert.onset, 0) // MINUTE,
        "vitals": [
            {
                "signal": found.signal,
                "value": found.value,
                "unit": UNITS[found.signal],
                "usual": found.usual,
                "change": found.change,
            }
            for found in alert.contributions[:VITALS]
            if found.signal in UNITS
        ],
    }

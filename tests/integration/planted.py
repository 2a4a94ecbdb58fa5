"""What is planted in every input, and who may hold which of it. docs/explanation/privacy.md has the table."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

WHOSE = frozenset({"wearer"})
PACKET = WHOSE | {"device"}
SAID = WHOSE | {"author", "comment", "email", "person"}
"""What people write is theirs: a name in a comment is in the comment."""
ANYTHING = PACKET | SAID | {"junk"}

MAY_HOLD: dict[str, frozenset[str]] = {
    "vitals": ANYTHING,
    "profiles": WHOSE | {"junk", "person", "email"},
    "feedback": SAID | {"junk"},
    "alerts": WHOSE | {"author"},
    "risk": PACKET,
    "traces": PACKET,
    "vitals.rejected": ANYTHING,
    "vitals.rejected, its reasons": frozenset(),
    # What somebody asked for and was refused stands there by its path, whatever they typed.
    "audit log": WHOSE | {"author", "junk"},
    "a log": frozenset(),
    "metrics": frozenset(),
    "an error of the API": frozenset(),
}


def word() -> str:
    return secrets.token_hex(6)


@dataclass(frozen=True)
class Planted:
    """One of each kind; none is a part of another, and none occurs by chance."""

    wearer: str = field(default_factory=lambda: f"w-{word()}")
    device: str = field(default_factory=lambda: f"d-{word()}")
    person: str = field(default_factory=lambda: f"Plantina {word()}")
    email: str = field(default_factory=lambda: f"{word()}@clinic.example")
    author: str = field(default_factory=lambda: f"nurse-{word()}")
    comment: str = field(default_factory=lambda: f"slept badly {word()}")
    junk: str = field(default_factory=lambda: f"junk{word()}")
    """In a record that is none: whatever a broken device may send."""
    redis: str = field(default_factory=lambda: f"redis{word()}")
    kafka: str = field(default_factory=lambda: f"kafka{word()}")
    state_key: str = field(default_factory=lambda: secrets.token_hex(32))
    narrator: str = field(default_factory=lambda: f"sk-{word()}")
    hook: str = field(default_factory=lambda: f"hook{word()}")
    """In a webhook's address."""
    signing: str = field(default_factory=lambda: f"whsec_{secrets.token_hex(24)}")
    wrong: str = field(default_factory=lambda: f"vs_{secrets.token_urlsafe(32)}")
    """A token that nobody has."""

    def found_in(self, text: bytes | str, tokens: Iterable[str]) -> set[str]:
        """Kinds that are in a text; `tokens` are those that somebody has."""
        raw = text.encode() if isinstance(text, str) else text
        kinds = [(name, getattr(self, name)) for name in self.__dataclass_fields__]
        kinds += [("token", token) for token in tokens]
        return {kind for kind, value in kinds if value.encode() in raw}

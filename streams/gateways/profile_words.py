"""A profile from words on a command line, and back into words."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from models.signals.catalogue import SIGNALS
from streams.errors import UserError
from streams.malformed import MALFORMED
from streams.records import Consent, Profile

_TIMES = frozenset({"started", "stopped", "expires", "admitted"})


def whole(wearer: str, file: Path, before: Profile | None = None) -> Profile:
    """The profile in a JSON file (`-` = standard input), for this wearer. Raises UserError.

    It takes the place of the one `before`, whose consent stays where the file names none.
    """
    consent = Consent() if before is None else before.consent
    try:
        text = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        found = {"wearer": wearer, "consent": msgspec.to_builtins(consent), **msgspec.json.decode(text)}
        made = _checked(found, wearer)
        unknown = sorted(_unknown(found, msgspec.to_builtins(made)))
        if unknown:
            raise UserError(f"{file} has what no profile has: {', '.join(unknown)}")
        return made
    except OSError as error:
        raise UserError(f"{file} can't be read: {error.strerror}") from error
    except (*MALFORMED, AttributeError, TypeError) as error:
        raise UserError(f"{file} is no profile: {error}") from error


def _unknown(given: Any, kept: Any, path: str = "") -> Iterator[str]:
    """Names in a file that its profile has not kept."""
    if isinstance(given, dict) and isinstance(kept, dict):
        for name, value in given.items():
            if name not in kept:
                yield f"{path}{name}"
            else:
                yield from _unknown(value, kept[name], f"{path}{name}.")
    elif isinstance(given, list) and isinstance(kept, list):
        for one, other in zip(given, kept, strict=False):
            yield from _unknown(one, other, path)


def changed(
    wearer: str,
    found: Profile | None,
    given: dict[str, Any],
    consent: str | None,
    purposes: list[str] | None,
    clear: Sequence[str],
) -> Profile:
    """The profile with what is given in the place of what was; `found` is None for a new one.

    Raises UserError for words that can't be understood.
    """
    fields: dict[str, Any] = msgspec.to_builtins(found or Profile(wearer))
    for name in clear:
        if name == "wearer" or fields.pop(name, ...) is ...:
            raise UserError(f"--clear {name}: no such field; {', '.join(Profile.__struct_fields__[1:])}")
    for name, words in given.items():
        if words is not None:
            fields[name] = _PARSERS[name](words) if name in _PARSERS else words
    before = Consent() if found is None else found.consent
    agreed = {"status": consent or before.status, "purposes": purposes or before.purposes}
    if "consent" not in clear or consent or purposes:
        fields["consent"] = agreed
    return _checked(fields, wearer)


def described(profile: Profile) -> Iterator[tuple[str, str]]:
    """Field and words for each thing that is known."""
    for name, value in msgspec.to_builtins(profile).items():
        if value not in (None, [], {}, False):
            shown = _dated(name, value)
            yield name, shown if isinstance(shown, str) else msgspec.json.encode(shown).decode()


def _dated(name: str, value: Any) -> Any:
    """The value of a field with its times as a person writes them, and without what is not known."""
    if isinstance(value, dict):
        return {key: _dated(key, one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_dated(name, one) for one in value]
    return _iso(value) if name in _TIMES else value


def _iso(millis: int) -> str:
    """A date, with the time of day where it is not midnight, UTC."""
    time = datetime.fromtimestamp(millis / 1000, UTC)
    return f"{time:%Y-%m-%d}" if millis % 86_400_000 == 0 else f"{time:%Y-%m-%dT%H:%MZ}"


def _checked(fields: dict[str, Any], wearer: str) -> Profile:
    try:
        profile = msgspec.convert(fields, Profile)
    except msgspec.ValidationError as error:
        raise UserError(f"this is no profile: {error}") from error
    if profile.wearer != wearer:
        raise UserError("the profile in the file is another wearer's")
    unknown = sorted({name.partition("@")[0] for name in profile.baselines} - SIGNALS.keys())
    if unknown:
        raise UserError(f"unknown signal {unknown[0]}: one of {', '.join(SIGNALS)}")
    if not all(math.isfinite(number) for number in _numbers(profile)):
        raise UserError("this is no profile: nan and inf are no numbers of a profile")
    return profile


def _numbers(profile: Profile) -> Iterator[float]:
    """Numbers that nothing bounds."""
    yield from profile.baselines.values()
    for threshold in profile.thresholds:
        yield from (edge for edge in (threshold.above, threshold.below) if edge is not None)


def _time(words: str) -> int:
    try:
        time = datetime.fromisoformat(words)
    except ValueError as error:
        raise UserError(f"{words} is no time: write 2026-03-01 or 2026-03-01T08:00+02:00") from error
    return round((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp() * 1000)


def _since(name: str) -> Callable[[list[str]], list[dict[str, Any]]]:
    """Reads `NAME@BEGIN..END`."""

    def read(words: list[str]) -> list[dict[str, Any]]:
        found = []
        for word in words:
            what, _, span = word.partition("@")
            begin, _, end = span.partition("..")
            row: dict[str, Any] = {name: what}
            if begin:
                row["started"] = _time(begin)
            if end:
                row["stopped"] = _time(end)
            found.append(row)
        return found

    return read


def _baselines(words: list[str]) -> dict[str, float]:
    found = {}
    for word in words:
        signal, _, value = word.partition("=")
        try:
            found[signal] = float(value)
        except ValueError as error:
            raise UserError(f"--baseline {word}: write a signal and its usual value, as hr=52") from error
    return found


def _thresholds(words: list[str]) -> list[dict[str, Any]]:
    found = []
    for word in words:
        condition, _, rest = word.partition(":")
        # The reason comes last: it may hold commas.
        rest, _, reason = rest.partition(",reason=")
        parts = {"reason": reason} | dict(part.partition("=")[::2] for part in rest.split(","))
        strange = sorted(parts.keys() - {"above", "below", "until", "author", "reason"})
        if strange:
            raise UserError(
                f"--threshold {word}: {strange[0]!r} is not above, below, until, author or reason"
            )
        row: dict[str, Any] = {"condition": condition, "expires": _time(parts.pop("until", ""))}
        try:
            row |= {side: float(parts.pop(side)) for side in ("above", "below") if side in parts}
        except ValueError as error:
            raise UserError(f"--threshold {word}: the edge is no number") from error
        if not row.keys() & {"above", "below"}:
            raise UserError(f"--threshold {word}: give an edge, as below=86 or above=120")
        found.append(row | parts)
    return found


_PARSERS: dict[str, Callable[[Any], Any]] = {
    "medicines": _since("code"),
    "habits": _since("name"),
    "baselines": _baselines,
    "thresholds": _thresholds,
    "admitted": _time,
}

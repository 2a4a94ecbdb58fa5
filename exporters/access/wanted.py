"""What a request should have sent, in words: of its fields alone, never of what it did send."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import inspect as types

_PLACE = re.compile(r" - at `\$\.(\w+)")
_MISSING = re.compile(r"missing required field `(\w+)`")


def wanted(error: Exception, kind: type[msgspec.Struct], what: str) -> str:
    """One line that says what to send; `what` is "a query" or "a body".

    The error's own words are in a library's terms and can quote what was sent, which may be a name.
    """
    known = {field.encode_name: field for field in _struct(kind).fields}
    words = str(error)
    place = _PLACE.search(words) or _MISSING.search(words)
    if place is not None and place[1] in known:
        missing = "missing required" in words
        return f"{place[1]}{' is missing' if missing else ''}: send {_said(known[place[1]].type)}"
    if not known:
        return f"{what} has no place here: leave it out"
    fields = ", ".join(known)
    if "unknown field" in words:
        return f"{what} has a field that is not known here: send some of {fields}"
    return f"{what} can't be read: send a JSON object with some of {fields}"


def _struct(kind: type[msgspec.Struct]) -> types.StructType:
    found = types.type_info(kind)
    assert isinstance(found, types.StructType)
    return found


def _said(kind: types.Type) -> str:
    match kind:
        case types.Metadata():
            return _said(kind.type)
        case types.UnionType():
            return " or ".join(_said(one) for one in kind.types if not isinstance(one, types.NoneType))
        case types.LiteralType():
            return f"one of {', '.join(map(str, kind.values))}"
        case types.IntType() | types.FloatType():
            return ("a whole number" if isinstance(kind, types.IntType) else "a number") + _range(kind)
        case types.StrType():
            return _text(kind)
        case types.BoolType():
            return "true or false"
        case types.ListType():
            return f"a list, each {_said(kind.item_type)}"
        case _:
            return "an object"


def _text(kind: types.StrType) -> str:
    if kind.pattern is not None:
        return "a text of the form that the API's description gives (/openapi.json)"
    return f"a text of at most {kind.max_length} characters" if kind.max_length else "a text"


def _range(kind: Any) -> str:
    low = kind.ge if kind.ge is not None else kind.gt
    high = kind.le if kind.le is not None else kind.lt
    above = "above" if kind.ge is None else "from"
    if low is not None and high is not None:
        return f" {above} {low:g} to {high:g}"
    if low is not None:
        return f" above {low:g}" if kind.ge is None else f" of at least {low:g}"
    return f" of at most {high:g}" if high is not None else ""

"""Any valid record, for property tests: strategies made from the Structs themselves."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import Struct
from msgspec import inspect as mi

from models.signals.catalogue import SIGNALS
from streams.records import Column

Strategy = st.SearchStrategy[Any]

# Every JSON reader keeps integers up to here.
SAFE_INTEGER = 2**53 - 1


def records(struct: type[Struct]) -> Strategy:
    """Instances of a record type, within its constraints."""
    return _of(mi.type_info(struct))


def _of(info: mi.Type) -> Strategy:
    if isinstance(info, mi.Metadata):
        return _of(info.type)
    return _MAKERS[type(info)](info)


def _struct(info: mi.StructType) -> Strategy:
    return st.builds(info.cls, **{field.name: _of(field.type) for field in info.fields})


def _str(info: mi.StrType) -> Strategy:
    if info.pattern is not None:
        return st.text(
            "abcXYZ019._:-", min_size=info.min_length or 0, max_size=min(info.max_length or 12, 12)
        )
    return st.text(min_size=info.min_length or 0, max_size=min(info.max_length or 20, 20))


def _int(info: mi.IntType) -> Strategy:
    low = -SAFE_INTEGER if info.ge is None else info.ge
    high = SAFE_INTEGER if info.le is None else info.le
    return st.integers(low, high)


def _float(info: mi.FloatType) -> Strategy:
    low, high = info.ge if info.gt is None else info.gt, info.le
    return st.floats(low, high, exclude_min=info.gt is not None, allow_nan=False, allow_infinity=False)


def _list(info: mi.ListType) -> Strategy:
    return st.lists(_of(info.item_type), min_size=info.min_length or 0, max_size=4)


def _dict(info: mi.DictType) -> Strategy:
    value = info.value_type
    is_signals = isinstance(value, mi.StructType) and value.cls is Column
    keys = st.sampled_from(sorted(SIGNALS)) if is_signals else _of(info.key_type)
    return st.dictionaries(keys, _of(value), min_size=info.min_length or 0, max_size=4)


_MAKERS: dict[type[mi.Type], Any] = {
    mi.StructType: _struct,
    mi.StrType: _str,
    mi.IntType: _int,
    mi.FloatType: _float,
    mi.BoolType: lambda _info: st.booleans(),
    mi.NoneType: lambda _info: st.none(),
    mi.ListType: _list,
    mi.DictType: _dict,
    mi.LiteralType: lambda info: st.sampled_from(info.values),
    mi.UnionType: lambda info: st.one_of([_of(option) for option in info.types]),
}


def as_json(record: Struct) -> Any:
    """What another language's JSON reader would see."""
    return msgspec.json.decode(msgspec.json.encode(record))

"""Refuses ONNX files that bring along more than themselves, without needing the `onnx` package.

ONNX is protobuf. Only the few fields that may hide external data or sparse tensors are walked.
"""

from __future__ import annotations

from collections.abc import Iterator

LARGEST_BYTES = 1_000_000
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_EXTERNAL = 1

# Field numbers of onnx.proto, by message: field -> kind of the message inside.
_CHILDREN: dict[str, dict[int, str]] = {
    "model": {7: "graph", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "tensor": {13: "external"},
}
_DATA_LOCATION = 14


class OnnxFileError(ValueError):
    """An ONNX file that is refused; the message says why."""


def check_onnx(data: bytes) -> None:
    """Raise OnnxFileError unless the bytes are one whole, dense ONNX model under 1 MB."""
    if len(data) >= LARGEST_BYTES:
        raise OnnxFileError(f"{len(data)} bytes; a model must stay below {LARGEST_BYTES}")
    try:
        _walk("model", memoryview(data))
    except (IndexError, RecursionError) as error:
        raise OnnxFileError("not a readable ONNX file") from error


def _walk(kind: str, data: memoryview) -> None:
    children = _CHILDREN.get(kind, {})
    for number, value in _fields(data):
        if isinstance(value, int):
            if kind == "tensor" and number == _DATA_LOCATION and value == _EXTERNAL:
                raise OnnxFileError("holds external data; a model must be a single file")
            continue
        child = children.get(number)
        if child == "sparse":
            raise OnnxFileError("holds sparse initialisers or tensors")
        if child == "external":
            raise OnnxFileError("holds external data; a model must be a single file")
        if child is not None:
            _walk(child, value)


def _fields(data: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Field number and value: an int for a varint, the bytes for a nested message, 0 for fixed widths."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        number, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            value, at = _varint(data, at)
            yield number, value
        elif wire == _BYTES:
            size, at = _varint(data, at)
            if at + size > len(data):
                raise IndexError("cut off")
            yield number, data[at : at + size]
            at += size
        elif wire in (_FIXED64, _FIXED32):
            at += 8 if wire == _FIXED64 else 4
            yield number, 0
        else:
            raise OnnxFileError("not a readable ONNX file")


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value, shift = 0, 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            raise IndexError("varint too long")

"""A request's body as a Struct, never more than is looked for; every fault is one line."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request

from exporters.access.wanted import wanted
from streams.malformed import MALFORMED

LARGEST = 64 * 1024
T = TypeVar("T", bound=msgspec.Struct)


async def body(request: Request, kind: type[T]) -> T:
    """The JSON body. Raises HTTPException 413, 415 or 422."""
    # A page of another site can send a form or text without asking, but not this type.
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "send the body as JSON, with the header Content-Type: application/json")
    got = bytearray()
    async for chunk in request.stream():
        got += chunk
        if len(got) > LARGEST:
            raise HTTPException(413, f"the body is larger than {LARGEST // 1024} KiB")
    try:
        return msgspec.json.decode(bytes(got), type=kind)
    except MALFORMED as error:
        raise HTTPException(422, wanted(error, kind, "the body")) from error

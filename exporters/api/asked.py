"""Reading a request into a Struct, and answering in JSON; every fault is one line."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import Response

from exporters.access.wanted import wanted
from exporters.api.positions import position
from exporters.api.shapes import Problem

T = TypeVar("T", bound=msgspec.Struct)
_HEADERS = {"Cache-Control": "no-store"}


def json(answer: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer in JSON that nobody keeps."""
    return Response(msgspec.json.encode(answer), status, {**_HEADERS, **(headers or {})}, "application/json")


def problem(status: int, line: str, headers: dict[str, str] | None = None) -> Response:
    """An error in one line."""
    return json(Problem(" ".join(line.split())), status, headers)


def query(request: HTTPConnection, kind: type[T]) -> T:
    """The query as a Struct. Raises HTTPException 422."""
    given = request.query_params.multi_items()
    names = [name for name, _ in given]
    known = {field.encode_name for field in msgspec.structs.fields(kind)}
    for name in known.intersection(names):
        if names.count(name) > 1:
            raise HTTPException(422, f"{name} is given more than once")
    try:
        asked = msgspec.convert(dict(given), kind, strict=False)
        for field in msgspec.structs.fields(kind):
            if field.encode_name in names and getattr(asked, field.name) is None:
                raise HTTPException(422, f"{field.encode_name} is no value: leave it out")
        for name in ("before", "since"):
            if getattr(asked, name, None) is not None:
                position(getattr(asked, name))
    except msgspec.ValidationError as error:
        raise HTTPException(422, wanted(error, kind, "the query")) from error
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
    return asked

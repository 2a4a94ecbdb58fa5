"""The OpenAPI 3.1 document of the API, made from its table of operations and the Structs."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from exporters.api.contract import OPERATIONS, Operation
from exporters.api.shapes import Problem
from exporters.history.rows import Row
from streams.schemas import DIALECT, VERSION

Document = dict[str, Any]
Kind = type[Struct] | type[list[Row]]
References = dict[Kind, Document]

JSON = "application/json"
ERRORS = {
    400: "A token in the address: it is not taken there.",
    401: "No token, or one that is not taken.",
    403: "Not for this role, or asked by a page of another site.",
    404: "Not there, or not theirs.",
    409: "Not now: the alert is over, or too many wearers are open already.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    421: "Without TLS: asked for by another name than localhost or 127.0.0.1.",
    422: "What was sent can't be meant; the line names the field.",
    429: "Too many requests: wait for Retry-After seconds.",
    503: "Redis, Kafka or the disk does not answer: try again after Retry-After seconds.",
}
DOOR = (400, 403, 421)
"""What any request can be answered before it is looked at."""
REFERENCE = "#/components/schemas/{name}"


def openapi(operations: Iterable[Operation] = OPERATIONS) -> Document:
    """The document."""
    operations = tuple(operations)
    kinds = list(dict.fromkeys(_kinds(operations)))
    # All at once: two Structs of one name are told apart by their modules.
    found, schemas = _components(kinds)
    references: References = dict(zip(kinds, found, strict=True))
    for kind in kinds:
        schemas.get(kind.__name__, {}).update(getattr(kind, "SCHEMA", {}))
    paths: Document = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, references)
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": DIALECT,
        "info": {
            "title": "vitalstream",
            "version": VERSION,
            "description": "Alerts of wearers' vitals: read, subscribe, answer. Times are ms since 1970-01-01"
            " UTC in event time. Every error is one line that says what to do.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": _tidy(schemas),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def encoded() -> bytes:
    """The document as it is served and as it is kept in docs/reference."""
    return msgspec.json.format(msgspec.json.encode(openapi()), indent=2) + b"\n"


def _kinds(operations: Iterable[Operation]) -> Iterator[Kind]:
    yield Problem
    for operation in operations:
        yield from (kind for kind in (operation.answer, operation.body) if kind is not None)
        yield from (kind for _, kind in operation.events)


def _operation(operation: Operation, references: References) -> Document:
    document: Document = {
        "operationId": operation.name,
        "summary": operation.summary,
        "security": [] if operation.open else [{"bearer": []}],
        "parameters": [*_in_path(operation.path), *_in_query(operation.query)],
        "responses": {
            str(operation.status): _answer(operation, references),
            **{str(code): _error(ERRORS[code], references) for code in sorted({*operation.errors, *DOOR})},
        },
    }
    if operation.name == "getReadiness":
        document["responses"]["503"] = {
            **_answer(operation, references),
            "description": "One does not answer.",
        }
    if operation.body is not None:
        document["requestBody"] = {
            "required": True,
            "content": {JSON: {"schema": references[operation.body]}},
        }
    if operation.events:
        document["parameters"].append(_LAST_EVENT)
        document["x-events"] = {name: references[kind] for name, kind in operation.events}
    return document


_LAST_EVENT: Document = {
    "name": "Last-Event-ID",
    "in": "header",
    "description": "go on after this event; goes before `since`",
    "schema": {"type": "string"},
}


def _answer(operation: Operation, references: References) -> Document:
    content: Document = {kind: {"schema": {"type": "string"}} for kind in operation.kinds}
    if operation.answer is not None:
        content = {JSON: {"schema": references[operation.answer]}, **content}
    return {"description": "As asked.", "content": content}


def _error(description: str, references: References) -> Document:
    return {"description": description, "content": {JSON: {"schema": references[Problem]}}}


def _in_path(path: str) -> list[Document]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return [{"name": n, "in": "path", "required": True, "schema": {"type": "string"}} for n in names]


def _in_query(query: type[Struct]) -> list[Document]:
    """A parameter for each field; null, which no query can say, is taken out."""
    schema = _tidy(_components([query])[1])[query.__name__]
    return [_parameter(name, field) for name, field in schema["properties"].items()]


def _parameter(name: str, field: Document) -> Document:
    described = {"description": field.pop("description")} if "description" in field else {}
    if "anyOf" in field:
        [only] = [kind for kind in field["anyOf"] if kind != {"type": "null"}]
        del field["anyOf"], field["default"]
        field = {**field, **only}
    return {"name": name, "in": "query", **described, "schema": field}


def _components(kinds: Iterable[Kind]) -> tuple[Any, Document]:
    return msgspec.json.schema_components(kinds, ref_template=REFERENCE)


def _tidy(node: Any) -> Any:
    """The schema with the indentation of docstrings taken out of its descriptions."""
    if isinstance(node, dict):
        return {
            key: inspect.cleandoc(value) if key == "description" and isinstance(value, str) else _tidy(value)
            for key, value in node.items()
        }
    return [_tidy(item) for item in node] if isinstance(node, list) else node


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(encoded())

"""Schemas for other languages, made from the Structs: JSON Schema of each record, AsyncAPI of the topics."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from msgspec import Struct

from models.signals.catalogue import SIGNALS
from streams.records import (
    JSON,
    MSGPACK,
    Alert,
    Feedback,
    Profile,
    Rejection,
    Risk,
    Tick,
    Trace,
    VitalsPacket,
)

Document = dict[str, Any]

VERSION = "1.0.0"
"""Version of the contract, not of the package: the major part rises when a reader would have to change."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True)
class Message:
    """One kind of record: its Struct (None = any bytes) and the `kind` header of a control record."""

    name: str
    struct: type[Struct] | None
    summary: str
    kind: str | None = None
    headers: type[Struct] | None = None

    @property
    def schema_file(self) -> str:
        """Where the schema of the value (or of the headers, when the value is any bytes) is written."""
        return f"{self.name}.schema.json"


PACKET = Message("packet", VitalsPacket, "What one device of one wearer syncs at once.")
PROFILE = Message("profile", Profile, "What is known of a wearer besides vitals.")
FEEDBACK = Message("feedback", Feedback, "What a person answers to an alert.")
TICK = Message("tick", Tick, "A statement of the wall clock for one partition.", kind="tick")
ALERT = Message("alert", Alert, "One revision of an alert's life.")
RISK = Message("risk", Risk, "A wearer's risk by condition at one event time.")
TRACE = Message("trace", Trace, "What a wearer looked like at one moment, beside their own usual.")
REJECTION = Message(
    "rejection",
    None,
    "A record that was not scored: its value byte for byte, the reason in headers.",
    headers=Rejection,
)
PROFILE_COPY = Message(
    "profile-copy", Profile, "A profile, copied into the order of its wearer's vitals.", "profile"
)
FEEDBACK_COPY = Message(
    "feedback-copy", Feedback, "Feedback, copied into the order of its wearer's vitals.", "feedback"
)
MESSAGES = (PACKET, PROFILE, FEEDBACK, TICK, ALERT, RISK, TRACE, REJECTION)


@dataclass(frozen=True, slots=True)
class Channel:
    """One topic, who writes it, and what it carries."""

    topic: str
    action: Literal["receive", "send"]
    messages: tuple[Message, ...]
    description: str
    compacted: bool = False


CHANNELS = (
    Channel(
        "vitals",
        "receive",
        (PACKET, PROFILE_COPY, FEEDBACK_COPY, TICK),
        "Packets from devices, and control records (header `kind`) that vitalstream puts into their order.",
    ),
    Channel("profiles", "receive", (PROFILE,), "The latest profile of each wearer.", compacted=True),
    Channel("feedback", "receive", (FEEDBACK,), "Acknowledgements, snoozes and answers."),
    Channel(
        "alerts",
        "send",
        (ALERT,),
        "Every revision of every alert; ignore an (id, revision) that was seen before.",
    ),
    Channel("risk", "send", (RISK,), "Risk by condition, whenever it was judged."),
    Channel(
        "traces", "send", (TRACE,), "A look at each wearer every few minutes of event time, for pictures."
    ),
    Channel("vitals.rejected", "send", (REJECTION,), "Dead letters of `vitals`."),
)


def json_schemas() -> dict[str, Document]:
    """File name to JSON Schema (2020-12) of every record's value; for dead letters, of their headers."""
    return {message.schema_file: _schema(message) for message in MESSAGES}


def asyncapi() -> Document:
    """The AsyncAPI 3.0 document of all topics; payloads refer to the files of `json_schemas`."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "vitalstream",
            "version": VERSION,
            "description": "Topics of vitalstream, a streaming risk monitor for wearables. The key of every"
            " record is the wearer's pseudonym; all topics have the same number of partitions.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": JSON,
        "channels": {_identifier(channel.topic): _channel(channel) for channel in CHANNELS},
        "operations": {f"{c.action}-{_identifier(c.topic)}": _operation(c) for c in CHANNELS},
    }


def files() -> dict[str, bytes]:
    """Every generated file: its name and its bytes."""
    documents: Mapping[str, Document] = {**json_schemas(), "asyncapi.json": asyncapi()}
    return {
        name: msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
        for name, document in documents.items()
    }


def _schema(message: Message) -> Document:
    struct = message.struct or message.headers
    assert struct is not None
    schema = _clean(msgspec.json.schema(struct))
    if struct is VitalsPacket:
        schema["$defs"]["VitalsPacket"]["properties"]["signals"] |= _signals()
    return {"$schema": DIALECT, "title": message.name, **schema}


def _signals() -> Document:
    """Each signal by name with its UCUM unit and the range that a device can mean."""
    column = {"$ref": "#/$defs/Column"}
    return {
        "properties": {
            signal.name: {
                **column,
                "description": f"{signal.title}, {signal.unit} (UCUM), {signal.low:g} to {signal.high:g}",
                "x-unit": signal.unit,
                "x-low": signal.low,
                "x-high": signal.high,
            }
            for signal in SIGNALS.values()
        },
        "additionalProperties": False,
    }


def _clean(node: Any) -> Any:
    """The schema with the indentation of docstrings taken out of its descriptions."""
    if isinstance(node, dict):
        return {
            key: inspect.cleandoc(value) if key == "description" and isinstance(value, str) else _clean(value)
            for key, value in node.items()
        }
    return [_clean(item) for item in node] if isinstance(node, list) else node


def _identifier(topic: str) -> str:
    # AsyncAPI's names of channels may not hold a dot where references point at them.
    return topic.replace(".", "-")


def _channel(channel: Channel) -> Document:
    policy = {"topicConfiguration": {"cleanup.policy": ["compact"]}} if channel.compacted else {}
    return {
        "address": channel.topic,
        "description": channel.description,
        "messages": {message.name: _message(message) for message in channel.messages},
        "bindings": {"kafka": {"topic": channel.topic, **policy, "bindingVersion": "0.5.0"}},
    }


def _message(message: Message) -> Document:
    key = {"type": "string", "description": "the wearer's pseudonym; for a tick, empty"}
    document: Document = {
        "name": message.name,
        "summary": message.summary,
        "headers": _headers(message),
        "bindings": {"kafka": {"key": key, "bindingVersion": "0.5.0"}},
    }
    if message.struct is None:
        return {**document, "contentType": "application/octet-stream"}
    source = next(m for m in MESSAGES if m.struct is message.struct)
    return {**document, "contentType": JSON, "payload": {"$ref": f"./{source.schema_file}"}}


def _headers(message: Message) -> Document:
    if message.headers is not None:
        properties = _clean(msgspec.json.schema(message.headers))["$defs"][message.headers.__name__][
            "properties"
        ]
        note = "UTF-8 text, beside the headers that the record came with"
        return {
            "type": "object",
            "description": note,
            "properties": properties,
            "required": sorted(properties),
        }
    kinds: Document = {"kind": {"const": message.kind}} if message.kind else {}
    encoding = {"enum": [JSON, MSGPACK], "default": JSON, "description": "how the value is encoded"}
    required = {"required": ["kind"]} if message.kind else {}
    return {"type": "object", "properties": {"content-type": encoding, **kinds}, **required}


def _operation(channel: Channel) -> Document:
    return {
        "action": channel.action,
        "channel": {"$ref": f"#/channels/{_identifier(channel.topic)}"},
        "summary": channel.description,
    }

"""The committed schemas are the Structs' own, and say the same as the decoders."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError
from typer.testing import CliRunner

from models.signals.catalogue import SIGNALS
from streams.cli import build_app
from streams.records import Condition
from streams.schemas import CHANNELS, MESSAGES, asyncapi, files, json_schemas
from tests.streams.strategies import as_json, records
from tests.streams.test_records import PACKET

COMMITTED = Path(__file__).parents[2] / "docs" / "reference" / "schemas"

VALIDATORS = {name: Draft202012Validator(schema) for name, schema in json_schemas().items()}
with_value = st.sampled_from([message for message in MESSAGES if message.struct is not None])


def test_the_committed_files_are_current() -> None:
    committed = {path.name: path.read_bytes() for path in COMMITTED.iterdir()}

    assert committed == files(), "run: vitalstream schemas --out docs/reference/schemas"


@pytest.mark.parametrize("name", sorted(VALIDATORS))
def test_each_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(VALIDATORS[name].schema)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_every_valid_record_meets_its_schema(data: st.DataObject) -> None:
    message = data.draw(with_value)
    assert message.struct is not None

    VALIDATORS[message.schema_file].validate(as_json(data.draw(records(message.struct))))


@pytest.mark.parametrize(
    "wrong",
    [
        {"wearer": "a b"},
        {"seq": -1},
        {"signals": {}},
        {"signals": {"pulse": {"start": 0, "values": [60]}}},
        {"signals": {"hr": {"start": 0, "values": ["60"]}}},
        {"utc_offset": 841},
    ],
    ids=str,
)
def test_the_schema_refuses_what_intake_refuses(wrong: dict[str, Any]) -> None:
    VALIDATORS["packet.schema.json"].validate(PACKET)

    with pytest.raises(ValidationError):
        VALIDATORS["packet.schema.json"].validate(PACKET | wrong)


def test_each_signal_names_its_unit() -> None:
    signals = json_schemas()["packet.schema.json"]["$defs"]["VitalsPacket"]["properties"]["signals"][
        "properties"
    ]

    assert {name: schema["x-unit"] for name, schema in signals.items()} == {
        s.name: s.unit for s in SIGNALS.values()
    }


def test_each_condition_is_in_the_schema_of_an_alert() -> None:
    conditions = json_schemas()["alert.schema.json"]["$defs"]["Alert"]["properties"]["condition"]["enum"]

    assert sorted(conditions) == sorted(get_args(Condition))


def test_the_asyncapi_document_has_every_topic_and_refers_to_files_that_exist() -> None:
    document = asyncapi()
    channels = document["channels"].values()

    assert {channel["address"] for channel in channels} == {channel.topic for channel in CHANNELS}
    payloads = [m["payload"]["$ref"] for c in channels for m in c["messages"].values() if "payload" in m]
    assert {payload.removeprefix("./") for payload in payloads} <= set(json_schemas())
    for operation in document["operations"].values():
        assert operation["channel"]["$ref"].removeprefix("#/channels/") in document["channels"]


def test_control_records_are_told_apart_by_their_kind() -> None:
    messages = asyncapi()["channels"]["vitals"]["messages"]

    kinds = {name: m["headers"]["properties"].get("kind", {}).get("const") for name, m in messages.items()}
    assert kinds == {"packet": None, "profile-copy": "profile", "feedback-copy": "feedback", "tick": "tick"}


def test_the_files_end_with_a_line_and_are_stable() -> None:
    assert files() == files()
    assert all(body.endswith(b"}\n") and msgspec.json.decode(body) for body in files().values())


def test_the_command_writes_the_files(tmp_path: Path) -> None:
    done = CliRunner().invoke(build_app(), ["schemas", "--out", str(tmp_path / "new" / "folder")])

    assert done.exit_code == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "new" / "folder").iterdir()} == files()

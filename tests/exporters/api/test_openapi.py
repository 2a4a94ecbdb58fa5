"""The OpenAPI document: the committed file is the code's, and describes every route that there is."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from jsonschema import Draft202012Validator
from starlette.routing import Route

from exporters.access.access import Access
from exporters.alerts.sink import AlertSink
from exporters.api.app import build_api
from exporters.api.openapi import encoded, openapi
from exporters.history.rows import Row
from streams.settings import Settings
from tests.exporters.api.serving import Running
from tests.exporters.examples import alert

COMMITTED = Path(__file__).parents[3] / "docs" / "reference" / "openapi.json"


def test_the_committed_file_is_up_to_date() -> None:
    assert COMMITTED.read_bytes() == encoded(), (
        "run: python -m exporters.api.openapi docs/reference/openapi.json"
    )


def test_every_route_is_described_and_nothing_else(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    app = build_api(settings, Access.open(settings))
    served = {
        (method.lower(), route.path)
        for route in app.routes
        if isinstance(route, Route) and route.path not in ("/", "/openapi.json")
        for method in (route.methods or ()) - {"HEAD"}
    }

    described = {(method, path) for path, item in openapi()["paths"].items() for method in item}

    assert served == described


def test_every_reference_has_its_schema_and_every_schema_is_one() -> None:
    document = openapi()
    schemas = document["components"]["schemas"]
    named = {found.split('"')[0] for found in encoded().decode().split('"#/components/schemas/')[1:]}

    assert named <= schemas.keys()
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)


async def test_anybody_may_read_the_document(api: Running) -> None:
    answer = await api.client.get("/openapi.json", headers={"Host": "localhost"})

    assert msgspec.json.decode(answer.content)["openapi"] == "3.1.0"


@pytest.mark.parametrize(
    "path", ["/alerts", "/alerts/a1", "/alerts/a1/history", "/silences", "/wearers", "/me"]
)
async def test_an_answer_fits_its_schema(api: Running, sink: AlertSink, path: str) -> None:
    await sink.write([alert("a1"), alert("a1", 2, status="acknowledged", acknowledged_by="nurse-2")])
    document = openapi()
    described = document["paths"][path.replace("/a1", "/{id}")]["get"]
    schema = described["responses"]["200"]["content"]["application/json"]["schema"]

    answer = await api.get(path)

    Draft202012Validator({**schema, "components": document["components"]}).validate(answer)


async def test_what_the_door_answers_is_described_of_every_operation(api: Running) -> None:
    refused = {
        (await api.client.get("/alerts?token=1")).status_code,
        (
            await api.client.post("/alerts/a1/snooze", headers={"Origin": "https://elsewhere.example"})
        ).status_code,
        (await api.client.get("/health", headers={"Host": "elsewhere.example"})).status_code,
    }

    assert refused == {400, 403, 421}
    for item in openapi()["paths"].values():
        for operation in item.values():
            assert {str(status) for status in refused} <= operation["responses"].keys()


def test_rows_that_changed_come_as_a_list() -> None:
    document = openapi()
    schema = document["paths"]["/wearers/stream"]["get"]["x-events"]["wearers"]
    told = msgspec.to_builtins([Row("w1", 1_760_000_000_000)])

    Draft202012Validator({**schema, "components": document["components"]}).validate(told)
    assert schema["type"] == "array"

"""What a defect of the API tells: the log where it is, and nobody about whom it was asked."""

from __future__ import annotations

from contextlib import suppress

import pytest
from starlette.types import Message

from exporters.access.access import Access
from tests.exporters.access.door import api, bearer, client, token


async def test_a_defect_is_a_500_like_any_other_answer(access: Access) -> None:
    made = token(access, "dr-a", "clinician", "w1")
    async with client(access) as http:
        answer = await http.get("/broken/planted-name", headers=bearer(made))

    assert (answer.status_code, list(answer.json())) == (500, ["error"])
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/broken/planted-name", "/torn/planted-name"])
async def test_the_log_says_where_a_defect_is_without_its_words(
    access: Access, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    made = token(access, "dr-a", "clinician", "w1")
    async with client(access) as http:
        with suppress(AssertionError):  # httpx's own, of an answer that has no end
            await http.get(path, headers=bearer(made))

    assert "KeyError at " in caplog.text
    assert "door.py" in caplog.text
    assert "planted-name" not in caplog.text


async def test_who_goes_in_the_middle_of_a_question_is_no_defect(
    access: Access, caplog: pytest.LogCaptureFixture
) -> None:
    made = token(access, "dr-a", "clinician", "w1")
    headers = bearer(made) | {"Host": "127.0.0.1", "Content-Type": "application/json"}
    question = {
        "type": "http",
        "method": "POST",
        "path": "/wearers/w2/break-glass",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
    }
    comes: list[Message] = [
        {"type": "http.request", "body": b'{"reason": "fou', "more_body": True},
        {"type": "http.disconnect"},
    ]
    answers: list[Message] = []

    async def receive() -> Message:
        return comes.pop(0)

    async def send(message: Message) -> None:
        answers.append(message)

    await api(access)(question, receive, send)

    assert (answers, access.glass.running(), caplog.text) == ([], [], "")

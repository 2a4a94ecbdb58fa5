"""Push and mail by Apprise, whose service here is a real HTTP server; and what people read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from exporters.alerts.sink import AlertSink
from exporters.deliveries.overview import overview
from exporters.deliveries.push import PushSender, note_of
from exporters.deliveries.receivers import Push
from exporters.deliveries.routes import Routes
from streams.records import Priority
from streams.records.alerts import Status
from tests.exporters.deliveries.conftest import Start, webhook
from tests.exporters.deliveries.hooks import HANG, serving, until
from tests.exporters.examples import alert
from tests.logged import lines, text

Load = Callable[[str], Routes]
PHONE = '[receivers.phone]\nkind = "push"\nurl_file = "phone"\n'
ROUTE = '[routes.people]\nto = ["phone"]\n'


def phone(folder: Path, url: str) -> None:
    """A phone's secret address: a JSON service of Apprise."""
    (folder / "phone").write_text(url.replace("http://", "json://"))


async def test_a_phone_shows_nothing_of_health(
    load: Load, deliver: Start, sink: AlertSink, tmp_path: Path
) -> None:
    async with serving() as hook:
        phone(tmp_path, hook.url)
        async with deliver(load(PHONE + ROUTE)):
            await sink.write([alert("a1", wearer="private", priority="high")])
            [request] = await hook.got(1)

    assert request.json["title"] == "vitalstream: high alert"
    assert request.json["message"] == "A high alert of one of your wearers waits.\nOpen the board."
    assert b"private" not in request.body


async def test_a_route_may_ask_for_the_title(
    load: Load, deliver: Start, sink: AlertSink, tmp_path: Path
) -> None:
    async with serving() as hook:
        phone(tmp_path, hook.url)
        async with deliver(load(PHONE + ROUTE + 'detail = "title"\n')):
            await sink.write([alert("a1")])
            [request] = await hook.got(1)

    assert "Irregular rhythm, possibly atrial fibrillation" in request.json["message"]


async def test_a_service_that_refuses_is_asked_again(
    load: Load, deliver: Start, sink: AlertSink, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(500, 200) as hook:
        phone(tmp_path, hook.url)
        async with deliver(load(PHONE + ROUTE)):
            await sink.write([alert("a1")])
            await hook.got(2)

    assert "127.0.0.1" not in text(caplog)
    [line] = [line for line in lines(caplog) if line["logger"] == "exporters.deliveries.lane"]
    assert (line["receiver"], line["event"]) == ("phone", "a receiver does not take messages")
    assert line["fault"] == "the service did not take it"


async def test_a_service_that_hangs_holds_nobody_up(
    load: Load, deliver: Start, sink: AlertSink, tmp_path: Path
) -> None:
    quick = PHONE + "timeout_s = 1\nconcurrency = 1\n"
    both = '[routes.all]\nto = ["phone", "app"]\n'
    async with serving(HANG) as hook, serving() as good:
        phone(tmp_path, hook.url)
        routes = load(quick + webhook("app", good.url) + both)
        async with deliver(routes):
            await sink.write([alert("a0")])
            await hook.got(1)
            await sink.write([alert(f"a{i}") for i in range(1, 50)])
            await good.got(50)
            await until(lambda: overview(routes, tmp_path)[0].last_fault is not None)

    assert overview(routes, tmp_path)[0].waiting == 50
    assert len(hook.requests) <= 2


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense://x", "Apprise knows no such service"),
        ("json://phone.example.org/secret", "it would be told in the clear"),
        ("mailto://user:secret@mail.example.org", "it would be told in the clear"),
    ],
)
def test_a_service_that_is_unknown_or_not_encrypted_is_refused(tmp_path: Path, url: str, words: str) -> None:
    (tmp_path / "phone").write_text(url)

    with pytest.raises(ValueError, match=words) as caught:
        PushSender(Push(url_file="phone"), tmp_path, "")

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["mailtos://u:p@mail.example.org", "ntfy://topic", "json://localhost/x"])
def test_a_service_that_is_encrypted_or_on_this_machine_is_taken(tmp_path: Path, url: str) -> None:
    (tmp_path / "phone").write_text(url)

    assert PushSender(Push(url_file="phone"), tmp_path, "") is not None


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "status", ["raised", "escalated", "reminded", "acknowledged", "snoozed", "answered", "resolved"]
)
@pytest.mark.parametrize("priority", ["high", "medium", "low", "info"])
def test_there_are_words_for_everything_and_none_of_them_is_of_health(
    language: str, status: Status, priority: Priority
) -> None:
    one = alert("a1", status=status, priority=priority, wearer="private", cause="cause")

    said = "".join(note_of(one, 0, "none", language, "https://board") + note_of(one, 2, "none", language, ""))

    assert "https://board" in said
    for private in ("private", "rhythm", "a1", "hr", "118", "cause"):
        assert private not in said

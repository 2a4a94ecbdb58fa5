"""The narrator against a real HTTP server: good words are shown and marked, else the catalogue speaks."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator

import pytest

from exporters.alerts.card_content import advice_of
from exporters.narrator import Narrated, Narrator
from exporters.narrator.breaker import Breaker
from exporters.narrator.narrator import LONGEST_S, MOST_BYTES
from models.advice import Language
from streams.records import Advice, Alert, Contribution, Voice
from tests.exporters.narrator.server import Answer, Behaviour, Endpoint, completion, rewording, serving
from tests.exporters.test_card_content import CATALOGUE, example

OWN = advice_of(example(), CATALOGUE, "wearer", "en")


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving() as found:
        yield found


async def narrated(
    endpoint: Endpoint,
    alert: Alert | None = None,
    voice: Voice = "wearer",
    language: Language = "en",
    timeout_s: float = LONGEST_S,
) -> Narrated:
    async with Narrator(endpoint.url, "small-model", "secret-key", timeout_s) as narrator:
        return await narrator.narrate(alert or example(), CATALOGUE, voice, language)


async def test_a_good_answer_is_shown_and_marked_as_generated(endpoint: Endpoint) -> None:
    endpoint.behave = rewording(lambda text: text.replace("Sit up straight", "Please sit up straight"))

    told = await narrated(endpoint)

    assert told.why == ""
    assert told.advice[0] == Advice(
        "Please sit up straight and stay awake. Do not stay alone. Warm your hand, keep it still, and measure"
        " once more.",
        "worded by small-model from: NHS England, COVID oximetry at home, 2021",
        "wearer",
        "now",
        "desaturation.now.high",
        generated=True,
    )
    assert [(a.kind, a.key) for a in told.advice] == [(a.kind, a.key) for a in OWN]
    assert all(advice.generated for advice in told.advice)


async def test_the_request_is_that_of_an_openai_compatible_endpoint(endpoint: Endpoint) -> None:
    await narrated(endpoint)

    [asked] = endpoint.asked
    assert asked.path == "/v1/chat/completions"
    assert asked.headers["authorization"] == "Bearer secret-key"
    assert asked.headers["content-type"] == "application/json"
    assert asked.body["model"] == "small-model"
    assert [message["role"] for message in asked.body["messages"]] == ["system", "user"]


async def test_only_pseudonymous_numbers_and_texts_of_the_catalogue_leave(endpoint: Endpoint) -> None:
    named = example(
        wearer="wearer-4711", title="Title of a rule", cause="Dr Who's threshold", clears="when Tom is well",
        acknowledged_by="nurse-7", advice=[*example().advice, Advice("Ring Tom's mother.", "Dr Who")],
        context="asleep", config="digest-99", models={"secret-model": "17"},
    )  # fmt: skip

    told = await narrated(endpoint, named)

    [asked] = endpoint.asked
    sent = asked.raw + json.dumps(asked.headers)
    for secret in (
        "4711", "a1", "Title of a rule", "Who", "Tom", "nurse", "digest-99", "secret-model", "asleep",
        str(named.onset), str(named.onset // 1000), "2025", "vitals/", '"offset"',
    ):  # fmt: skip
        assert secret not in sent, secret
    assert json.loads(asked.body["messages"][1]["content"]).keys() == {
        "condition", "direction", "priority", "minutes", "vitals", "advice",
    }  # fmt: skip
    assert Advice("Ring Tom's mother.", "Dr Who") in told.advice


async def test_signals_that_nobody_knows_do_not_leave(endpoint: Endpoint) -> None:
    await narrated(endpoint, example(contributions=[Contribution("tom's mood", 1.0, "tom")]))

    assert "tom" not in endpoint.asked[0].raw


@pytest.mark.parametrize(
    ("voice", "language", "word"),
    [("wearer", "zh", "急救电话"), ("clinician", "en", "Emergency"), ("clinician", "zh", "急诊")],
)
async def test_each_voice_and_language_can_be_worded(
    endpoint: Endpoint, voice: Voice, language: Language, word: str
) -> None:
    told = await narrated(endpoint, None, voice, language)

    assert told.why == ""
    assert word in told.advice[2].text


async def test_an_answer_inside_a_fence_is_read(endpoint: Endpoint) -> None:
    inner = endpoint.behave
    endpoint.behave = lambda asked: completion(
        "```json\n" + json.loads(inner(asked).body)["choices"][0]["message"]["content"] + "\n```"
    )

    assert (await narrated(endpoint)).why == ""


def appended(text: str) -> Behaviour:
    return rewording(lambda own: f"{own} {text}")


@pytest.mark.parametrize(
    ("behave", "why"),
    [
        (lambda _: Answer(b"oops", 500), "status 500"),
        (lambda _: Answer(b"", 401), "status 401"),
        (lambda _: Answer(b"", 302, headers={"location": "http://127.0.0.1:1/"}), "status 302"),
        (lambda _: Answer(b"\xff\xfe garbage"), "no chat completion"),
        (lambda _: Answer(b"[" * 50_000), "no chat completion"),
        (lambda _: Answer(b'{"choices": []}'), "no chat completion"),
        (lambda _: completion("Sure, here it is."), "no chat completion"),
        (lambda _: completion('{"0": 3}'), "no chat completion"),
        (lambda _: completion("{}"), "other keys"),
        (lambda _: Answer(b" " * (MOST_BYTES + 1)), "longer answer"),
        (appended("You have sepsis."), "diagnosis"),
        (appended("It may be pneumonia."), "names an illness"),
        (appended("Take 500 mg more."), "dose"),
        (appended("Do not worry."), "promise"),
        (appended("Stop your medicine."), "tells to change a medicine"),
        (appended("Quick!"), "exclamation mark"),
        (appended("See https://example.org for more."), "markup"),
        (appended("Do it 77 times."), "a number that was not told"),
        (appended("Rest. " * 60), "characters"),
        (rewording(lambda own: own.replace("emergency number", "friend")), "no word of the emergency number"),
        (rewording(lambda own: own.replace("Do not stay", "Stay")), "no word of what not to do"),
        (rewording(lambda own: "Rest for a while, and see how it goes."), "no word of"),
        (rewording(lambda own: "请坐直休息，然后重新测量一次，并请家人陪伴。" + own), "another language"),
    ],
)  # fmt: skip
async def test_whatever_is_wrong_the_catalogue_speaks(
    endpoint: Endpoint, behave: Behaviour, why: str
) -> None:
    endpoint.behave = behave

    told = await narrated(endpoint)

    assert told.advice == OWN
    assert why in told.why
    assert not any(advice.generated for advice in told.advice)


async def test_a_packed_answer_is_not_unpacked(endpoint: Endpoint) -> None:
    endpoint.behave = lambda _: Answer(b"\x1f\x8b garbage", headers={"content-encoding": "gzip"})

    assert (await narrated(endpoint)).advice == OWN
    assert endpoint.asked[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    "answer", [Answer(b"", wait_s=1.0), Answer(b" " * 100, drip_s=0.02)], ids=["silent", "dripping"]
)
async def test_a_slow_server_costs_no_more_than_the_time_allowed(endpoint: Endpoint, answer: Answer) -> None:
    endpoint.behave = lambda _: answer
    begun = time.monotonic()

    told = await narrated(endpoint, timeout_s=0.3)

    assert time.monotonic() - begun < 0.9
    assert (told.advice, told.why) == (OWN, "no answer in time")


async def test_by_default_the_catalogue_speaks_within_three_seconds(endpoint: Endpoint) -> None:
    endpoint.behave = lambda _: Answer(b"", wait_s=10.0)
    begun = time.monotonic()

    told = await narrated(endpoint)

    assert time.monotonic() - begun < LONGEST_S + 0.5
    assert told.advice == OWN


async def test_a_server_that_refuses_connections_leaves_the_catalogue() -> None:
    async with Narrator("http://127.0.0.1:1/v1", "m") as narrator:
        told = await narrator.narrate(example(), CATALOGUE, "wearer", "en")

    assert (told.advice, told.why) == (OWN, "not reached")


async def test_after_failures_in_a_row_nobody_asks_until_a_pause_is_over(endpoint: Endpoint) -> None:
    now = 0.0
    endpoint.behave = lambda _: Answer(b"", 500)
    breaker = Breaker(failures=2, pause_s=60, clock=lambda: now)
    async with Narrator(endpoint.url, "m", breaker=breaker) as narrator:

        async def why() -> str:
            return (await narrator.narrate(example(), CATALOGUE, "wearer", "en")).why

        assert [await why() for _ in range(4)] == [
            "status 500", "status 500", "paused after failures", "paused after failures",
        ]  # fmt: skip
        now = 60.0
        assert [await why(), await why()] == ["status 500", "paused after failures"]
        now = 120.0
        endpoint.behave = rewording(lambda text: text)
        assert [await why(), await why()] == ["", ""]
    assert len(endpoint.asked) == 5


async def test_an_alert_without_texts_of_the_catalogue_is_not_sent(endpoint: Endpoint) -> None:
    own = [Advice("Check the pump.", "the clinic")]

    told = await narrated(endpoint, example(advice=own))

    assert (told.advice, told.why) == (own, "nothing to word")
    assert endpoint.asked == []


async def test_who_cancels_is_not_held_up(endpoint: Endpoint) -> None:
    endpoint.behave = lambda _: Answer(b"", wait_s=2.0)
    task = asyncio.create_task(narrated(endpoint))
    await asyncio.sleep(0.1)

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://example.org/v1", "https://"),
        ("http://10.0.0.1/v1", "https://"),
        ("ftp://127.0.0.1/v1", "https://"),
        ("example.org", "https://"),
        ("https://user:word@example.org/v1", "no user"),
        ("https://example.org/v1?key=1", "no user, query"),
    ],
)
def test_an_address_that_would_tell_others_in_the_clear_is_refused(url: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Narrator(url, "m")


@pytest.mark.parametrize(
    "url", ["https://example.org/v1", "http://localhost:8080", "http://127.0.0.2/v1", "http://[::1]:1/v1/"]
)
def test_an_encrypted_address_or_one_on_this_machine_is_taken(url: str) -> None:
    assert Narrator(url, "m").url == url.rstrip("/")


@pytest.mark.parametrize("seconds", [0.0, 3.1])
def test_more_than_three_seconds_are_never_allowed(seconds: float) -> None:
    with pytest.raises(ValueError, match="3 seconds"):
        Narrator("https://example.org/v1", "m", timeout_s=seconds)

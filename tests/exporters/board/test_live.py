"""Live or not: the board says so, and goes on where it stopped."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from playwright.sync_api import Page, expect

from tests.exporters.board.looking import go, open_alert
from tests.exporters.board.server import BoardServer, Looks
from tests.exporters.board.world import World

pytestmark = pytest.mark.integration
Look = Callable[..., Page]
NURSE = {"name": "nurse-2", "role": "clinician", "anonymous": False, "may": ["read", "answer", "stream"]}


def test_a_restart_of_the_server_is_told_and_survived(look: Look, server: BoardServer, world: World) -> None:
    page = look(server.url)
    go(page, "#/inbox")
    expect(page.locator(".live")).to_have_text("live")

    server.stop()
    expect(page.locator("#banner")).to_contain_text("Not live since")
    expect(page.locator("#banner")).to_contain_text("Silence does not mean that all is well")
    known = open_alert(world)
    meanwhile = msgspec.structs.replace(known, id="while-away", revision=1, title="Fever")
    world.tell(meanwhile)
    server.start()

    expect(page.locator(".alerts a", has_text="Fever").first).to_be_visible(timeout=30_000)
    expect(page.locator(".live")).to_have_text("live")
    expect(page.locator("#banner")).to_be_empty()
    world.tell(msgspec.structs.replace(meanwhile, revision=2, status="resolved"))
    server.wake()
    expect(page.locator('a[href="#/inbox/while-away"]')).to_have_count(0)


def test_silence_is_not_taken_for_well(look: Look, server: BoardServer) -> None:
    page = look("about:blank")
    page.clock.install()
    page.goto(server.url)
    expect(page.locator(".live")).to_have_text("live")
    page.route("**/stream*", lambda route: None)

    page.clock.fast_forward(32_000)

    expect(page.locator("#banner")).to_contain_text("nothing was heard for two heartbeats")


def test_a_gap_is_told_and_everything_is_loaded_again(look: Look, server: BoardServer) -> None:
    server.looks.gap = "1767600000000-0", "1767603600000-0"
    page = look("about:blank")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(server.url)

    expect(page.locator("#banner")).to_contain_text("Some events were missed while away")
    expect(page.locator(".live")).to_have_text("live")
    page.wait_for_function("document.querySelectorAll('.space .row').length > 0")
    assert sum("/alerts?" in url and "priority=high" in url for url in asked) == 2


def test_a_role_without_health_detail_is_told_so(look: Look, world: World) -> None:
    operator = {"name": "ops", "role": "operator", "anonymous": False, "may": ["read", "stream", "system"]}
    server = BoardServer(world, Looks(tokens={"vs_ops": operator}, masked=True)).start()
    page = look(server.url)
    page.get_by_label("Token").fill("vs_ops")
    page.get_by_role("button", name="Sign in").click()
    row = page.locator(".space .row").first
    expect(row.locator(".level")).to_have_text("not known")
    expect(row.locator(".c-unusual_now")).to_have_text("not known")

    row.click()

    expect(page.get_by_text("Your role sees no health detail.")).to_be_visible()
    server.stop()


def test_a_token_is_asked_for_kept_for_the_tab_and_forgotten(look: Look, world: World) -> None:
    server = BoardServer(world, Looks(tokens={"vs_right": NURSE})).start()
    page = look(server.url)
    page.get_by_label("Token").fill("vs_wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text(
        "This token is not valid here, or no longer: ask whoever gave it for another."
    )

    page.get_by_label("Token").fill("vs_right")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".who .name")).to_have_text("nurse-2")
    expect(page.locator(".live")).to_have_text("live")
    page.reload()
    expect(page.locator(".space .row").first).to_be_visible()
    assert page.evaluate("localStorage.length") == 0

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Token")).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0
    assert page.locator(".space .row").count() == 0
    server.stop()


def test_who_is_not_theirs_any_more_does_not_stay_on_the_page(look: Look, world: World) -> None:
    first, *others = sorted(world.traces)
    server = BoardServer(world, Looks(tokens={"vs_right": NURSE | {"wearers": [first, *others]}})).start()
    page = look(server.url)
    page.get_by_label("Token").fill("vs_right")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".space .row", has_text=first)).to_be_visible()

    server.stop()
    server.looks = Looks(tokens={"vs_right": NURSE | {"wearers": others}}, hidden={first})
    server.start()

    expect(page.locator(".space .row", has_text=first)).to_have_count(0, timeout=30_000)
    expect(page.locator(".space .row", has_text=others[0])).to_be_visible()
    server.stop()


def test_a_slow_server_is_given_time_after_an_outage(look: Look, world: World) -> None:
    server = BoardServer(world, Looks(tokens={"vs_right": NURSE})).start()
    page = look("about:blank")
    page.clock.install()
    page.goto(server.url)
    page.evaluate(
        """async () => {
        const { Feed } = await import('/board/events.js');
        window.asked = 0;
        const beat = new TextEncoder().encode('event: heartbeat\\ndata: {}\\n\\n');
        window.fetch = (path, { signal }) => {
          window.asked += 1;
          if (window.asked === 1) return Promise.resolve(new Response(beat));
          return new Promise((_, fail) => signal.addEventListener('abort', () => fail(new Error('aborted'))));
        };
        new Feed('/slow', { onEvent() {}, onState() {} }).start();
        }"""
    )
    page.clock.run_for(100_000)

    # Half a minute for each attempt, and up to 15 s between them.
    assert 2 <= page.evaluate("window.asked") <= 5
    server.stop()


def test_an_alert_that_ends_while_all_are_loaded_again_has_ended(look: Look, world: World) -> None:
    server = BoardServer(world, Looks(tokens={"vs_right": NURSE})).start()
    page = look(server.url)
    expect(page.get_by_label("Token")).to_be_visible()

    still_open = page.evaluate(
        """async () => {
        const { store } = await import('/board/store.js');
        const { openFeeds } = await import('/board/live.js');
        const alert = { id: 'a1', revision: 1, status: 'raised', priority: 'high', wearer: 'w1', onset: 1 };
        const json = body => new Response(JSON.stringify(body));
        const until = async holds => { while (!holds()) await new Promise(done => setTimeout(done, 5)); };
        const held = [];
        let stream = null, hold = false, loads = 0;
        store.on('alerts', ({ whole }) => { loads += whole ? 1 : 0; });
        window.fetch = async path => {
          if (path.startsWith('/alerts/stream'))
            return new Response(new ReadableStream({ start(it) { stream = it; } }));
          if (path.startsWith('/wearers')) return json({ wearers: [], total: 0 });
          if (hold) await new Promise(done => held.push(done));
          return json({ alerts: path.includes('=high') ? [{ alert }] : [], next: null, newest: '1-0' });
        };
        const tell = (event, data) => stream.enqueue(
          new TextEncoder().encode(`event: ${event}\\nid: 2-0\\ndata: ${JSON.stringify(data)}\\n\\n`));
        const feeds = openFeeds({ onRefused() {} });
        await until(() => stream && loads === 1);
        hold = true;
        tell('gap', { from: '1-0', to: '2-0' });
        await until(() => held.length === 1);
        tell('alert', { ...alert, revision: 2, status: 'resolved' });
        await until(() => store.alerts.get('a1').revision === 2);
        hold = false;
        held[0]();
        await until(() => loads === 2);
        await new Promise(done => setTimeout(done, 20));
        feeds.stop();
        return store.open().map(one => one.id);
        }"""
    )

    assert still_open == []
    server.stop()


def test_an_address_that_is_written_wrongly_shows_the_board_all_the_same(
    look: Look, server: BoardServer
) -> None:
    page = look(f"{server.url}/#/wearers/%")

    expect(page.get_by_text("No such wearer")).to_be_visible()


def test_what_another_program_kept_here_does_not_stop_the_board(look: Look, server: BoardServer) -> None:
    page = look(server.url)
    page.evaluate("localStorage.setItem('vitalstream.language', 'constructor')")

    page.reload()

    expect(page.locator(".space .row").first).to_be_visible()


def test_events_are_read_whole_however_they_are_cut(look: Look, server: BoardServer) -> None:
    page = look(server.url)
    text = (
        ': hello\r\nevent: alert\r\nid: 1-0\r\ndata: {"a":\r\ndata: 1}\r\n\r\nevent: heartbeat\ndata: {}\n\n'
    )

    found = page.evaluate(
        """async text => { const { Frames } = await import('/board/events.js');
        return [...Array(text.length + 1).keys()].map(cut => {
          const frames = new Frames();
          return [...frames.push(text.slice(0, cut)), ...frames.push(text.slice(cut))]; }) }""",
        text,
    )

    whole = [
        {"event": "alert", "data": '{"a":\n1}', "id": "1-0"},
        {"event": "heartbeat", "data": "{}", "id": None},
    ]
    assert all(frames == whole for frames in found)

"""The page of one wearer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.exporters.board.looking import PHONE, go, open_alert, sideways
from tests.exporters.board.server import BoardServer, Looks
from tests.exporters.board.world import World

pytestmark = pytest.mark.integration
Look = Callable[..., Page]


@pytest.fixture
def page(look: Look, server: BoardServer, world: World) -> Page:
    """The wearer with the gravest alert."""
    page = look(server.url)
    go(page, f"#/wearers/{open_alert(world).wearer}")
    return page


def test_every_signal_has_a_chart_with_its_words(page: Page) -> None:
    chart = page.locator("figure", has_text="heart rate").first

    expect(chart.locator("canvas")).to_be_visible()
    expect(chart.locator(".unseen")).to_contain_text("own usual")
    expect(chart.locator(".unseen")).to_contain_text("In the time shown")


def test_charts_show_what_was_measured_on_the_band_of_the_own_usual(page: Page) -> None:
    page.locator("canvas").first.wait_for()

    drawn = page.evaluate(
        """() => { const canvas = document.querySelector('canvas');
        const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        const kinds = new Set();
        for (let i = 0; i < pixels.length; i += 4)
          if (pixels[i + 3] > 200 && pixels[i] < 80 && pixels[i + 2] > 140) kinds.add('line');
          else if (pixels[i + 3] > 20 && pixels[i + 3] < 60) kinds.add('band');
        return [...kinds].sort(); }"""
    )

    assert drawn == ["band", "line"]


def test_alerts_and_contexts_stand_above_the_charts(page: Page, world: World) -> None:
    alert = open_alert(world)

    expect(page.locator(f'.spans a[href="#/inbox/{alert.id}"]')).to_be_visible()
    expect(page.get_by_role("img", name="What the wearer was doing")).to_be_visible()


def test_a_range_is_chosen_and_charts_are_zoomed_by_dragging(page: Page) -> None:
    with page.expect_request(lambda request: "/signals?" in request.url) as asked:
        page.get_by_role("button", name="24h").click()
    assert _span(asked.value.url) == 24 * 3_600_000
    page.wait_for_timeout(300)

    box = page.locator(".u-over").first.bounding_box()
    assert box is not None
    with page.expect_request(lambda request: "/signals?" in request.url) as zoomed:
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + 40, steps=4)
        page.mouse.up()

    assert 5.5 * 3_600_000 < _span(zoomed.value.url) < 6.5 * 3_600_000
    expect(page.get_by_role("button", name="Newest")).to_be_enabled()


def test_the_same_stands_in_a_table(page: Page) -> None:
    page.get_by_role("button", name="Table").click()

    table = page.get_by_role("region", name="Table").get_by_role("table")
    expect(table.get_by_role("columnheader", name="heart rate")).to_be_visible()
    assert table.get_by_role("row").count() > 20


def test_scores_stand_with_their_intervals_and_what_they_rest_on(page: Page) -> None:
    scores = page.get_by_role("region", name="Scores and estimates")

    expect(scores.get_by_text("infection")).to_be_visible()
    expect(scores.get_by_text("(90% interval)").first).to_be_visible()
    scores.get_by_text("What it rests on").first.click()
    expect(scores.locator("details[open] p").first).to_be_visible()


def test_what_counts_and_the_advice_are_those_of_the_alert(page: Page, world: World) -> None:
    alert = open_alert(world)
    spoken = next(advice for advice in alert.advice if advice.voice == "clinician")

    expect(page.get_by_role("region", name="Advice")).to_contain_text(spoken.text)
    expect(page.get_by_role("region", name="What counts now", exact=True)).to_contain_text(alert.title)


def test_a_phone_shows_a_wearer_without_scrolling_sideways(
    look: Look, server: BoardServer, world: World
) -> None:
    page = look(server.url, size=PHONE)
    go(page, f"#/wearers/{open_alert(world).wearer}")
    page.locator("canvas").first.wait_for()

    assert sideways(page) <= 0


def test_a_wearer_who_is_not_assigned_is_seen_after_breaking_the_glass(look: Look, world: World) -> None:
    name = sorted(world.traces)[3]
    server = BoardServer(world, Looks(hidden={name})).start()
    page = look(server.url)
    go(page, f"#/wearers/{name}")

    page.get_by_role("button", name="Break the glass").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Reason")).to_be_focused()
    dialog.get_by_label("Reason").fill("found unconscious at the door")
    dialog.get_by_role("button", name="Open and record it").click()

    expect(page.get_by_role("region", name="Signals")).to_be_visible()
    server.stop()


def _span(url: str) -> int:
    values = dict(part.split("=") for part in url.partition("?")[2].split("&"))
    return int(values["to"]) - int(values["from"])

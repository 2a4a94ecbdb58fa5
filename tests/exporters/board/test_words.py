"""What the board says, in both languages and both sets of colours."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import exporters.alerts
from tests.exporters.board.looking import go, open_alert
from tests.exporters.board.server import BoardServer
from tests.exporters.board.world import World

pytestmark = pytest.mark.integration
Look = Callable[..., Page]
CARD = Path(exporters.alerts.__file__).with_name("card_words.toml")


def test_both_languages_have_the_same_words_with_the_same_holes(look: Look, server: BoardServer) -> None:
    page = look(server.url)

    words = page.evaluate("async () => (await import('/board/words.js')).dictionaries.WORDS")

    assert words["en"].keys() == words["zh"].keys()
    holes = {name: (_holes(words["en"][name]), _holes(words["zh"][name])) for name in words["en"]}
    assert {name: pair for name, pair in holes.items() if pair[0] != pair[1]} == {}


def test_medical_words_are_those_of_the_card(look: Look, server: BoardServer) -> None:
    card = tomllib.loads(CARD.read_text(encoding="utf-8"))
    page = look(server.url)

    medical = page.evaluate("async () => (await import('/board/words.js')).dictionaries.MEDICAL")

    tables = ("priority", "status", "direction", "context", "condition", "signal", "unit", "kind", "sentence")
    for language in ("en", "zh"):
        assert {name: medical[language][name] for name in tables} == {
            name: card[language][name] for name in tables
        }


def test_the_board_speaks_chinese(look: Look, server: BoardServer, world: World) -> None:
    page = look(server.url)

    page.get_by_role("button", name="中文").click()

    expect(page.get_by_role("link", name="佩戴者")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "zh-Hans"
    alert = open_alert(world, lambda alert: alert.title.startswith("Vital signs"))
    go(page, f"#/inbox/{alert.id}")
    expect(page.get_by_role("heading", level=2)).to_have_text("生命体征提示需立即检查（NEWS2）")
    expect(page.get_by_role("article")).to_contain_text("心率")
    go(page, f"#/wearers/{alert.wearer}")
    expect(page.get_by_role("region", name="建议")).to_contain_text("由具备重症处理能力的团队紧急评估")
    go(page, f"#/inbox/{alert.id}")
    page.reload()
    expect(page.get_by_role("heading", level=2)).to_have_text("生命体征提示需立即检查（NEWS2）")


def test_a_viewer_from_china_needs_no_switch(look: Look, server: BoardServer) -> None:
    page = look(server.url, locale="zh-CN")

    expect(page.get_by_role("columnheader", name="当前异常")).to_be_visible()


@pytest.mark.parametrize(
    ("scheme", "turns", "light"), [("dark", 0, False), ("dark", 1, True), ("light", 2, False)]
)
def test_colours_follow_the_system_until_they_are_chosen(
    look: Look, server: BoardServer, scheme: str, turns: int, light: bool
) -> None:
    page = look(server.url, color_scheme=scheme)
    for _ in range(turns):
        page.locator("#theme").click()

    back = page.evaluate("getComputedStyle(document.body).backgroundColor")

    assert (sum(int(part) for part in back.strip("rgb()").split(",")) > 3 * 128) is light


def _holes(text: str) -> list[str]:
    return sorted(part.partition("}")[0] for part in text.split("{")[1:])

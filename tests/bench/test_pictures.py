"""The report's pictures: what each of them says, and that they are drawn alike every time."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import msgspec

from bench.race.figures import Report
from bench.race.pictures import draw
from tests.bench.test_report import report


def crowded() -> Report:
    told = report()
    (crowd,) = told.many
    return msgspec.structs.replace(told, many=[crowd, msgspec.structs.replace(crowd, wearers=60_000)])


def test_there_is_a_picture_of_each_kind_and_it_is_svg(tmp_path: Path) -> None:
    paths = draw(crowded(), tmp_path / "new")

    assert [path.name for path in paths] == ["bench-throughput.svg", "bench-latency.svg", "bench-many.svg"]
    for path in paths:
        assert ElementTree.fromstring(path.read_text()).tag == "{http://www.w3.org/2000/svg}svg"


def test_one_crowd_or_none_is_no_picture(tmp_path: Path) -> None:
    assert [path.name for path in draw(report(), tmp_path)] == ["bench-throughput.svg", "bench-latency.svg"]


def test_the_same_report_is_drawn_the_same(tmp_path: Path) -> None:
    first, again = (draw(crowded(), tmp_path / name) for name in ("first", "again"))

    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]

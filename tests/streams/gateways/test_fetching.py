from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from streams.errors import UserError
from streams.gateways.fetching import TRIES, File, fetch
from tests.streams.gateways.publisher import published

DATA = bytes(range(256)) * 4000


def test_a_cut_connection_goes_on_where_it_ended(tmp_path: Path) -> None:
    with published({"big.zip": DATA}) as publisher:
        publisher.cut_after = [300_000, 200_000]

        fetch(File(f"{publisher.url}/big.zip", "big.zip"), tmp_path / "big.zip", wait_s=0.01)

    assert (tmp_path / "big.zip").read_bytes() == DATA
    assert publisher.asked == [None, "bytes=300000-", "bytes=500000-"]
    assert [path.name for path in tmp_path.iterdir()] == ["big.zip"]


def test_a_later_call_goes_on_from_what_an_earlier_one_kept(tmp_path: Path) -> None:
    with published({"big.zip": DATA}) as publisher:
        publisher.cut_after = [100_000] + [0] * (TRIES - 1)
        with pytest.raises(UserError, match=r"cut after .*kept in .*big\.zip\.part"):
            fetch(File(f"{publisher.url}/big.zip", "big.zip"), tmp_path / "big.zip", wait_s=0.01)

        fetch(File(f"{publisher.url}/big.zip", "big.zip"), tmp_path / "big.zip", wait_s=0.01)

    assert (tmp_path / "big.zip").read_bytes() == DATA
    assert publisher.asked[-1] == "bytes=100000-"


def test_a_file_that_came_whole_before_the_end_was_told_is_taken(tmp_path: Path) -> None:
    (tmp_path / "a.part").write_bytes(DATA)
    with published({"a": DATA}) as publisher:
        fetch(File(f"{publisher.url}/a", "a", hashlib.sha256(DATA).hexdigest()), tmp_path / "a")

    assert (tmp_path / "a").read_bytes() == DATA


def test_a_busy_publisher_is_asked_again_and_a_refusal_is_final(tmp_path: Path) -> None:
    with published({"a": b"1"}) as publisher:
        publisher.refuse = [503, 429]
        fetch(File(f"{publisher.url}/a", "a"), tmp_path / "a", wait_s=0.01)
        assert len(publisher.asked) == 3

        publisher.refuse = [403]
        with pytest.raises(UserError, match="Forbidden"):
            fetch(File(f"{publisher.url}/a", "b"), tmp_path / "b", wait_s=0.01)
        assert len(publisher.asked) == 4


def test_what_is_there_is_not_fetched_again_unless_it_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    with published({"a": b"new"}) as publisher:
        fetch(File(f"{publisher.url}/a", "a"), tmp_path / "a")
        assert publisher.asked == []

        fetch(File(f"{publisher.url}/a", "a", hashlib.sha256(b"new").hexdigest()), tmp_path / "a")
        assert (tmp_path / "a").read_bytes() == b"new"


def test_changed_content_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with published({"a": b"other"}) as publisher, pytest.raises(UserError, match="the content changed"):
        fetch(File(f"{publisher.url}/a", "a", "0" * 64), tmp_path / "a")

    assert list(tmp_path.iterdir()) == []

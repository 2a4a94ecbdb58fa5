"""Which Java is chosen."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.errors import UserError
from streams.stack.java import bundled_java, find_java, java_version


def a_java(home: Path, version: str) -> Path:
    java = home / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
    java.chmod(0o755)
    return java


def test_the_bundled_java_is_new_enough_for_kafka() -> None:
    bundled = bundled_java()

    assert bundled is not None
    assert java_version(bundled) >= 17
    assert find_java(bundled, {}) == bundled


def test_without_it_java_home_comes_first_and_one_that_is_too_old_is_passed_over(tmp_path: Path) -> None:
    old = a_java(tmp_path / "old", "1.8.0_392")
    new = a_java(tmp_path / "new", "21.0.1")
    newer = a_java(tmp_path / "newer", "25")

    assert find_java(None, {"JAVA_HOME": str(tmp_path / "newer"), "PATH": str(new.parent)}) == newer
    assert find_java(None, {"JAVA_HOME": str(tmp_path / "old"), "PATH": str(new.parent)}) == new
    assert java_version(old) == 8


def test_no_java_is_one_line_that_says_what_to_do() -> None:
    with pytest.raises(UserError, match=r"^no Java 17 or later .* install one .* docker compose$"):
        find_java(None, {"PATH": "/nowhere", "JAVA_HOME": "/nowhere"})

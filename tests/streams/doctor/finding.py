"""What tests ask of an examination."""

from __future__ import annotations

from collections.abc import Iterable

from streams.doctor import Finding


def bad(findings: Iterable[Finding], level: str = "wrong") -> list[str]:
    """Name and words of each finding of that level; each says what to do and where to read."""
    found = [finding for finding in findings if finding.level == level]
    assert all(finding.do and "\n" not in finding.says + finding.do for finding in found), found
    return [f"{finding.name}: {finding.says}" for finding in found]

"""Where a rule draws its line: dashboards draw the same one, read from the rules."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

RULES = Path(__file__).parents[1] / "prometheus"
_COMPARED = re.compile(r"(?:[<>]=?|==)\s*([\d.]+)")


@cache
def limit(alert: str) -> float:
    """The number that the rule of this alert compares with first.

    Raises:
        LookupError: there is no such alert, or its rule compares with no number.
    """
    for expression in _expressions(alert):
        if found := _COMPARED.search(expression):
            return float(found[1])
    raise LookupError(f"no rule in {RULES.name} gives a limit of {alert}")


def _expressions(alert: str) -> list[str]:
    groups = [group for path in sorted((RULES / "alerts").glob("*.yml")) for group in _groups(path)]
    return [rule["expr"] for group in groups for rule in group["rules"] if rule.get("alert") == alert]


def _groups(path: Path) -> list[dict[str, list[dict[str, str]]]]:
    groups: list[dict[str, list[dict[str, str]]]] = yaml.safe_load(path.read_text())["groups"]
    return groups

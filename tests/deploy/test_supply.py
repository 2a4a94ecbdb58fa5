"""What a release says of its parts is whole and valid; an audit that learnt nothing says so."""

from __future__ import annotations

from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.utils import canonicalize_name

from deploy import audit, sbom


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    return sbom.bill()


def test_the_bill_is_valid(bill: dict[str, Any]) -> None:
    import json

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill)) is None


def test_every_package_that_runs_is_in_the_bill_and_no_other(bill: dict[str, Any]) -> None:
    told = {
        canonicalize_name(one["name"]): one["version"]
        for one in bill["components"]
        if one.get("purl", "pkg:pypi").startswith("pkg:pypi") and one["type"] == "library"
    }

    assert told == sbom.locked()
    assert "pytest" not in told


def test_nearly_every_package_tells_its_licence(bill: dict[str, Any]) -> None:
    silent = [
        one["name"]
        for one in bill["components"]
        if one.get("purl", "").startswith("pkg:pypi") and not one.get("licenses")
    ]

    assert len(silent) <= 3, silent


def test_networks_scripts_and_jars_are_in_it(bill: dict[str, Any]) -> None:
    kinds = {one["type"] for one in bill["components"]}
    purls = {one["purl"].split("/")[0] for one in bill["components"] if "purl" in one}

    assert kinds == {"library", "machine-learning-model"}
    assert purls == {"pkg:pypi", "pkg:npm", "pkg:maven"}
    assert bill["metadata"]["component"]["name"] == "vitalstream"


def test_what_depends_on_what_names_parts_of_the_bill(bill: dict[str, Any]) -> None:
    parts = {one["bom-ref"] for one in bill["components"]} | {bill["metadata"]["component"]["bom-ref"]}
    whole = {entry["ref"]: entry["dependsOn"] for entry in bill["dependencies"]}

    assert whole.keys() <= parts
    assert {ref for refs in whole.values() for ref in refs} <= parts
    assert len(whole["root-component"]) > 20


CLEAN = {"name": "numpy", "version": "2.4.6", "vulns": []}
UNASKED = {"name": "river", "skip_reason": "not found"}
ADVISORY = {"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["9"]}
BAD = {"name": "redis", "version": "8.1", "vulns": [ADVISORY]}


@pytest.mark.parametrize(
    ("packages", "known", "code"),
    [
        ([CLEAN], {}, 0),
        ([CLEAN, BAD], {}, audit.FOUND),
        ([CLEAN, BAD], {"CVE-1": "its function is not called"}, 0),
        ([CLEAN, UNASKED], {}, audit.UNKNOWN),
        ([BAD, UNASKED], {}, audit.FOUND),
    ],
)
def test_an_audit_tells_found_from_not_known(
    packages: list[dict[str, Any]], known: dict[str, str], code: int
) -> None:
    assert audit.judge(packages, known) == code

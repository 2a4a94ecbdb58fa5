"""`vitalstream profile`: what is said of a wearer goes to the topic and comes back."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest

from streams.cli.profile import OPTIONS, set_
from streams.errors import UserError
from streams.gateways.profile_checks import ignored, unlikely
from streams.gateways.profile_words import changed, described, whole
from streams.records import Consent, Profile
from streams.stack import LocalStack
from tests.streams.cli.test_cli import vitalstream
from tests.streams.engine.harness import fresh_topics

JANUARY = 1_767_225_600_000
"""2026-01-01T00:00Z."""


def told(found: Profile | None = None, clear: tuple[str, ...] = (), **given: Any) -> Profile:
    return changed("w1", found, given, None, None, clear)


def test_words_become_a_profile() -> None:
    made = told(birth_year=1968, medicines=["C07AB02@2026-01-01"], baselines=["hr=52"])

    assert (made.birth_year, made.baselines) == (1968, {"hr": 52.0})
    assert (made.medicines[0].code, made.medicines[0].started) == ("C07AB02", JANUARY)


def test_a_usual_value_can_be_one_of_a_context() -> None:
    assert told(baselines=["hr@asleep=48"]).baselines == {"hr@asleep": 48.0}


def test_what_is_not_given_stays() -> None:
    before = Profile("w1", birth_year=1968, weight_kg=80.0, consent=Consent("given", ["care"]))

    made = told(before, weight_kg=78.0)

    assert (made.birth_year, made.weight_kg, made.consent) == (1968, 78.0, Consent("given", ["care"]))


def test_a_field_can_be_emptied() -> None:
    before = told(medicines=["C07AB02"])

    assert told(before, clear=("medicines",)).medicines == []


def test_a_clinicians_threshold_has_author_reason_and_end() -> None:
    words = "desaturation:below=86,until=2026-01-01,author=dr-7,reason=COPD"

    (edge,) = told(thresholds=[words]).thresholds

    assert (edge.condition, edge.below, edge.above) == ("desaturation", 86.0, None)
    assert (edge.author, edge.reason, edge.expires) == ("dr-7", "COPD", JANUARY)


def test_a_reason_may_hold_commas() -> None:
    words = "desaturation:below=86,until=2026-01-01,author=dr-7,reason=COPD, stable, author=no part"

    (edge,) = told(thresholds=[words]).thresholds

    assert (edge.author, edge.reason) == ("dr-7", "COPD, stable, author=no part")


def test_times_are_shown_as_dates() -> None:
    made = told(medicines=["C07AB02@2026-01-01"], admitted="2026-01-01T08:30+00:00")

    shown = dict(described(made))

    assert shown["medicines"] == '[{"code":"C07AB02","started":"2026-01-01"}]'
    assert shown["admitted"] == "2026-01-01T08:30Z"


def test_what_is_no_code_and_what_is_over_is_named() -> None:
    words = "fever:above=39,until=2026-01-01,author=dr-7,reason=a"
    made = told(medicines=["aspirin", "C07AB02", "A10"], conditions=["flu", "E11.9"], thresholds=[words])

    assert list(ignored(made, JANUARY)) == [
        "medicine aspirin: no ATC code, as C07AB02",
        "condition flu: no ICD-10 code, as I10 or E11.9",
        "threshold fever: has expired",
    ]
    assert list(ignored(told(thresholds=[words]), JANUARY - 1)) == []


def test_what_stops_before_it_starts_is_named() -> None:
    made = told(medicines=["C07AB02@2026-03-01..2026-02-01"], habits=["walking@2026-01-01..2026-02-01"])

    assert list(unlikely(made)) == ["medicine C07AB02: stops before it starts"]


def test_every_option_of_profile_set_says_what_it_is_and_is_named_when_nothing_is_set() -> None:
    options = [o for o in inspect.signature(set_, eval_str=True).parameters.values() if o.name != "wearer"]
    named = {option.name.replace("_", "-") for option in options} - {"file", "json-"}

    assert all(option.annotation.__metadata__[0].help for option in options)
    assert named == {name.strip(" -") for name in re.split(", ", OPTIONS)}


@pytest.mark.parametrize(
    "given",
    [
        {"baselines": ["hr"]},
        {"baselines": ["pulse=60"]},
        {"baselines": ["hr=nan"]},
        {"thresholds": ["desaturation:below=nan,until=2027-01-01,author=a,reason=b"]},
        {"medicines": ["C07AB02@yesterday"]},
        {"thresholds": ["desaturation:until=2027-01-01,author=a,reason=b"]},
        {"thresholds": ["desaturation:below=low,until=2027-01-01,author=a,reason=b"]},
        {"thresholds": ["desaturation:below=86,until=2027-01-01,reason=b"]},
        {"thresholds": ["moods:below=86,until=2027-01-01,author=a,reason=b"]},
        {"thresholds": ["desaturation:bellow=86,above=99,until=2027-01-01,author=a,reason=b"]},
        {"birth_year": 12},
    ],
)
def test_words_that_mean_nothing_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(UserError):
        told(**given)


def test_an_unknown_field_can_not_be_emptied() -> None:
    with pytest.raises(UserError, match="no such field"):
        told(clear=("mood",))


def test_a_file_is_a_whole_profile(tmp_path: Path) -> None:
    file = tmp_path / "profile.json"
    file.write_text('{"birth_year": 1968}')

    assert whole("w1", file) == Profile("w1", birth_year=1968)


def test_a_file_replaces_all_but_a_consent_that_it_does_not_name(tmp_path: Path) -> None:
    file = tmp_path / "profile.json"
    before = Profile("w1", birth_year=1968, consent=Consent("refused", ["care"]))

    file.write_text('{"sex": "male"}')
    assert whole("w1", file, before) == Profile("w1", sex="male", consent=before.consent)
    file.write_text('{"consent": {"status": "given"}}')
    assert whole("w1", file, before) == Profile("w1", consent=Consent("given"))


def test_what_no_profile_has_is_refused_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "profile.json"
    file.write_text('{"age": 50, "medicines": [{"code": "C07AB02", "dose": 5}], "baselines": {"hr": 52}}')

    with pytest.raises(UserError, match=r"what no profile has: age, medicines\.dose$"):
        whole("w1", file)


def test_a_file_of_another_wearer_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "profile.json"
    file.write_text('{"wearer": "w2"}')

    with pytest.raises(UserError, match="another wearer"):
        whole("w1", file)


@pytest.mark.parametrize("text", ["[]", "{", '{"birth_year": "old"}'])
def test_a_file_that_is_no_profile_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "profile.json"
    file.write_text(text)

    with pytest.raises(UserError):
        whole("w1", file)


def test_only_what_is_known_is_shown() -> None:
    assert dict(described(Profile("w1", birth_year=1968))).keys() >= {"wearer", "birth_year"}
    assert "medicines" not in dict(described(Profile("w1")))


@pytest.mark.integration
def test_a_profile_is_set_shown_and_changed_on_a_real_topic(stack: LocalStack) -> None:
    fresh_topics(stack.broker)
    environ = {"VITALSTREAM_BROKER": stack.broker}
    vitalstream("profile", "set", "w1", "--birth-year", "1968", "--consent", "given", **environ)
    vitalstream("profile", "set", "w2", "--birth-year", "1990", **environ)
    vitalstream("profile", "set", "w1", "--weight", "80", "--medicine", "C07AB02@2026-01-01", **environ)

    doubted = vitalstream("profile", "set", "w1", "--genotype", "XYZ", **environ)

    shown = vitalstream("profile", "show", "w1", "--json", **environ)
    unknown = vitalstream("profile", "show", "w3", **environ)
    nothing = vitalstream("profile", "set", "w1", **environ)

    found = json.loads(shown.stdout)
    assert (found["birth_year"], found["weight_kg"], found["consent"]["status"]) == (1968, 80.0, "given")
    assert found["medicines"][0]["started"] == JANUARY
    assert nothing.stderr.startswith("vitalstream: nothing to set: give --birth-year")
    assert doubted.stderr.startswith("ignored: genotype XYZ")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert unknown.stderr.startswith("vitalstream: there is no profile of w3")

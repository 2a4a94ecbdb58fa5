"""The table of who may do what, and what an alert looks like to each."""

from __future__ import annotations

import msgspec
import pytest

from exporters.access.principal import ACTIONS, ROLES, Action, Principal, Role, actions, allowed, shown
from tests.exporters.examples import alert

ONE = frozenset({"w1"})
WHO = {
    "wearer": Principal("Bea", "wearer", ONE),
    "clinician": Principal("dr-a", "clinician", ONE),
    "operator": Principal("op", "operator", frozenset()),
    "admin": Principal("root", "admin", frozenset()),
}
# What each may do to: an own wearer, another's, and none in particular.
EXPECTED: dict[tuple[Role, Action], tuple[bool, bool, bool]] = {
    ("wearer", "read"): (True, False, True),
    ("wearer", "answer"): (True, False, True),
    ("wearer", "stream"): (True, False, True),
    ("wearer", "system"): (False, False, False),
    ("wearer", "audit"): (False, False, False),
    ("wearer", "manage"): (False, False, False),
    ("wearer", "break_glass"): (False, False, False),
    ("clinician", "read"): (True, False, True),
    ("clinician", "answer"): (True, False, True),
    ("clinician", "stream"): (True, False, True),
    ("clinician", "system"): (False, False, False),
    ("clinician", "audit"): (False, False, False),
    ("clinician", "manage"): (False, False, False),
    ("clinician", "break_glass"): (True, True, True),
    ("operator", "read"): (False, False, True),
    ("operator", "answer"): (False, False, False),
    ("operator", "stream"): (False, False, True),
    ("operator", "system"): (True, True, True),
    ("operator", "audit"): (False, False, False),
    ("operator", "manage"): (False, False, False),
    ("operator", "break_glass"): (False, False, False),
    ("admin", "read"): (False, False, True),
    ("admin", "answer"): (False, False, False),
    ("admin", "stream"): (False, False, True),
    ("admin", "system"): (True, True, True),
    ("admin", "audit"): (True, True, True),
    ("admin", "manage"): (True, True, True),
    ("admin", "break_glass"): (False, False, False),
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", ACTIONS)
def test_every_cell_of_the_table(role: Role, action: Action) -> None:
    may = tuple(allowed(WHO[role], action, wearer) for wearer in ("w1", "w2", None))

    assert may == EXPECTED[role, action]


def test_a_clinician_of_every_wearer_reads_any() -> None:
    assert allowed(Principal("dr-b", "clinician", None), "read", "anyone")


def test_who_may_only_read_does_not_answer_nor_break_glass() -> None:
    reader = Principal("anonymous", "clinician", None, anonymous=True, read_only=True)

    assert actions(reader) == ["read", "stream"]


def test_who_has_no_name_does_not_break_glass() -> None:
    anybody = Principal("anonymous", "clinician", None, anonymous=True)

    assert actions(anybody) == ["read", "answer", "stream"]


def test_a_foreign_alert_is_not_shown() -> None:
    assert shown(WHO["clinician"], alert(wearer="w2")) is None


def test_an_own_alert_is_shown_whole() -> None:
    assert shown(WHO["clinician"], alert(wearer="w1")) == alert(wearer="w1")


@pytest.mark.parametrize("role", ["operator", "admin"])
def test_a_masked_alert_says_nothing_of_body_or_person(role: Role) -> None:
    told = alert(name="secret-id", wearer="w-secret", acknowledged_by="dr-secret", models={"rhythm": "1"})

    text = msgspec.json.encode(shown(WHO[role], told)).decode()

    assert not any(word in text for word in ("secret", "rhythm", "118", "fibrillation", '"hr"'))


def test_a_masked_alert_keeps_what_the_service_is_run_by() -> None:
    masked = shown(WHO["operator"], alert(revision=3, priority="high", quality=0.5))

    assert masked is not None
    assert (masked.revision, masked.priority, masked.status, masked.quality) == (3, "high", "raised", 0.5)


def test_a_masked_alert_about_the_sensor_keeps_its_title() -> None:
    masked = shown(WHO["operator"], alert(condition="stale_data", title="No data since noon"))

    assert masked is not None
    assert (masked.condition, masked.title) == ("stale_data", "No data since noon")


def test_masked_ids_are_the_same_for_one_key_and_others_for_another() -> None:
    ids = []
    for key in ("k1", "k1", "k2"):
        masked = shown(Principal("op", "operator", frozenset(), mask=key), alert())
        assert masked is not None
        ids.append(masked.id)

    assert (ids[0] == ids[1], ids[0] == ids[2]) == (True, False)

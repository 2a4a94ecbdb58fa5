"""How sure an alert is of its reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.online.baseline import Usual
from models.risk.confidence import confidence
from models.risk.found import Evidence
from models.signals.quality import Quality
from models.view import View
from streams.records import Contribution

START = 1_767_592_800_000


def view(share: float = 1.0, known: bool = True, context: str = "rest") -> View:
    seen = View(START, context, quality={"spo2": Quality(share, None)})  # type: ignore[arg-type]
    if known:
        seen.usual["spo2"] = Usual(97.0, 1.0, 97.0, 1.0)
    return seen


def found(risk: float = 0.8) -> Evidence:
    return Evidence("desaturation", START, 1, risk, [Contribution("spo2", 88.0, "%")])


def sure(risk: float = 0.8, **of: object) -> float:
    value = confidence(found(risk), view(**of))  # type: ignore[arg-type]
    assert value is not None
    return value


def test_far_from_the_edge_in_good_signal_it_is_sure() -> None:
    assert sure(0.99) > 0.95 > sure(0.6) > 0.8


@pytest.mark.parametrize("less", [{"share": 0.5}, {"known": False}, {"context": "unknown"}])
def test_whatever_is_not_known_makes_it_less_sure(less: dict[str, object]) -> None:
    assert sure(**less) < sure()


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_poorer_signal_never_makes_it_surer(risk: float, one: float, other: float) -> None:
    assert 0 <= sure(risk, share=min(one, other)) <= sure(risk, share=max(one, other)) <= 1


@pytest.mark.parametrize("condition", ["stale_data", "collect_again", "long_term_risk"])
def test_what_is_stated_has_no_confidence(condition: str) -> None:
    assert confidence(Evidence(condition, START, 1, 0.0), None) is None


def test_a_network_is_as_sure_as_its_probability_is_clear() -> None:
    clear = Evidence("rhythm", START, 1, 0.99, probability=0.99)
    vague = Evidence("rhythm", START, 1, 0.6, probability=0.6)

    assert (confidence(clear, None) or 0) > (confidence(vague, None) or 0)

"""The running precision matrix beside River's own."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from river import covariance

from models.online.anomaly import STRAIN
from models.online.precision import Precision

MINUTES = st.lists(
    st.dictionaries(st.sampled_from(list(STRAIN)), st.floats(-4, 4), min_size=1), min_size=1, max_size=60
)


@settings(max_examples=50, deadline=None)
@given(minutes=MINUTES)
def test_the_numbers_are_rivers_to_the_bit(minutes: list[dict[str, float]]) -> None:
    ours, rivers = Precision(), covariance.EmpiricalPrecision()

    for minute in minutes:
        ours.update(minute)
        rivers.update(minute)

    assert ours._idx == rivers._idx
    for name in ("_inv_cov_mat", "_loc_arr", "_w_arr"):
        assert getattr(ours, name).tobytes() == getattr(rivers, name).tobytes()

"""Taking a committed ensemble apart (needs onnx, which only .venv-train has)."""

from __future__ import annotations

import numpy as np
import pytest

from models.deep.manifest import RegistryError
from models.deep.networks import COMMITTED, Networks
from models.training.members import held_out, members

ENSEMBLES = ["rhythm", "diabetes", "deterioration_wearable", "deterioration_clinical"]


@pytest.mark.parametrize("name", ENSEMBLES)
def test_the_members_logits_average_to_the_whole(name: str) -> None:
    whole = Networks.only(name)
    entry = whole.entry(name)
    rows = np.array(entry.sample.rows, np.float32).reshape(-1, *entry.row.shape)

    said = np.stack([member.run(name, rows) for member in members(COMMITTED, entry)]).astype(np.float64)

    mean = np.log(said / (1 - said)).mean(axis=0)
    assert np.allclose(1 / (1 + np.exp(-mean)), whole.run(name, rows), atol=1e-5)
    assert np.ptp(said, axis=0).max() > 0


def test_another_number_of_folds_than_members_is_refused() -> None:
    entry = Networks.only("diabetes").entry("diabetes")

    with pytest.raises(RegistryError, match="10 members, but 2 folds"):
        held_out(COMMITTED, entry, [np.full((1, 11), np.nan, np.float32)] * 2)

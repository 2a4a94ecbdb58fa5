from __future__ import annotations

import numpy as np
import pytest

from models.deep.rhythm import BEATS
from models.deep.synth import (
    GLUCOSE_ROW,
    LATENT,
    READINGS,
    RHYTHM_ROW,
    draw_rows,
    synth_glucose_inputs,
    synth_rhythm_inputs,
)


def test_a_rhythm_row_falls_into_chance_and_context() -> None:
    condition = np.concatenate([np.arange(BEATS) >= 30, [1600.0]])[None]

    latent, choice, noise, context = synth_rhythm_inputs(
        draw_rows(condition, BEATS, np.random.default_rng(0))
    )

    assert (latent.shape, choice.shape, noise.shape) == ((1, LATENT), (1, BEATS), (1, BEATS))
    assert context[0, :, 0].tolist() == [0.0] * 30 + [1.0] * 30
    assert context[0, :, 1] == pytest.approx(np.log(2.0))


def test_a_glucose_row_tells_the_hours_from_now() -> None:
    rows = draw_rows(np.array([[160.0, 60.0, 0.0]]), READINGS, np.random.default_rng(0))

    context = synth_glucose_inputs(rows)[3][0]

    assert context[0, :2].tolist() == [1.0, -1.5]
    assert context[[0, 23, 27], 2].tolist() == [-5.75, 0.0, 1.0]
    assert context[:, 3].tolist() == [0.0] * 24 + [1.0] * 4


def test_a_choice_never_lies_beyond_the_last_value() -> None:
    rows = np.ones((1, GLUCOSE_ROW), np.float32)

    assert synth_glucose_inputs(rows)[1].max() < 1.0


def test_the_same_chance_gives_the_same_rows() -> None:
    condition = np.ones((5, BEATS + 1))

    one, other = (draw_rows(condition, BEATS, np.random.default_rng(3)) for _ in range(2))

    assert np.array_equal(one, other)


def test_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=rf"\[n, {RHYTHM_ROW}\]"):
        synth_rhythm_inputs(np.ones((2, 60)))

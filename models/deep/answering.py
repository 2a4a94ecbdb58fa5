"""Answers questions to networks: one run a network, and what fails is found and left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.deep.asks import Ask, Runner, by_model


@dataclass(frozen=True, slots=True)
class Failure:
    """Rows of a network that have no answer."""

    model: str
    rows: int
    why: str
    """Class of the first error, or what was wrong with the answer; never data."""


def answer(asks: Iterable[Ask], networks: Runner) -> list[Failure]:
    """Run each network once over all of its rows; the answers are put into the asks.

    Where that fails, halves are tried, down to single rows: which rows stay without an answer does not
    depend on what else was asked. An answer that is no finite number is none.
    """
    failures = []
    for model, group in by_model(asks).items():
        reasons = _answer(group, networks)
        if reasons:
            failures.append(Failure(model, len(reasons), reasons[0]))
    return failures


def _answer(group: Sequence[Ask], networks: Runner) -> list[str]:
    """Answer questions to one network; a reason for each that stays without an answer."""
    try:
        outputs = networks.run(group[0].model, np.stack([ask.row for ask in group]))
        good = _finite(group, outputs)
    except Exception as error:  # a graph may fail in any operator, and onnxruntime has no base class
        if len(group) == 1:
            return [type(error).__name__]
        half = len(group) // 2
        return _answer(group[:half], networks) + _answer(group[half:], networks)
    for ask, output, is_good in zip(group, outputs, good, strict=True):
        if is_good:
            ask.answer = output
    return ["no finite number"] * int(np.count_nonzero(~good))


def _finite(group: Sequence[Ask], outputs: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Whether what each question asks for is a finite number. Raises where there is no such number."""
    if len(outputs) != len(group):
        raise ValueError(f"{len(outputs)} answers to {len(group)} questions")
    picks = [ask.pick for ask in group]
    found: NDArray[np.bool_] = np.isfinite(outputs.reshape(len(group), -1)[np.arange(len(group)), picks])
    return found

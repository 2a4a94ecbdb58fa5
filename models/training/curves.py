"""Learning curves as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol


class LearningCurve(Protocol):
    """Losses by epoch."""

    train: list[float]
    validation: list[float]


def draw_curves(curves: Sequence[LearningCurve], path: Path) -> None:
    """Write a PNG with the losses of each member; a dot marks the epoch that was kept."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4), layout="constrained")
    for number, curve in enumerate(curves):
        epochs = range(1, len(curve.train) + 1)
        axes.plot(epochs, curve.train, "--", color=f"C{number}", label=f"network {number + 1}, training")
        axes.plot(epochs, curve.validation, color=f"C{number}", label=f"network {number + 1}, validation")
        kept = curve.validation.index(min(curve.validation))
        axes.plot(kept + 1, curve.validation[kept], "o", color=f"C{number}")
    axes.set(xlabel="epoch", ylabel="loss (nats)", title="Training loss is on varied windows with dropout")
    axes.legend(fontsize="small")
    figure.savefig(path, dpi=110)
    pyplot.close(figure)

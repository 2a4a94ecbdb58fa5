"""A seeded, deterministic simulator of wearers, with planted episodes and their ground truth."""

from streams.gateways.simulator.episodes import Episode, Rates
from streams.gateways.simulator.lives import Lives
from streams.gateways.simulator.longer import Treatment
from streams.gateways.simulator.score import Score, score
from streams.gateways.simulator.simulation import DEFAULT_START, Simulation
from streams.gateways.simulator.truth import read_truth, write_truth
from streams.gateways.timed import Timed

__all__ = [
    "DEFAULT_START",
    "Episode",
    "Lives",
    "Rates",
    "Score",
    "Simulation",
    "Timed",
    "Treatment",
    "read_truth",
    "score",
    "write_truth",
]

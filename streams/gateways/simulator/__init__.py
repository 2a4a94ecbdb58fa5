"""A seeded, deterministic simulator of wearers, with planted episodes and their ground truth."""

from streams.gateways.simulator.episodes import Episode, Rates
from streams.gateways.simulator.packets import Timed
from streams.gateways.simulator.simulation import DEFAULT_START, Simulation

__all__ = ["DEFAULT_START", "Episode", "Rates", "Simulation", "Timed"]

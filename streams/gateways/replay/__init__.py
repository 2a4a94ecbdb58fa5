"""Replay of published recordings as packets."""

from streams.gateways.replay.sources import Source, replay, source_of

__all__ = ["Source", "replay", "source_of"]

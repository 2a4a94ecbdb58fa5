"""Forgetting a wearer everywhere it can be done, and telling where it can't: `vitalstream forget`."""

from streams.forgetting.workers import forget_in_workers

__all__ = ["forget_in_workers"]

"""Looks at everything that vitalstream needs, one finding each, with what to do about it."""

from streams.doctor.examination import examine
from streams.doctor.finding import Finding

__all__ = ["Finding", "examine"]

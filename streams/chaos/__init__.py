"""Faults on purpose: a local stack under load, one fault after the other, and what must come out compared."""

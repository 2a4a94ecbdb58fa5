"""A deterministic simulation of workers, bus and sink: one seed, one story."""

"""Generators of rare windows: training, judgement on real people, cards."""

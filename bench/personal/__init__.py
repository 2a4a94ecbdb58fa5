"""The study of personal risk: simulated weeks and real recordings through the scoring core, in numbers."""

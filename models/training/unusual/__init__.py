"""The network for unusual hours: simulated and real hours, training, judgement, card."""

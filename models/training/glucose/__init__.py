"""The network for glucose: windows, training, judgement, alerts, card."""

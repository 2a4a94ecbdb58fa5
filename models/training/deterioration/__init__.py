"""The networks for deterioration: rows of stays, training, judgement, card."""

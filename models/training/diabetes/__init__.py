"""The network for diabetes: rows of people, training, judgement, card."""

"""The network for the quality of beats: planted artefacts, training, judgement, card."""

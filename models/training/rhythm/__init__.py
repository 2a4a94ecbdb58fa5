"""The network for rhythm: windows of beats, training, judgement, alarms, card."""

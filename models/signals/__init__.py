"""From samples to minute windows, beats and features, with a judgement of their quality."""

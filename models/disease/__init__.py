"""Long-term risk of a disease as an estimate: probability, interval, what drives it, what would lower it."""

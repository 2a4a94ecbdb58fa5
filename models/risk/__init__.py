"""From views of minutes to evidence for each condition."""

"""Making and judging the networks; nothing here runs in the stream."""

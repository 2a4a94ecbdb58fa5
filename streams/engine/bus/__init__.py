"""Records from Kafka in chunks, and effects back to it and to the sink."""

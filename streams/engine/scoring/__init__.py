"""The pure state of a partition: records in, alerts and new state out; no clock, no network."""

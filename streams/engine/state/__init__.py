"""Which partitions are owned, and how their state is stored, found again and acknowledged."""

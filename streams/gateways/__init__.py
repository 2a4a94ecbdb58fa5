"""Ways into the topics: the simulator, replay of recordings."""

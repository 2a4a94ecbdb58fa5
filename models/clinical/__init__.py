"""Clinical scores as tables with their sources."""

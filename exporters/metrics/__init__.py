"""Prometheus: what a worker counts and measures, and the endpoint that shows it."""

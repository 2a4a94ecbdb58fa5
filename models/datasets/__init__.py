"""Readers of recordings in published layouts."""

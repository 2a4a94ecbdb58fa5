"""Bytes from outside: a decoder gives a value, or its own error in one line, and nothing else."""

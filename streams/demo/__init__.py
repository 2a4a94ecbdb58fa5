"""The demo: everything on this machine, a live view, and a summary that can be checked."""

from streams.demo.run import Plan, run_demo
from streams.demo.summary import Summary

__all__ = ["Plan", "Summary", "run_demo"]

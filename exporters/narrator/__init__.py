"""The narrator: rewords the catalogue's advice through a language model, where an operator wants it.

Off by default, at the edge alone, never in the way of scoring. What it says is checked, and where anything is
wrong or late the catalogue's own words stand.
"""

from __future__ import annotations

from exporters.narrator.narrator import Narrated, Narrator

__all__ = ["Narrated", "Narrator"]

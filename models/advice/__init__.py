"""What to do about an alert: a catalogue in two voices and two languages, chosen by what is known."""

from __future__ import annotations

from models.advice.catalogue import Catalogue, load_catalogue
from models.advice.entries import Language
from models.advice.facts import Known, facts_of

__all__ = ["Catalogue", "Known", "Language", "facts_of", "load_catalogue"]

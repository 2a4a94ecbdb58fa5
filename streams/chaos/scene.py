"""What a fault acts on, and the faults by name."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from streams.chaos.crew import Crew
from streams.chaos.load import Load
from streams.chaos.progress import Progress
from streams.stack import LocalStack


@dataclass(frozen=True, slots=True)
class Scene:
    """A stack of its own with workers under load."""

    folder: Path
    stack: LocalStack
    crew: Crew
    load: Load
    progress: Progress


Inject = Callable[[Scene, random.Random], AbstractContextManager[None]]
"""The fault begins when the block is entered, and is healed when it is left."""

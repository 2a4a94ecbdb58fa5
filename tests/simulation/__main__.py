"""Tell many stories: `python -m tests.simulation --steps 10000000 [--first SEED] [--core toy|product]`."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from itertools import count

from rich.progress import Progress

from tests.simulation.casts import real, toy
from tests.simulation.story import Story, Violation


def main() -> int:
    """Give 1 when a story ends badly; its seed is printed."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--steps", type=int, default=1_000_000, help="callbacks of the simulated loop")
    parser.add_argument("--first", type=int, default=0, help="seed of the first story")
    parser.add_argument("--core", choices=("toy", "product"), default="toy")
    wanted = parser.parse_args()
    cast = toy() if wanted.core == "toy" else real()
    done, began, faults = 0, time.monotonic(), Counter[str]()
    with Progress() as progress:
        bar = progress.add_task("steps", total=wanted.steps)
        for seed in count(wanted.first):
            story = Story(cast, seed)
            try:
                done += story.run()
            except Violation as violation:
                sys.stderr.write(f"seed {seed}: {violation}\n")
                return 1
            faults.update(story.faults)
            progress.update(bar, completed=min(done, wanted.steps))
            if done >= wanted.steps:
                break
    took = time.monotonic() - began
    sys.stdout.write(f"{seed - wanted.first + 1:,} stories, {done:,} steps in {took:.0f} s: no violation\n")
    for fault, times in sorted(faults.items()):
        sys.stdout.write(f"{times:>12,} {fault}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

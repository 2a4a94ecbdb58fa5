"""`vitalstream bench` where the folder `bench` is missing, as in an installed wheel."""

from __future__ import annotations

import subprocess
import sys


def test_without_a_checkout_one_line_says_so() -> None:
    script = (
        "import sys; sys.modules['bench'] = None; sys.argv = ['vitalstream', 'bench', 'race'];"
        "from streams.cli import main; main()"
    )

    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert answer.returncode == 1
    assert answer.stderr == "vitalstream: benchmarks need a checkout of the project: run `make bench` there\n"

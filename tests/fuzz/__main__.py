"""Feed a decoder with ever new input: `python -m tests.fuzz NAME --seconds 60`; without NAME, the names.

Coverage guides it (atheris, libFuzzer), so it finds what examples by hand don't. It begins with valid input
and what is kept in `--corpus`. What broke a decoder is written to `--out` and named at the end.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import logging
import sys
import tempfile
from collections.abc import Callable
from contextlib import redirect_stderr
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fuzz.target import Target

LARGEST = 64 * 1024
MEMORY_MB, HANGS_S = 2048, 20
"""More than so much memory, or so long at one input, is a fault too."""


def main() -> int:
    """Fuzz until time is up; libFuzzer ends the process, with 0 if nothing was found."""
    wanted = _arguments()
    try:
        import atheris  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        sys.stderr.write("atheris is not here: pip install atheris (Linux)\n")
        return 2
    # It names every module that it instruments.
    with (
        redirect_stderr(io.StringIO()),
        atheris.instrument_imports(include=["streams", "exporters", "models"]),
    ):
        from tests.fuzz.hostile import NASTY
        from tests.fuzz.targets import TARGETS
    if wanted.name not in TARGETS:
        sys.stderr.write(f"{' '.join(TARGETS)}\n")
        return 0 if wanted.name is None else 2
    logging.disable(logging.CRITICAL)
    target = TARGETS[wanted.name]
    corpus: Path = wanted.corpus or Path(tempfile.mkdtemp(prefix="fuzz-corpus-"))
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate([*target.seeds, *NASTY]):
        (corpus / f"seed-{number}").write_bytes(seed)
    limits = (
        f"-max_total_time={wanted.seconds}", f"-max_len={LARGEST}", f"-rss_limit_mb={MEMORY_MB}",
        f"-timeout={HANGS_S}",
    )  # fmt: skip
    atheris.Setup([sys.argv[0], *limits, str(corpus)], keeping(target, wanted.out))
    atheris.Fuzz()
    return 0


def keeping(target: Target, out: Path) -> Callable[[bytes], None]:
    """`target.check`; input that breaks it is kept in a file, which libFuzzer only does with a sanitizer."""

    def check(data: bytes) -> None:
        try:
            target.check(data)
        except BaseException:
            out.mkdir(parents=True, exist_ok=True)
            kept = out / f"{target.name}-{hashlib.sha256(data).hexdigest()[:12]}"
            kept.write_bytes(data)
            sys.stderr.write(f"{kept}\n")
            raise

    return check


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("name", nargs="?", help="of a decoder")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--corpus", type=Path, help="folder of input to begin from; what is new is added")
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()), help="folder for what broke")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

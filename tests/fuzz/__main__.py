"""Feed decoders with ever new input: `python -m tests.fuzz NAME... --seconds 60`, or `all`; alone, the names.

Coverage guides it (atheris, libFuzzer), so it finds what examples by hand don't. It begins with valid input
and what is kept in `--corpus`. What broke a decoder is written to `--out` and named at the end.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fuzz.target import Target

ALL = "all"
LARGEST = 64 * 1024
MEMORY_MB, HANGS_S = 2048, 20
"""More than so much memory, or so long at one input, is a fault too."""


def main() -> int:
    """Fuzz one decoder after the other, each until its time is up; gives 1 if one was broken."""
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
    names = list(TARGETS) if wanted.names == [ALL] else wanted.names
    if not names or not TARGETS.keys() >= set(names):
        sys.stderr.write(f"{ALL} {' '.join(TARGETS)}\n")
        return 2 if names else 0
    logging.disable(logging.CRITICAL)
    broken = [name for name in names if not _survives(TARGETS[name], NASTY, wanted)]
    sys.stderr.write(f"broken: {' '.join(broken) or 'none'}\n")
    return 1 if broken else 0


def _survives(target: Target, nasty: Sequence[bytes], wanted: argparse.Namespace) -> bool:
    """Whether nothing breaks it in time. libFuzzer ends the process it is in: it gets one of its own."""
    with tempfile.TemporaryDirectory(prefix="fuzz-corpus-") as folder:
        corpus: Path = wanted.corpus / target.name if wanted.corpus else Path(folder)
        corpus.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate([*target.seeds, *nasty]):
            (corpus / f"seed-{number}").write_bytes(seed)
        sys.stderr.write(f"{target.name}\n")
        sys.stderr.flush()
        child = os.fork()
        if child == 0:
            _fuzz(target, corpus, wanted)
        return os.waitpid(child, 0)[1] == 0


def _fuzz(target: Target, corpus: Path, wanted: argparse.Namespace) -> None:
    """Fuzz until time is up; does not come back."""
    import atheris

    limits = [f"-max_len={LARGEST}", f"-rss_limit_mb={MEMORY_MB}", f"-timeout={HANGS_S}"]
    limits += [f"-runs={wanted.runs}", "-seed=1"] if wanted.runs else [f"-max_total_time={wanted.seconds}"]
    try:
        atheris.Setup([sys.argv[0], *limits, str(corpus)], keeping(target, wanted.out))
        atheris.Fuzz()
    finally:
        os._exit(1)


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
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of a decoder; `{ALL}` for each of them")
    parser.add_argument("--seconds", type=int, default=60, help="for each (%(default)s)")
    parser.add_argument("--runs", type=int, help="instead: so many inputs for each, from the same seed")
    parser.add_argument("--corpus", type=Path, help="folder of input to begin from; what is new is added")
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()), help="folder for what broke")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

"""The ground truth as a file of JSON lines."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from streams.gateways.simulator.episodes import Episode


def write_truth(path: Path, episodes: Iterable[Episode]) -> None:
    """Write one episode a line."""
    encode = msgspec.json.Encoder(enc_hook=float).encode
    path.write_bytes(b"".join(encode(e) + b"\n" for e in episodes))


def read_truth(path: Path) -> list[Episode]:
    """Read what `write_truth` wrote. Raises msgspec.DecodeError for anything else."""
    decode = msgspec.json.Decoder(Episode).decode
    return [decode(line) for line in path.read_bytes().splitlines() if line]

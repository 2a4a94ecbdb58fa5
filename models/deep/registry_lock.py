"""Lets one process at a time change a registry. Readers need no lock: a manifest is replaced as a whole."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.deep.manifest import MANIFEST, RegistryError

LOCK = ".manifest.lock"
"""An empty file beside the manifest that stays: a lock on a file that was removed holds nobody off."""


@contextmanager
def changing(registry: Path) -> Iterator[None]:
    """Hold a registry from reading its manifest to replacing it; waits for whoever holds it.

    The lock ends with the process, however that ends. Not to be nested. Raises RegistryError when the
    folder can't be written.
    """
    try:
        descriptor = os.open(registry / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise RegistryError(f"{registry / MANIFEST} can't be changed: {error.strerror}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)

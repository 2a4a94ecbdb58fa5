"""The networks: every file has the hash of the manifest, loads, and answers its samples."""

from __future__ import annotations

from collections.abc import Iterator

from streams.doctor.finding import About, Finding, Unwell
from streams.settings import Settings

SWAP = "docs/how-to/swap-a-network.md#what-is-refused"


def look(settings: Settings) -> Iterator[Finding]:
    """Load the registry as a worker does."""
    from models.deep.library import Library
    from models.deep.manifest import RegistryError

    about = About("models", SWAP)
    try:
        library = Library(settings.registry)
    except RegistryError as error:
        raise Unwell(str(error), "`vitalstream models verify` says more", SWAP) from None
    for refusal in library.refusals:
        yield about.wrong(refusal.says, "put the right file there, or `vitalstream models rollback`")
    told = [f"{name} {version}" for name, version in library.lineup.items()]
    told += [f"{name} {' and '.join(versions)} (shadow)" for name, versions in library.shadows.items()]
    if not library.refusals:
        yield about.ok(f"verified: {', '.join(told)}")

"""Changes of a registry's manifest: which version judges, which is a shadow, which has retired.

The manifest is replaced as a whole: whoever reads it finds the old one or the new one, never a half. Whoever
changes it holds the registry meanwhile, so that of two changes at once neither is lost.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path

import msgspec

from models.deep.manifest import MANIFEST, Manifest, ModelEntry, RegistryError, read_manifest, read_model
from models.deep.networks import open_network
from models.deep.registry_lock import LOCK, changing

_NUMBERS = re.compile(r"\[[-+0-9.enul,\s]*\]")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


def promote(registry: Path, name: str, version: str | None = None) -> tuple[ModelEntry, ModelEntry | None]:
    """Let a shadow or retired version judge; the one that judged retires. Gives both.

    Without `version` it is the only shadow of that name. Verified before anything is changed. Raises
    RegistryError: no such version, not to be chosen without a version, refused, can't be written.
    """
    with changing(registry):
        manifest = read_manifest(registry)
        chosen = _chosen(registry, manifest, name, version)
        before = manifest.active().get(name)
        if before is not None and before.version == chosen.version:
            raise RegistryError(f"{name} {chosen.version} is active already")
        open_network(registry, chosen)
        replaced = None if before is None else before.version
        active = msgspec.structs.replace(chosen, status="active", replaced=replaced)
        _swap(registry, manifest, active, before)
        return active, before


def rollback(registry: Path, name: str) -> tuple[ModelEntry, ModelEntry]:
    """Let the version judge that did before the active one was promoted. Gives it and the one that retires.

    Raises RegistryError: nothing to go back to, or as `promote`.
    """
    with changing(registry):
        manifest = read_manifest(registry)
        now = manifest.active().get(name)
        if now is None:
            raise RegistryError(f"{registry / MANIFEST}: no active version of {name}")
        if now.replaced is None:
            raise RegistryError(
                f"{name} {now.version} has replaced no version: there is nothing to go back to"
            )
        back = _known(registry, manifest, name, now.replaced)
        open_network(registry, back)
        active = msgspec.structs.replace(back, status="active")
        _swap(registry, manifest, active, now)
        return active, now


def add(registry: Path, source: Path, name: str, version: str | None = None) -> ModelEntry:
    """Take the network that another registry serves as a shadow into this one, with its card.

    `version` renames it. Its file is called after name and version. Raises RegistryError: there already,
    for training, refused, can't be written.
    """
    entry = read_manifest(source).served(name)
    if entry.use == "training":
        raise RegistryError(f"{name} is a network for training: no worker runs it, so it can't be a shadow")
    version = version or entry.version
    if not _PLAIN.fullmatch(version):
        raise RegistryError(f"{version!r} is no version: letters, digits, dots, dashes")
    open_network(source, entry)
    stem = f"{name}-{version}"
    shadow = msgspec.structs.replace(
        entry, version=version, status="shadow", replaced=None, file=f"{stem}.onnx", card=f"{stem}.md"
    )
    with changing(registry):
        manifest = read_manifest(registry)
        if manifest.version(name, version) is not None:
            raise RegistryError(
                f"{registry / MANIFEST}: {name} {version} is there already: give it another version"
            )
        _put_files(registry, shadow, source, entry)
        write_manifest(registry, msgspec.structs.replace(manifest, models=(*manifest.models, shadow)))
    return shadow


def _put_files(registry: Path, shadow: ModelEntry, source: Path, entry: ModelEntry) -> None:
    card = source / entry.card
    told = card.read_bytes() if card.is_file() else b"No card came with this network.\n"
    _put(registry / shadow.file, read_model(source, entry))
    _put(registry / shadow.card, told)


def copy(registry: Path, out: Path) -> int:
    """Copy a registry into an empty or new folder; gives the number of its versions. Raises RegistryError."""
    manifest = read_manifest(registry)
    try:
        out.mkdir(parents=True, exist_ok=True)
        if any(out.iterdir()):
            raise RegistryError(f"{out} is not empty: choose another folder")
        for path in sorted(registry.iterdir()):
            if path.is_file() and path.name not in (MANIFEST, LOCK) and path.suffix != ".py":
                shutil.copyfile(path, out / path.name)
    except OSError as error:
        raise RegistryError(f"{error.filename}: {error.strerror}") from error
    write_manifest(out, manifest)
    return len(manifest.models)


def write_manifest(registry: Path, manifest: Manifest) -> None:
    """Replace a registry's manifest at once. Raises RegistryError when it can't be written."""
    ordered = tuple(sorted(manifest.models, key=lambda entry: (entry.name, entry.version)))
    data = msgspec.json.encode(msgspec.structs.replace(manifest, models=ordered))
    text = msgspec.json.format(data, indent=2).decode() + "\n"
    # Rows of numbers are read as rows, not as a column of thousands of lines.
    _put(registry / MANIFEST, _NUMBERS.sub(lambda found: " ".join(found[0].split()), text).encode())


def _chosen(registry: Path, manifest: Manifest, name: str, version: str | None) -> ModelEntry:
    if version is not None:
        return _known(registry, manifest, name, version)
    shadows = [entry for entry in manifest.shadows() if entry.name == name]
    if len(shadows) == 1:
        return shadows[0]
    told = ", ".join(entry.version for entry in shadows) or "none"
    raise RegistryError(f"say which version of {name} (shadows: {told}; {_versions(manifest, name)})")


def _known(registry: Path, manifest: Manifest, name: str, version: str) -> ModelEntry:
    entry = manifest.version(name, version)
    if entry is None:
        raise RegistryError(
            f"{registry / MANIFEST}: no version {version} of {name} ({_versions(manifest, name)})"
        )
    return entry


def _versions(manifest: Manifest, name: str) -> str:
    there = [entry.version for entry in manifest.models if entry.name == name and entry.use == "stream"]
    return f"there are: {', '.join(there) or 'none'}"


def _swap(registry: Path, manifest: Manifest, active: ModelEntry, retiring: ModelEntry | None) -> None:
    changed = {(active.name, active.version): active}
    if retiring is not None:
        retired = msgspec.structs.replace(retiring, status="retired")
        changed[retired.name, retired.version] = retired
    models = tuple(changed.get((entry.name, entry.version), entry) for entry in manifest.models)
    write_manifest(registry, msgspec.structs.replace(manifest, models=models))


def _put(path: Path, data: bytes) -> None:
    """Write a file that is there whole or not at all, also after a loss of power."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fchmod(file.fileno(), path.stat().st_mode & 0o777 if path.exists() else 0o644)
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _settle(path.parent)
    except OSError as error:
        raise RegistryError(f"{path} can't be written: {error.strerror}") from error


def _settle(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

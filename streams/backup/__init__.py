"""Backup and restore: what a vitalstream must not lose, in a folder of standard files."""

from streams.backup.manifest import PARTS, Manifest, Part, read_manifest
from streams.backup.restore import check, restore
from streams.backup.save import backup

__all__ = ["PARTS", "Manifest", "Part", "backup", "check", "read_manifest", "restore"]

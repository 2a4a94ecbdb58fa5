"""The nightly job keeps the newest whole backups, whatever became of others, however full the volume."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml

COMPONENT = Path(__file__).parents[2] / "deploy" / "kubernetes" / "components" / "backup" / "backup.yaml"
WORKS = 'mkdir -p "$2" && echo {} > "$2/manifest.json"'
BREAKS_OFF = 'mkdir -p "$2" && echo half > "$2/state.jsonl.gz"; exit 1'


class Volume:
    """A folder of backups, and a night with programs in the place of those that need a cluster."""

    def __init__(self, folder: Path) -> None:
        self.backups, self._programs = folder / "backups", folder / "bin"
        self.backups.mkdir()
        self._programs.mkdir()
        [job, _] = yaml.safe_load_all(COMPONENT.read_text())
        [container] = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
        [self._script] = container["args"]
        self._shell = container["command"]

    def has(self, day: int, whole: bool = True) -> str:
        """Put a backup there; its name."""
        name = f"202601{day:02}T021700Z"
        (self.backups / name).mkdir()
        (self.backups / name / "state.jsonl.gz").write_bytes(bytes(50_000))
        if whole:
            (self.backups / name / "manifest.json").write_text("{}")
        return name

    def program(self, name: str, does: str) -> None:
        """Put a program where the script finds it first."""
        path = self._programs / name
        path.write_text(f"#!/bin/sh\n{does}\n")
        path.chmod(0o755)

    def night(self, backup: str = WORKS) -> int:
        """Run the job's script; how it ended."""
        self.program("vitalstream", backup)
        path = f"{self._programs}:{os.environ['PATH']}"
        script = self._script.replace("/backups", str(self.backups))
        return subprocess.run([*self._shell, script], env={"PATH": path}, check=False).returncode

    def left(self) -> list[str]:
        """What is there, oldest first."""
        return sorted(path.name for path in self.backups.iterdir())


@pytest.fixture
def volume(tmp_path: Path) -> Volume:
    return Volume(tmp_path)


def test_the_newest_seven_stay(volume: Volume) -> None:
    names = [volume.has(day) for day in range(1, 10)]

    assert volume.night() == 0

    assert volume.left()[:-1] == names[-6:]
    assert len(volume.left()) == 7


def test_the_first_night_has_nothing_to_remove(volume: Volume) -> None:
    assert volume.night() == 0

    assert len(volume.left()) == 1


def test_what_was_broken_off_goes_and_does_not_count(volume: Volume) -> None:
    names = [volume.has(day) for day in range(1, 5)]
    for day in range(5, 12):
        volume.has(day, whole=False)

    assert volume.night() == 0

    assert volume.left()[:-1] == names


def test_bad_nights_take_no_whole_backup(volume: Volume) -> None:
    names = [volume.has(day) for day in range(1, 8)]

    assert [volume.night(BREAKS_OFF) for _ in range(4)] == [1, 1, 1, 1]

    assert volume.left()[:6] == names[-6:]
    assert len(volume.left()) <= 7, "of those that broke off the last at most is left"


@pytest.mark.parametrize(("room_at", "kept"), [(4, 4), (0, 2)])
def test_where_the_volume_is_full_the_oldest_go_but_two_stay(volume: Volume, room_at: int, kept: int) -> None:
    names = [volume.has(day) for day in range(1, 7)]
    folders = f"$(ls {volume.backups} | wc -l)"
    free = f"[ {folders} -gt {room_at} ] && free=1 || free=99999"
    volume.program("df", f'{free}\necho "Filesystem blocks used Available"\necho "disk 9 9 $free 9% /"')

    assert volume.night() == 0

    assert volume.left()[:-1] == names[-kept:]

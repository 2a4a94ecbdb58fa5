"""What a container is, without Docker: a root that holds only what is put there, by bubblewrap.

Read-only where the file says so, a user without rights, no capability, `no_new_privs`, its volumes and
secrets at their own paths, names of other services in /etc/hosts. It shares this machine's network: each
container has a loopback address of its own (127.x.y.z), so that ports stay those of the file.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).parents[3]
TOP = ("bin", "lib", "lib64", "sbin")
"""Links of a Debian root into /usr."""
FROM_ETC = ("alternatives", "ssl", "ca-certificates", "nsswitch.conf", "localtime", "ld.so.cache")
USERS = {"redis": "999:999", "nobody": "65534:65534"}
"""Users that images name; numbers as there."""


@dataclass(frozen=True)
class Box:
    """One container to be."""

    user: str
    environment: Mapping[str, str]
    read_only: bool
    writable: Mapping[str, Path]
    """Folder of this machine by place within."""
    readable: Mapping[str, Path]
    """Folder or file of this machine by place within."""
    tmpfs: Sequence[str]
    programs: Mapping[str, Path] = field(default_factory=dict)
    """What the image has at a place of its own."""

    def around(self, command: Sequence[str]) -> list[str]:
        """The command that runs `command` in it."""
        uid, _, gid = USERS.get(self.user, self.user).partition(":")
        words = [
            "bwrap",
            "--unshare-user",
            "--uid",
            uid,
            "--gid",
            gid or uid,
            "--unshare-pid",
            "--unshare-ipc",
        ]
        words += ["--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"]
        for place in self.tmpfs:
            words += ["--perms", "1777", "--tmpfs", place]
        # After the empty /tmp: a checkout may lie there.
        words += [*_system(), "--proc", "/proc", "--dev", "/dev"]
        for place, path in {**self.programs, **self.readable}.items():
            words += ["--ro-bind", str(path), place]
        for place, path in self.writable.items():
            words += ["--bind", str(path), place]
        for name, value in self.environment.items():
            words += ["--setenv", name, value]
        if self.read_only:
            words += ["--remount-ro", "/"]
        return [*words, "--", *command]


def _system() -> list[str]:
    """The machine's programs and libraries, and this project with its Python; nothing else of it."""
    words = ["--ro-bind", "/usr", "/usr"]
    for name in TOP:
        link = Path("/", name)
        if link.is_symlink():
            words += ["--symlink", str(link.readlink()), str(link)]
        elif link.is_dir():
            words += ["--ro-bind", str(link), str(link)]
    for name in FROM_ETC:
        words += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    for path in dict.fromkeys([PROJECT, Path(sys.prefix), Path(sys.base_prefix)]):
        if not path.is_relative_to("/usr"):
            words += ["--ro-bind", str(path), str(path)]
    return words


def bubblewrap() -> str | None:
    """Where it is."""
    return shutil.which("bwrap")


INSTRUCTION = re.compile(r"^([A-Z]+)\s+(.*)$")


@dataclass(frozen=True)
class Recipe:
    """What our own Dockerfile leaves in the image, from its last stage."""

    environment: dict[str, str]
    entrypoint: list[str]
    user: str


def recipe(path: Path) -> Recipe:
    """Read a Dockerfile."""
    import json

    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    text = "\n".join(lines).replace("\\\n", " ")
    told = [found.groups() for line in text.splitlines() if (found := INSTRUCTION.match(line.strip()))]
    last = max(number for number, (word, _) in enumerate(told) if word == "FROM")
    stage: dict[str, list[str]] = {}
    for word, rest in told[last:]:
        stage.setdefault(word, []).append(rest)
    environment = dict(pair.split("=", 1) for line in stage["ENV"] for pair in line.split())
    return Recipe(environment, json.loads(stage["ENTRYPOINT"][-1]), stage["USER"][-1])

"""What a data folder remembers of its local stack: ports, processes, the key of state snapshots."""

from __future__ import annotations

import secrets
from pathlib import Path

import msgspec
from msgspec import Struct

from streams.errors import UserError
from streams.malformed import MALFORMED
from streams.stack.files import private_folder, write_whole
from streams.stack.process import ProcessId
from streams.stack.server import LOOPBACK, free_port


class Ports(Struct, frozen=True):
    """Loopback ports, fixed once chosen."""

    kafka: int
    controller: int
    valkey: int


class Endpoints(Struct, frozen=True):
    """Where clients find the servers."""

    broker: str
    redis_url: str


class StackState(Struct, frozen=True):
    """Content of `stack.json`. A server that was stopped has no process; one that died still has."""

    ports: Ports
    kafka: ProcessId | None = None
    valkey: ProcessId | None = None

    @property
    def endpoints(self) -> Endpoints:
        """Addresses of the servers, running or not."""
        return Endpoints(
            broker=f"{LOOPBACK}:{self.ports.kafka}", redis_url=f"redis://{LOOPBACK}:{self.ports.valkey}/0"
        )

    @property
    def up(self) -> bool:
        """True from `up` to `down`, also while a server is being restarted."""
        return self.kafka is not None or self.valkey is not None


def new_ports() -> Ports:
    """Three ports that nobody listens on now."""
    chosen: set[int] = set()
    while len(chosen) < 3:
        chosen.add(free_port())
    return Ports(*chosen)


def load_state(data_dir: Path) -> StackState | None:
    """What `stack.json` of this folder says; None when there was never a stack."""
    path = state_file(data_dir)
    try:
        return msgspec.json.decode(path.read_bytes(), type=StackState)
    except FileNotFoundError:
        return None
    except MALFORMED as error:
        raise UserError(
            f"{path} can't be read ({error}): delete it and run `vitalstream stack up`"
        ) from error


def save_state(data_dir: Path, state: StackState) -> None:
    """Write `stack.json` anew."""
    write_whole(state_file(data_dir), msgspec.json.format(msgspec.json.encode(state), indent=2) + b"\n")


def state_file(data_dir: Path) -> Path:
    """Where the state is kept."""
    return data_dir / "stack.json"


def local_state_key(data_dir: Path) -> str:
    """The HMAC key of state snapshots of this data folder: 32 random bytes in hex, made once, mode 0600."""
    path = private_folder(data_dir) / "state.key"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        return _first_key(path)


def _first_key(path: Path) -> str:
    # Of two that come at once, the one whose link succeeds has made the key; both read the same.
    draft = path.with_name(f".state.key.{secrets.token_hex(4)}")
    write_whole(draft, secrets.token_hex(32).encode())
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text().strip()

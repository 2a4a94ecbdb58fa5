"""The embedded local stack of one data folder: Kafka and Valkey together, up and down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from msgspec.structs import replace
from pydantic import SecretStr

from streams.settings import Settings
from streams.stack.files import exclusive, private_folder
from streams.stack.jars import JarLock, Progress, kafka_jars, quietly, user_cache
from streams.stack.java import bundled_java, find_java
from streams.stack.kafka_server import kafka
from streams.stack.process import ProcessId, exit_on_sigterm, is_alive, terminate
from streams.stack.server import Server, is_free
from streams.stack.state import (
    Endpoints,
    Ports,
    StackState,
    load_state,
    local_state_key,
    new_ports,
    save_state,
)
from streams.stack.topics import ensure_topics
from streams.stack.valkey_server import valkey

STOP_PATIENCE_S = 20.0


class LocalStack:
    """The servers of a data folder, `kafka` and `valkey`: each can be stopped, killed and started alone.

    Made by `bring_up` and `running_stack`; constructing it starts nothing, but fetches Kafka's jars.
    """

    def __init__(self, settings: Settings, progress: Progress = quietly) -> None:
        self.data_dir = _data_dir(settings)
        self._settings = settings
        self._state = _state_to_start_from(self.data_dir)
        ports, java = self._state.ports, find_java(bundled_java())
        jars = kafka_jars(user_cache(), JarLock.load(), progress)
        self.kafka = Server(
            kafka(self.data_dir / "kafka", ports.kafka, ports.controller, java, jars),
            self._state.kafka,
            lambda process: self._remember(replace(self._state, kafka=process)),
        )
        self.valkey = Server(
            valkey(self.data_dir / "valkey", ports.valkey),
            self._state.valkey,
            lambda process: self._remember(replace(self._state, valkey=process)),
        )

    @property
    def endpoints(self) -> Endpoints:
        """Addresses of the servers."""
        return self._state.endpoints

    @property
    def broker(self) -> str:
        """Kafka's bootstrap address, host:port."""
        return self.endpoints.broker

    @property
    def redis_url(self) -> str:
        """Valkey's URL, database 0."""
        return self.endpoints.redis_url

    @property
    def settings(self) -> Settings:
        """The settings it was made with, pointed at these servers; the folder's state key if none was set."""
        key = self._settings.state_key or SecretStr(local_state_key(self.data_dir))
        update = {"broker": self.broker, "redis_url": SecretStr(self.redis_url), "state_key": key}
        return self._settings.model_copy(update=update)

    def start(self) -> ExitStack:
        """Start what does not run and make the topics; gives the undo of just that.

        When it fails or is interrupted, what it started is stopped again.
        """
        with ExitStack() as undo:
            servers = (self.valkey, self.kafka)
            for server in servers:
                if not server.running:
                    undo.callback(server.stop)
            for server in servers:
                server.start()
            for server in servers:
                server.wait_ready()
            ensure_topics(self.broker, self._settings.partitions)
            local_state_key(self.data_dir)
            return undo.pop_all()

    def _remember(self, state: StackState) -> None:
        self._state = state
        save_state(self.data_dir, state)


def bring_up(settings: Settings, progress: Progress = quietly) -> LocalStack:
    """Start the stack of `settings.data_dir`, or find it running; it goes on after this process ends."""
    stack, _undo = _up(settings, progress)
    return stack


@contextmanager
def running_stack(settings: Settings, progress: Progress = quietly) -> Iterator[LocalStack]:
    """The stack while the block runs; what this call started is stopped then, also on Ctrl-C and SIGTERM."""
    with exit_on_sigterm():
        stack, undo = _up(settings, progress)
        with undo:
            yield stack


def bring_down(data_dir: Path) -> list[str]:
    """Stop the servers of a data folder by their recorded processes; gives the names of those that ran."""
    data_dir = data_dir.expanduser().absolute()
    if load_state(data_dir) is None:
        return []
    with exclusive(data_dir / "stack.lock"), ExitStack() as ends:
        state = load_state(data_dir)
        if state is None:
            return []
        running = {
            name: p for name, p in (("Valkey", state.valkey), ("Kafka", state.kafka)) if p and is_alive(p)
        }
        for process in running.values():
            ends.callback(terminate, process, STOP_PATIENCE_S)
        ends.close()
        save_state(data_dir, StackState(state.ports))
        return sorted(running)


def discover(settings: Settings) -> Settings:
    """Settings pointed at the running stack of their data folder, as far as the environment named no servers.

    The folder's state key goes with the folder's broker only: workers of another share a key of theirs. As
    long as nobody was given access to it, its alert API may be read by whoever is at this machine.
    """
    state = load_state(_data_dir(settings))
    if state is None or not state.up:
        return settings
    update: dict[str, object] = {}
    if "broker" not in settings.model_fields_set:
        update["broker"] = state.endpoints.broker
        if settings.state_key is None:
            update["state_key"] = SecretStr(local_state_key(_data_dir(settings)))
    if "redis_url" not in settings.model_fields_set:
        update["redis_url"] = SecretStr(state.endpoints.redis_url)
    if {"broker", "redis_url"} <= update.keys() and _is_fresh(settings):
        update["api_anonymous"] = "read"
    return settings.model_copy(update=update)


def _is_fresh(settings: Settings) -> bool:
    """Whether nobody has said who may see this local stack's alerts: then whoever is at this machine may."""
    said = {"api_anonymous", "access", "oidc_issuer", "api_tls_cert", "bind"} & settings.model_fields_set
    return not said and not (_data_dir(settings) / "access.json").exists()


def _up(settings: Settings, progress: Progress) -> tuple[LocalStack, ExitStack]:
    # The lock makes a second `up` wait until the first is through, and then find its servers.
    with exclusive(private_folder(_data_dir(settings)) / "stack.lock"):
        stack = LocalStack(settings, progress)
        return stack, stack.start()


def _data_dir(settings: Settings) -> Path:
    return settings.data_dir.expanduser().absolute()


def _state_to_start_from(data_dir: Path) -> StackState:
    state = load_state(data_dir) or StackState(new_ports())
    kafka, valkey = _if_alive(state.kafka), _if_alive(state.valkey)
    fresh = new_ports()
    ports = Ports(
        kafka=state.ports.kafka if kafka or is_free(state.ports.kafka) else fresh.kafka,
        controller=state.ports.controller if kafka or is_free(state.ports.controller) else fresh.controller,
        valkey=state.ports.valkey if valkey or is_free(state.ports.valkey) else fresh.valkey,
    )
    return StackState(ports, kafka, valkey)


def _if_alive(process: ProcessId | None) -> ProcessId | None:
    return process if process and is_alive(process) else None

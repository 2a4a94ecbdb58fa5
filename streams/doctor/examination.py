"""The whole examination: each look in turn, and what fails in one ends that one alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from streams.doctor import certificates, machine, papers, redis, registry, topics, workers
from streams.doctor.finding import Finding, Look, Unwell
from streams.errors import one_line
from streams.settings import Settings
from streams.wires import explain_connection_error


def examine(settings: Settings, endpoints: Sequence[str] = ()) -> Iterator[Finding]:
    """Look at each thing in turn; `endpoints` are addresses of running workers' metrics.

    What depends on something that is wrong is not looked at: one cause is told once.
    """
    looks: dict[str, Look] = {
        "data folder": machine.data_folder,
        "machine": machine.limits,
        "state key": papers.state_key,
        "broker": topics.look,
        "redis": redis.look,
        "models": registry.look,
        "access": papers.access,
        "routes": papers.routes,
        "certificates": certificates.look,
        "ports": partial(machine.ports, running=bool(endpoints)),
        "workers": partial(workers.look, endpoints=endpoints),
    }
    for name, look in looks.items():
        yield from _careful(name, lambda look=look: look(settings))  # type: ignore[misc]


def _careful(name: str, look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from look()
    except Unwell as unwell:
        yield Finding(name, "wrong", unwell.says, unwell.do, unwell.see)
    except Exception as error:
        says = explain_connection_error(error) or one_line(error)
        if says is None:
            yield Finding(name, "wrong", f"looking at it raised {type(error).__name__}", "please report this")
        else:
            yield Finding(name, "wrong", *_parted(says))


def _parted(line: str) -> tuple[str, str]:
    """Our lines say what is wrong, a colon, and what to do."""
    says, _, do = line.rpartition(": ")
    return (says, do) if says else (line, "")

"""The embedded local stack: real Kafka and Valkey on this machine, without Docker and without root."""

from streams.stack.local import LocalStack, bring_down, bring_up, discover, running_stack
from streams.stack.state import Endpoints, local_state_key
from streams.stack.topics import ensure_topics

__all__ = [
    "Endpoints",
    "LocalStack",
    "bring_down",
    "bring_up",
    "discover",
    "ensure_topics",
    "local_state_key",
    "running_stack",
]

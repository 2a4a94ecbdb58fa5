"""The wires to the servers: where they go, by what protocol, as whom, and why one does not work."""

from streams.wires.broker import Broker, client_options
from streams.wires.faults import WireFault, explain_connection_error
from streams.wires.redis import redis_url

__all__ = ["Broker", "WireFault", "client_options", "explain_connection_error", "redis_url"]

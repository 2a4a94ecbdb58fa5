"""The wires to the servers: where they go, by what protocol, as whom, and why one does not work."""

from streams.wires.broker import Broker, admin_client, client_options, partition_counts
from streams.wires.faults import WireFault, explain_connection_error
from streams.wires.redis import redis_url

__all__ = [
    "Broker",
    "WireFault",
    "admin_client",
    "client_options",
    "explain_connection_error",
    "partition_counts",
    "redis_url",
]

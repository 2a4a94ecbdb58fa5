"""How Faust is set up, and why."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from streams.settings import MEBIBYTE, Settings
from streams.wires import Broker

CHUNK_BYTES = MEBIBYTE // 4
"""A chunk ends here, or with its first record when that is larger."""
LARGEST_RECORD = 17 * MEBIBYTE
"""Records of up to 16 MiB pass, with their headers."""
QUEUED_TURNS = 4
"""Turns between fetching and processing; a full queue is the backpressure."""
CHANGELOG = {
    "cleanup.policy": "compact",
    "max.message.bytes": str(LARGEST_RECORD),
    # Faust reads all of it at a recovery: let compaction come before a gigabyte is full.
    "segment.bytes": str(64 * MEBIBYTE),
    "min.cleanable.dirty.ratio": "0.2",
}


def faust_settings(settings: Settings) -> dict[str, Any]:
    """The arguments of `faust.App` for one worker."""
    session, broker = settings.session_timeout_s, Broker.of(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)  # Faust makes only its own
    return {
        "id": settings.app_id,
        "broker": [f"kafka://{host}:{port}" for host, port in broker.places],
        "broker_credentials": credentials(broker),
        "store": "memory://",
        "datadir": folder(settings),
        "topic_partitions": settings.partitions,
        "topic_replication_factor": settings.replication,
        "topic_disable_leader": True,
        "table_standby_replicas": 0,
        # Nothing of Faust's web server: it would show tables to anyone.
        "web_enabled": False,
        "web_tables_enabled": False,
        "broker_session_timeout": session,
        "broker_heartbeat_interval": session / 4,
        # Below the session timeout Faust refuses to start.
        "broker_request_timeout": max(30.0, 2 * session),
        "broker_rebalance_timeout": max(30.0, 3 * session),
        "broker_commit_interval": 1.0,
        "broker_max_poll_records": max(2_000, settings.chunk_records),
        # Polling stops for as long as the alert sink is away: that must not cost the partitions.
        "broker_max_poll_interval": 86_400.0,
        "broker_commit_livelock_soft_timeout": 86_400.0,
        "stream_processing_timeout": 86_400.0,
        # aiokafka hands over one partition's fetch after the other: small ones keep turns short. A larger
        # first record passes all the same.
        "consumer_max_fetch_size": MEBIBYTE // 2,
        "consumer_auto_offset_reset": "earliest",
        "producer_acks": -1,
        "producer_max_request_size": LARGEST_RECORD,
        "producer_request_timeout": 120.0,
        "stream_buffer_maxsize": QUEUED_TURNS,
        # Held chunks never empty: a stop or a rebalance would wait for ever.
        "stream_wait_empty": False,
        "worker_redirect_stdouts": False,
    }


def credentials(broker: Broker) -> Any:
    """Who this is, in Faust's words; None in clear."""
    from faust import SASLCredentials, SSLCredentials

    context = broker.context
    if context is None:
        return None
    if broker.security == "SSL":
        return SSLCredentials(context)
    return SASLCredentials(
        username=broker.user, password=broker.secret, mechanism=broker.mechanism, ssl_context=context
    )


def folder(settings: Settings) -> Path:
    """Where Faust wants a folder of its own; nothing is kept there, the state is in Kafka."""
    return settings.data_dir / f"worker-{os.getpid()}"


def revocation_bound_s(settings: Settings) -> float:
    """How long a checkpoint may take when partitions are revoked; others wait for it."""
    return 2 * settings.session_timeout_s

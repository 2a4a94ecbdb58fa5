#!/usr/bin/env python3
"""In the place of Kafka's own tool, whose jar the embedded stack has not: asks a broker what it can."""

import argparse
from pathlib import Path

from kafka import KafkaAdminClient

parser = argparse.ArgumentParser()
parser.add_argument("--bootstrap-server", required=True)
parser.add_argument("--command-config", type=Path)
told = parser.parse_args()
lines = told.command_config.read_text().splitlines() if told.command_config else []
set_ = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
secure = {}
if set_:
    secure = {
        "security_protocol": set_["security.protocol"],
        "ssl_cafile": set_["ssl.truststore.location"],
        "ssl_certfile": set_["ssl.keystore.location"],
        "ssl_keyfile": set_["ssl.keystore.location"],
    }
admin = KafkaAdminClient(bootstrap_servers=told.bootstrap_server, bootstrap_timeout_ms=5000, **secure)
assert admin.describe_cluster()["brokers"]
admin.close()

"""`vitalstream api` as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

RUN = [sys.executable, "-c", "from streams.cli import main; main()", "api"]


@pytest.fixture
def environment(url: str, tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "VITALSTREAM_REDIS_URL": url,
        "VITALSTREAM_BROKER": "127.0.0.1:1",
        "VITALSTREAM_DATA_DIR": str(tmp_path),
        "VITALSTREAM_API_ANONYMOUS": "read",
    }


def test_it_tells_where_it_listens_and_ends_in_time_with_streams_open(environment: dict[str, str]) -> None:
    with subprocess.Popen([*RUN, "--json"], env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = json.loads(process.stdout.readline())["address"]
            with (
                httpx.Client(base_url=address, trust_env=False, timeout=60) as client,
                client.stream("GET", "/alerts/stream") as alerts,
                client.stream("GET", "/wearers/stream") as wearers,
            ):
                assert (alerts.status_code, wearers.status_code) == (200, 200)
                begun = time.monotonic()
                process.send_signal(signal.SIGTERM)
                code = process.wait(60)
                took = time.monotonic() - begun
        finally:
            process.kill()

    assert code == 0
    assert took < 5


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"VITALSTREAM_BIND": "0.0.0.0", "VITALSTREAM_API_ANONYMOUS": "off"}, "without TLS"),
        ({"VITALSTREAM_BIND": "192.0.2.1", "VITALSTREAM_API_TLS_CERT": "cert.pem"}, "ANONYMOUS"),
        ({"VITALSTREAM_API_TLS_CERT": "cert.pem", "VITALSTREAM_API_ANONYMOUS": "off"}, "hand out a token"),
        ({"VITALSTREAM_REDIS_URL": "nowhere"}, "Redis URL"),
    ],
)
def test_what_it_can_not_serve_is_one_line(
    environment: dict[str, str], changes: dict[str, str], says: str
) -> None:
    done = subprocess.run(
        RUN, env=environment | changes, capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert says in done.stderr
    assert done.stderr.count("\n") == 1

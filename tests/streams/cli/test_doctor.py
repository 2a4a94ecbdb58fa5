"""The doctor against real servers, and against none."""

from __future__ import annotations

from pathlib import Path

import msgspec
from pydantic import SecretStr

from models.deep.manifest import Tensor, read_manifest
from models.deep.registry_edit import write_manifest
from streams.doctor import examine
from streams.settings import Settings
from streams.stack import LocalStack
from tests.models.deep.variants import own_registry, put_square


def test_all_is_well_on_a_running_stack(stack: LocalStack) -> None:
    findings = list(examine(stack.settings))

    assert [finding for finding in findings if not finding.good] == []
    assert {finding.name for finding in findings} >= {"broker", "topics", "redis", "clock", "models"}


def test_what_is_missing_is_told_with_what_to_do_and_without_secrets(tmp_path: Path) -> None:
    url = SecretStr("redis://:hunter2@127.0.0.1:1/0")
    settings = Settings(broker="127.0.0.1:1", redis_url=url, data_dir=tmp_path, state_key=SecretStr("ab"))

    bad = {finding.name: finding.says for finding in examine(settings) if not finding.good}

    assert bad.keys() == {"state key", "broker", "topics", "redis", "clock"}
    assert "stack up" in bad["broker"]
    assert "hunter2" not in str(bad)


def test_networks_that_are_refused_are_told(tmp_path: Path) -> None:
    registry = own_registry(tmp_path / "registry")
    (registry / put_square(registry, "2").file).write_bytes(b"bad")
    settings = Settings(broker="127.0.0.1:1", data_dir=tmp_path, registry=registry)

    (models,) = [finding for finding in examine(settings) if finding.name == "models"]

    assert not models.good
    assert "rhythm-2.onnx: sha256 is" in models.says and "\n" not in models.says


def test_a_network_for_other_rows_is_told_with_what_to_do(tmp_path: Path) -> None:
    """As after an upgrade that gives a network another row."""
    registry = own_registry(tmp_path / "registry")
    manifest = read_manifest(registry)
    old = msgspec.structs.replace(manifest.models[0], row=Tensor("intervals", (30,)))
    write_manifest(registry, msgspec.structs.replace(manifest, models=(old,)))
    settings = Settings(broker="127.0.0.1:1", data_dir=tmp_path, registry=registry)

    (models,) = [finding for finding in examine(settings) if finding.name == "models"]

    assert not models.good
    assert "takes rows of [30]" in models.says and "vitalstream models copy" in models.says
    assert "\n" not in models.says


def test_a_redis_that_forgets_is_refused(stack: LocalStack) -> None:
    import redis

    with redis.Redis.from_url(stack.redis_url) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        try:
            bad = [finding.says for finding in examine(stack.settings) if not finding.good]
        finally:
            client.config_set("maxmemory-policy", "noeviction")

    assert len(bad) == 1
    assert "noeviction" in bad[0]

"""What a worker tells of its registry while it runs."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from exporters.metrics.worker import WorkerMetrics
from models.deep.library import Library
from models.deep.manifest import MANIFEST, read_manifest
from models.deep.registry_edit import promote
from streams.engine.watching.watch import Watch
from tests.logged import lines
from tests.models.deep.variants import own_registry, put_square


class Told:
    """A watch, and what Prometheus would see of it."""

    def __init__(self, registry: Path) -> None:
        self._samples = CollectorRegistry()
        self.watch = Watch(Library(registry), WorkerMetrics(self._samples), 5.0)

    def versions(self, metric: str = "model_info") -> list[str]:
        families = {family.name: family for family in self._samples.collect()}
        return [sample.labels["version"] for sample in families[f"vitalstream_{metric}"].samples]

    def refused(self, reason: str) -> float | None:
        return self._samples.get_sample_value("vitalstream_model_refused_total", {"reason": reason})


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    return own_registry(tmp_path / "registry")


async def test_the_series_of_the_old_version_ends(registry: Path) -> None:
    told = Told(registry)
    (old,) = told.versions()
    put_square(registry, "2")
    await told.watch.look()
    assert (told.versions(), told.versions("shadow_info")) == ([old], ["2"])

    promote(registry, "rhythm")
    await told.watch.look()

    assert (told.versions(), told.versions("shadow_info")) == (["2"], [])


async def test_a_refusal_is_one_line_and_counted_once(
    registry: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told = Told(registry)
    (old,) = told.versions()
    entry = put_square(registry, "2")
    promote(registry, "rhythm")
    (registry / entry.file).write_bytes(b"bad")

    with caplog.at_level(logging.INFO):
        for _ in range(3):
            await told.watch.look()

    (line,) = lines(caplog)
    assert (line["event"], line["reason"]) == ("refused from the registry", "network")
    assert "rhythm-2.onnx: sha256 is" in line["says"] and "\n" not in line["says"]
    assert (told.refused("network"), told.refused("manifest"), told.versions()) == (1.0, 0.0, [old])


async def test_a_refusal_at_the_start_is_told_too(registry: Path, caplog: pytest.LogCaptureFixture) -> None:
    (registry / put_square(registry, "2").file).write_bytes(b"bad")

    told = Told(registry)

    assert told.refused("network") == 1.0
    assert "it is no shadow" in lines(caplog)[0]["says"]


async def test_a_registry_that_vanishes_ends_nothing(registry: Path) -> None:
    told = Told(registry)
    (old,) = told.versions()
    (registry / MANIFEST).rename(registry / "elsewhere")
    await told.watch.look()
    (registry / "elsewhere").rename(registry / MANIFEST)

    await told.watch.look()

    assert (told.refused("manifest"), told.versions()) == (1.0, [old])
    assert read_manifest(registry).active()["rhythm"].version == old

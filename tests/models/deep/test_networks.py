from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from models.deep.known import known
from models.deep.manifest import RegistryError, read_manifest
from models.deep.networks import BLOCK, COMMITTED, Networks, _session
from models.deep.onnx_file import OnnxFileError, check_onnx
from tests.models.deep.hearts import bigeminy, fibrillation, sinus, trigeminy


@pytest.fixture(scope="module")
def networks() -> Networks:
    return Networks.load()


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    return Path(shutil.copytree(COMMITTED, tmp_path / "registry"))


def change(registry: Path, edit: Callable[[dict[str, Any]], None]) -> None:
    path = registry / "manifest.json"
    manifest = msgspec.json.decode(path.read_bytes())
    edit(manifest)
    path.write_bytes(msgspec.json.encode(manifest))


def rhythm(manifest: dict[str, Any]) -> dict[str, Any]:
    (entry,) = (entry for entry in manifest["models"] if entry["name"] == "rhythm")
    found: dict[str, Any] = entry
    return found


def put(registry: Path, data: bytes) -> None:
    """Another file with the right hash: what is wrong with it must be found in itself."""
    (registry / "rhythm.onnx").write_bytes(data)
    change(registry, lambda m: rhythm(m).update(sha256=hashlib.sha256(data).hexdigest()))


def message(number: int, content: bytes) -> bytes:
    """A protobuf field that holds bytes shorter than 128."""
    return bytes([number << 3 | 2, len(content)]) + content


def test_fibrillation_is_told_from_order(networks: Networks) -> None:
    threshold = networks.entry("rhythm").thresholds["alert"]

    assert (networks.run("rhythm", fibrillation(200)) >= threshold).mean() > 0.95
    for rows in (sinus(200), bigeminy(200), trigeminy(200)):
        assert (networks.run("rhythm", rows) >= threshold).mean() < 0.02


def test_a_row_scores_bit_equal_whatever_its_place_and_neighbours(networks: Networks) -> None:
    rows = np.concatenate([sinus(80), fibrillation(80), bigeminy(40)])
    scores, rng = networks.run("rhythm", rows), np.random.default_rng(0)

    for size in (1, 2, BLOCK - 1, BLOCK, BLOCK + 1, 150):
        for _ in range(10):
            chosen = rng.permutation(len(rows))[:size]
            assert np.array_equal(networks.run("rhythm", rows[chosen]), scores[chosen])


@pytest.mark.parametrize("name", sorted(read_manifest(COMMITTED).active()))
def test_a_short_run_of_any_network_gives_the_bits_of_a_full_one(networks: Networks, name: str) -> None:
    entry, rng = networks.entry(name), np.random.default_rng(0)
    sample = np.array(entry.sample.rows, np.float32).reshape(-1, *entry.row.shape)
    moved = rng.uniform(0.8, 1.2, (BLOCK, *entry.row.shape))
    rows = (sample[rng.integers(0, len(sample), BLOCK)] * moved).astype(np.float32)
    full = networks.run(name, rows)

    assert not networks._find(name).whole
    for size in range(1, BLOCK):
        assert np.array_equal(networks.run(name, rows[:size]), full[:size]), size
        assert np.array_equal(networks.run(name, rows[-size:]), full[-size:]), size


def test_a_network_whose_short_runs_have_other_bits_runs_on_full_blocks(
    registry: Path, monkeypatch: Any
) -> None:
    seen: list[int] = []

    class Session:
        """Its answers go with how many rows there are."""

        def __init__(self, session: Any) -> None:
            self._session = session

        def __getattr__(self, name: str) -> Any:
            return getattr(self._session, name)

        def run(self, wanted: None, inputs: dict[str, Any]) -> list[Any]:
            rows = len(next(iter(inputs.values())))
            seen.append(rows)
            (found,) = self._session.run(wanted, inputs)
            return [found + np.float32(1e-6 * (rows < BLOCK))]

    monkeypatch.setattr("models.deep.networks._session", lambda data: Session(_session(data)))
    networks = Networks.only("quality", registry)
    seen.clear()

    networks.run("quality", sinus(3))

    assert seen == [BLOCK]


def test_no_rows_give_no_scores(networks: Networks) -> None:
    assert networks.run("rhythm", np.empty((0, 60))).shape == (0,)


def test_wrong_rows_and_names_are_refused(networks: Networks) -> None:
    with pytest.raises(ValueError, match="takes rows of shape"):
        networks.run("rhythm", np.ones((3, 59)))
    with pytest.raises(KeyError, match="no active network 'heart'"):
        networks.run("heart", np.ones((3, 60)))


def test_versions_are_those_of_the_manifest(networks: Networks) -> None:
    assert networks.versions["rhythm"] == networks.entry("rhythm").version


def test_the_committed_file_is_small(networks: Networks) -> None:
    assert (COMMITTED / networks.entry("rhythm").file).stat().st_size < 1_000_000


def test_a_changed_file_is_refused(registry: Path) -> None:
    with (registry / "rhythm.onnx").open("ab") as file:
        file.write(b"\0")

    with pytest.raises(RegistryError, match="sha256"):
        Networks.load(registry)


def test_external_data_and_sparse_initialisers_are_refused(registry: Path) -> None:
    whole = (registry / "rhythm.onnx").read_bytes()
    tensor_elsewhere = bytes([14 << 3, 1])
    for extra, reason in (
        (message(7, message(5, tensor_elsewhere)), "external data"),
        (message(7, message(1, message(5, message(5, message(13, b""))))), "external data"),
        (message(7, message(15, b"")), "sparse"),
    ):
        put(registry, whole + extra)
        with pytest.raises(RegistryError, match=reason):
            Networks.load(registry)


def test_what_is_no_onnx_file_is_refused(registry: Path) -> None:
    put(registry, b"\x3a\x7fhello")

    with pytest.raises(RegistryError, match="not a readable ONNX file"):
        Networks.load(registry)


def test_a_file_of_a_megabyte_is_refused() -> None:
    with pytest.raises(OnnxFileError, match="must stay below"):
        check_onnx(bytes(1_000_000))


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda m: rhythm(m)["inputs"][0].update(shape=[60, 2]), "inputs are"),
        (lambda m: rhythm(m)["outputs"][0].update(name="p"), "outputs are"),
        (lambda m: rhythm(m)["sample"].update(outputs=[0.5, 0.5, 0.5, 0.5]), "sample outputs differ"),
        (lambda m: rhythm(m).update(file="../rhythm.onnx"), "not a plain file name"),
        (lambda m: rhythm(m).update(file="gone.onnx"), "No such file"),
        (lambda m: rhythm(m).update(name="heart"), "knows no inputs"),
        (lambda m: rhythm(m)["row"].update(shape=[59]), r"takes rows of \[59\] .* gives \[60\]"),
        (lambda m: rhythm(m)["outputs"][0].update(shape=[2]), r"answers \[\[2\]\].* reads \[\[\]\]"),
        (lambda m: rhythm(m)["outputs"].append(rhythm(m)["outputs"][0]), r"answers \[\[\], \[\]\]"),
        (lambda m: m["models"].append(rhythm(m)), "two active versions"),
        (lambda m: rhythm(m).pop("status"), "missing required field"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(
    registry: Path, edit: Callable[[dict[str, Any]], None], reason: str
) -> None:
    change(registry, edit)

    with pytest.raises(RegistryError, match=reason):
        Networks.load(registry)


def test_an_answer_with_fewer_numbers_than_the_stream_picks_is_refused(registry: Path) -> None:
    """Its file and its manifest may agree: what the stream makes of it is a matter of the name."""
    change(registry, lambda m: m.update(models=[rhythm(m) | {"name": "glucose"}]))

    with pytest.raises(
        RegistryError, match="make your registry again with `vitalstream models copy`"
    ) as told:
        Networks.only("glucose", registry)

    assert "\n" not in str(told.value)


def test_every_committed_network_fits_what_is_known() -> None:
    for found in read_manifest(COMMITTED).models:
        assert known(found).row == found.row.shape


def test_a_folder_without_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match=r"manifest\.json"):
        Networks.load(tmp_path)


def test_a_retired_network_is_not_loaded(registry: Path) -> None:
    change(registry, lambda m: rhythm(m).update(status="retired"))

    assert "rhythm" not in Networks.load(registry).versions


def test_a_network_for_training_is_opened_by_name_and_never_loaded_by_a_worker(registry: Path) -> None:
    change(registry, lambda m: rhythm(m).update(use="training", status="retired"))

    assert "rhythm" not in Networks.load(registry).versions
    assert "rhythm" in Networks.only("rhythm", registry).versions

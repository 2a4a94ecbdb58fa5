"""Every network that ships is judged here on a small made-up cut, by the function behind `evaluate`.

A case is a folder, made up in the layout of the network's data, and bars. The same case must fail for a file
that is valid and verified, but answers nonsense: so the bars say something about the weights.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from models.deep.manifest import Manifest, ModelEntry, read_manifest, read_model
from models.deep.networks import COMMITTED, Networks
from models.deep.registry_edit import write_manifest
from models.training.run import evaluate_model
from models.training.synth import classifier as synth_classifier
from models.training.synth import judge as synth_judge
from models.training.unusual.evaluate import Cohort, evaluate_simulated
from tests.models.deep.variants import Nodes, more, put
from tests.models.training.recordings import write_record
from tests.models.training.series import write_series
from tests.models.training.stays import write_stays
from tests.models.training.tables import write_nhanes, write_pima

NOTHING: Nodes = (("Sub", ("given", "given"), "out"),)
"""Whatever the network says, 0 comes out."""
Found = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """How a network is judged on made-up data, and what it must reach at least, or stay below."""

    judge: Callable[[Path, Path], Found]
    """Registry and an empty folder; gives the report as plain data."""
    least: dict[str, float]
    most: dict[str, float]

    def failures(self, registry: Path, folder: Path) -> list[str]:
        """The bars that are missed."""
        found = self.judge(registry, folder)
        low = [f"{name} {found[name]} < {bar}" for name, bar in self.least.items() if not found[name] >= bar]
        return low + [
            f"{name} {found[name]} > {bar}" for name, bar in self.most.items() if not found[name] <= bar
        ]


def evaluated(name: str, write: Callable[[Path], object], inputs: Any = "wearable") -> Any:
    """Judge as the command does, in a folder that `write` fills."""

    def judge(registry: Path, folder: Path) -> Found:
        folder.mkdir(parents=True, exist_ok=True)
        write(folder)
        return evaluate_model(name, folder, False, registry, lambda *_: None, inputs)

    return judge


def hearts(folder: Path) -> None:
    """Three half hours from three recorders."""
    write_record(folder, "x1", [("NONE", 20), ("N", 1200), ("AFIB", 1000)], fs=360)
    write_record(folder, "x2", [("N", 900), ("T", 1300)], fs=250)
    write_record(folder, "x3", [("AFIB", 2200)], rate_ms=650, fs=128)


def long_hearts(folder: Path) -> None:
    """Some hours from three recorders."""
    write_record(folder, "x1", [("N", 5000), ("AFIB", 3000)], fs=360)
    write_record(folder, "x2", [("N", 4000), ("T", 3000)], fs=250)
    write_record(folder, "x3", [("AFIB", 5000)], rate_ms=650, fs=128)


def changes(folder: Path) -> None:
    """Four people whose rhythm changes again and again."""
    for name in "abcd":
        write_record(folder, name, [("N", 200), ("AFIB", 100)] * 5, fs=128)


def both_tables(registry: Path, folder: Path) -> Found:
    """The lower of the figures on either table."""
    pima = evaluated("diabetes", write_pima)(registry, folder / "p")
    people = [str(i) for i in range(120)]
    nhanes = evaluated("diabetes", lambda to: write_nhanes(to, people))(registry, folder / "n")
    return {"pima": pima["auroc"], "nhanes": nhanes["auroc"], "ece": max(pima["ece"], nhanes["ece"])}


def wearers(registry: Path, _: Path) -> Found:
    """Ten simulated wearers with planted episodes."""
    return evaluate_simulated(Networks.only("unusual", registry), Cohort(9107, 10, 14)).as_json()


def stays(inputs: str) -> Case:
    """Thirty stays of whom ten end in death."""
    judge = evaluated("deterioration", lambda to: write_stays(to, list(range(1, 31))), inputs)
    return Case(judge, {"auroc_24h": 0.9, "auroc_48h": 0.95, "auprc_48h": 0.9}, {"brier": 0.2})


CASES = {
    "rhythm": Case(
        evaluated("rhythm", hearts),
        {"se": 0.95, "sp": 0.95, "auroc": 0.99},
        {"ece": 0.1, "windows_skipped": 0.03},
    ),
    "quality": Case(
        evaluated("quality", long_hearts), {"auroc": 0.9, "sp": 0.95}, {"clean_called_unusable": 0.03}
    ),
    "glucose": Case(
        evaluated("glucose", lambda to: write_series(to, ["1", "2", "3"])),
        {"high_auroc": 0.9, "clarke_ab_30": 0.95},
        {"rmse_30": 25.0, "rmse_60": 45.0},
    ),
    "diabetes": Case(both_tables, {"pima": 0.8, "nhanes": 0.7}, {"ece": 0.25}),
    "deterioration_wearable": stays("wearable"),
    "deterioration_clinical": stays("clinical"),
    "unusual": Case(wearers, {"auroc": 0.85, "found": 0.6}, {}),
    "synth_rhythm": Case(evaluated("synth", changes), {"auroc_synthetic": 0.7}, {}),
    "synth_glucose": Case(
        evaluated("synth", lambda to: write_series(to, list("123456"), hours=96, levels=(95, 115))),
        {"auroc_synthetic": 0.7},
        {},
    ),
}
SHIPPED = {entry.name: entry for entry in read_manifest(COMMITTED).models if entry.status != "retired"}
EACH = pytest.mark.parametrize("name", sorted(SHIPPED))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few and short classifiers suffice to judge a generator here."""
    monkeypatch.setattr(synth_judge, "SEEDS", (1, 2))
    monkeypatch.setattr(synth_classifier, "STEPS", 300)


def test_every_network_that_ships_has_a_case() -> None:
    assert SHIPPED.keys() <= CASES.keys()


@EACH
def test_the_committed_file_reaches_its_bars(name: str, tmp_path: Path) -> None:
    assert CASES[name].failures(COMMITTED, tmp_path / "data") == []


@EACH
def test_a_file_that_answers_nothing_is_found_out(name: str, tmp_path: Path) -> None:
    registry = silenced(SHIPPED[name], tmp_path / "registry")

    assert CASES[name].failures(registry, tmp_path / "data") != []


def silenced(entry: ModelEntry, registry: Path) -> Path:
    """A registry whose one network passes every check of loading, but always says 0."""
    registry.mkdir()
    write_manifest(registry, Manifest(1, ()))
    data = more(read_model(COMMITTED, entry), entry.outputs[0].name, NOTHING)
    put(registry, data, entry, entry.version, entry.status)
    return registry

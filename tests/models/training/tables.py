"""Made-up tables of people in the layouts of Pima and NHANES, under the names of the committed splits."""

from __future__ import annotations

from pathlib import Path

import numpy as np

NHANES_HEAD = "SurveyYr,ID,Gender,Age,Race1,Weight,Height,BMI,Pulse,BPSysAve,BPDiaAve,Diabetes"


def write_nhanes(folder: Path, names: list[str], seed: int = 0) -> Path:
    """People whose risk rises with age and BMI; every tenth has no pulse."""
    rng, lines = np.random.default_rng(seed), [NHANES_HEAD]
    for i, name in enumerate(names):
        age, bmi = int(rng.integers(20, 80)), round(float(rng.normal(28, 5)), 1)
        sick = int(rng.random() < 1 / (1 + np.exp(-(age - 60) / 8 - (bmi - 30) / 4)))
        pulse = "NA" if i % 10 == 0 else "70"
        sex, race = ("male", "female")[i % 2], ("White", "Black")[i % 3 == 0]
        lines.append(f"2009_10,{name},{sex},{age},{race},80,170,{bmi},{pulse},{110 + age // 2},70,{sick}")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "NHANES.csv").write_text("\n".join(lines) + "\n")
    return folder


def write_pima(folder: Path, people: int = 60, seed: int = 0) -> Path:
    """Women whose risk rises with glucose; 0 where something is missing."""
    rng, lines = np.random.default_rng(seed), []
    for i in range(people):
        glucose = int(rng.normal(125, 30))
        sick = int(rng.random() < 1 / (1 + np.exp(-(glucose - 130) / 10)))
        insulin = 0 if i % 2 else 120
        lines.append(
            f"{i % 5},{glucose},{60 + i % 30},20,{insulin},{25 + i % 15}.5,0.{200 + i},{21 + i % 40},{sick}"
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pima-indians-diabetes.csv").write_text("\n".join(lines) + "\n")
    return folder

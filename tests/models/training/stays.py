"""Made-up intensive care stays in the layout of the CinC 2012 sets: those who die have faster hearts."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def write_stays(folder: Path, records: list[int], seed: int = 0) -> Path:
    """Vitals each hour or so; a third of the stays ends in death."""
    rng, folder = np.random.default_rng(seed), Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    vitals, static = ["record_id,minute,param,value"], ["record_id,Age,Gender,Height,ICUType,Weight"]
    outcomes = ["RecordID,SAPS-I,SOFA,Length_of_stay,Survival,In-hospital_death"]
    for i, record in enumerate(records):
        dies = i % 3 == 0
        usual = {"HR": 75 + 45 * dies, "RespRate": 16 + 10 * dies, "NISysABP": 125 - 40 * dies, "Temp": 37}
        usual |= {"GCS": 15 - 10 * dies, "Lactate": 1 + 5 * dies, "Urine": 100 - 80 * dies}
        for minute in range(int(rng.integers(0, 60)), 2880, 75):
            values = {name: max(1.0, level + rng.normal(0, 0.04 * level)) for name, level in usual.items()}
            values["Urine"] = round(values["Urine"])
            vitals += [f"{record},{minute},{name},{value:.2f}" for name, value in values.items()]
        static.append(f"{record},{75 if dies else 50},{i % 2},-1,{1 + i % 4},80")
        outcomes.append(f"{record},-1,-1,5,-1,{int(dies)}")
    for name, lines in (("vitals_a", vitals), ("static_a", static), ("outcomes_a", outcomes)):
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return folder

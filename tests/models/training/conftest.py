from __future__ import annotations

from importlib.util import find_spec

# Training needs jax, which only .venv-train has (`make train`).
_NEED_JAX = [
    "test_rhythm_train.py",
    "test_diabetes_train.py",
    "test_glucose_train.py",
    "test_quality_train.py",
    "test_unusual_train.py",
    "test_deterioration_train.py",
    "test_recurrent.py",
    "test_synth_train.py",
    "test_members.py",
    "test_export.py",
]
collect_ignore = [] if find_spec("jax") else _NEED_JAX

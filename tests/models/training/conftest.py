from __future__ import annotations

from importlib.util import find_spec

# Training needs jax, which only .venv-train has (`make train`).
collect_ignore = [] if find_spec("jax") else ["test_rhythm_train.py"]

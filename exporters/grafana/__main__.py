"""`python -m exporters.grafana FOLDER` writes every dashboard as JSON, named by its file."""

from __future__ import annotations

import sys
from pathlib import Path


def main(arguments: list[str]) -> None:
    """Write the dashboards into the folder that is named."""
    if len(arguments) != 1:
        raise SystemExit("say where to: python -m exporters.grafana exporters/grafana/dashboards")
    try:
        from exporters.grafana.files import files
    except ModuleNotFoundError as error:
        raise SystemExit(f"{error.name} is missing: it comes with `make` (requirements.lock)") from error
    folder = Path(arguments[0])
    for name, text in files().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

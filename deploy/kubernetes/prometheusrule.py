"""Makes the PrometheusRule of the Prometheus operator from the rules that Prometheus itself reads.

python deploy/kubernetes/prometheusrule.py [DOCS]     writes components/monitoring/rules.yaml

DOCS is where the pages of docs/ are published, for links to runbooks; docker-compose's Grafana if left out.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "exporters" / "prometheus"
TARGET = Path(__file__).with_name("components") / "monitoring" / "rules.yaml"
DOCS = "http://localhost:3000/public/vitalstream"
"""Where rules link runbooks, as they are written."""
FOLDERS = ("rules", "alerts")
HEAD = "# Made by `python deploy/kubernetes/prometheusrule.py` from exporters/prometheus: change that.\n"


class Dumper(yaml.SafeDumper):
    """Expressions of several lines as they were written."""

    def ignore_aliases(self, _data: Any) -> bool:
        """Everything in full."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


Dumper.add_representer(str, _text)


def manifests() -> list[dict[str, Any]]:
    """One PrometheusRule for each file of rules."""
    return [
        {
            "apiVersion": "monitoring.coreos.com/v1",
            "kind": "PrometheusRule",
            "metadata": {"name": f"vitalstream-{folder}-{file.stem}"},
            "spec": yaml.safe_load(file.read_text()),
        }
        for folder in FOLDERS
        for file in sorted((SOURCE / folder).glob("*.yml"))
    ]


def text(docs: str = DOCS) -> str:
    """The file."""
    return HEAD + yaml.dump_all(manifests(), Dumper=Dumper, sort_keys=False, width=110).replace(DOCS, docs)


if __name__ == "__main__":
    TARGET.write_text(text(*sys.argv[1:]))

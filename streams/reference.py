"""Pages of the reference that are made from the code they describe: settings, metrics, signals, commands.

`python -m streams.reference docs/reference` writes them; a test holds the committed ones to be current.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import typer
from prometheus_client import Metric
from prometheus_client.metrics import MetricWrapperBase
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from exporters.metrics.sections import process_metrics, sections
from models.policy.rules import GradeRule, Rule, load_policy
from models.signals.catalogue import SIGNALS, Signal
from streams.cli import build_app
from streams.reference_networks import LEAD, networks_body
from streams.settings import PREFIX, Settings

MADE = "<!-- Made by `python -m streams.reference docs/reference`: change the code, not this page. -->"
Row = Iterable[str]


def files() -> dict[str, str]:
    """File name to content of every generated page."""
    makers: dict[str, Callable[[], str]] = {
        "settings.md": settings_page,
        "metrics.md": metrics_page,
        "signals.md": signals_page,
        "conditions.md": conditions_page,
        "commands.md": commands_page,
        "networks.md": networks_page,
    }
    return {name: make() for name, make in makers.items()}


def settings_page() -> str:
    """Every setting with its default and what it does."""
    rows = (
        (f"`{PREFIX}{name.upper()}`", _default(name, field), field.description or "")
        for name, field in Settings.model_fields.items()
    )
    return _page(
        "Settings",
        "Read from the environment, once, when a command starts. `VITALSTREAM_X_FILE=/path` gives the value"
        " of `VITALSTREAM_X` by a file, which is how secrets should come. Where a local stack of"
        " `VITALSTREAM_DATA_DIR` runs, its addresses and its state key are found without any setting.",
        _table(("variable", "default", "what it does"), rows),
    )


def _default(name: str, field: FieldInfo) -> str:
    if name == "data_dir":
        return "`~/.local/share/vitalstream`"
    value = field.default
    plain = value.get_secret_value() if isinstance(value, SecretStr) else value
    return "none" if plain is None else f"`{str(plain).lower() if isinstance(plain, bool) else plain}`"


def metrics_page() -> str:
    """Every metric of every process with its kind and labels."""
    found = {title: _table(METRIC_COLUMNS, _metrics(part)) for title, part in sections().items()}
    found["Any process"] = _table(METRIC_COLUMNS, map(_described, process_metrics()))
    return _page(
        "Metrics",
        "A worker answers at `/metrics` (Prometheus) and `/healthz` (200 while there is progress, else 503"
        " and why) on `VITALSTREAM_METRICS_PORT`; so do `vitalstream deliver` and `vitalstream api`, with"
        " what stands under Deliveries and API. No label ever names a wearer, a device or an alert; a"
        " worker's series stay below 2,000 however many wearers it has (a test runs 10,000). Rules"
        " are in [`exporters/prometheus`](../../exporters/prometheus/alerts/parts.yml), dashboards in"
        " [`exporters/grafana`](../../exporters/grafana/dashboards/overview.json).",
        "\n\n".join(f"## {title}\n\n{table}" for title, table in found.items()),
    )


METRIC_COLUMNS = ("metric", "kind", "labels", "what it tells")


def _metrics(part: Iterable[object]) -> Iterator[Row]:
    for metric in part:
        if isinstance(metric, MetricWrapperBase):
            yield _described(next(iter(metric.describe())), metric._labelnames)


def _described(told: Metric, labels: Iterable[str] = ()) -> Row:
    name = f"{told.name}_total" if told.type == "counter" else told.name
    return f"`{name}`", told.type, ", ".join(f"`{label}`" for label in labels), told.documentation


def signals_page() -> str:
    """Every signal with its unit and limits."""
    rows = (_signal(signal) for signal in SIGNALS.values())
    columns = ("signal", "what", "unit (UCUM)", "possible values", "kept to", "largest change per second")
    return _page(
        "Signals",
        "What a packet may carry. A column most of whose values are impossible is refused (`out_of_range`: a"
        " wrong unit); single impossible values and jumps are left out by the quality gate. A sample is kept"
        " to the nearest multiple of what stands under *kept to*, finer than wearables tell.",
        _table(columns, rows),
    )


def _signal(signal: Signal) -> Row:
    jump = "" if signal.jump is None else f"{signal.jump:g}"
    possible, kept = f"{signal.low:g} to {signal.high:g}", f"{signal.resolution:g}"
    return f"`{signal.name}`", signal.title, f"`{signal.unit}`", possible, kept, jump


def conditions_page() -> str:
    """The rules in force: when each condition becomes an alert and when the alert ends."""
    rules = load_policy().rules.values()
    return _page(
        "Conditions",
        "The alert policy that ships; [`models/policy/policy.toml`](../../models/policy/policy.toml) has it"
        " with sources and comments. Times are event time; a gap up to `grace_s` breaks no run.",
        _table(("condition", "title", "judged by", "grades", "ends after"), map(_rule, rules)),
    )


MEASURES = {
    "rhythm": "P(AF), running median of windows of 60 beats",
    "deterioration": "NEWS2 points that were measured",
    "anomaly": "-log10 of the chance of so unusual a joint state (River); where the network of unusual hours"
    " is asked it speaks instead, at once, from rarity {network:g} on",
    "desaturation": "`spo2`, median of five minutes, %",
    "fever": "`temp`, median of five minutes, °C",
    "resting_heart_rate": "`hr` at rest, median of five minutes, 1/min",
    "blood_pressure": "`sbp` and `dbp` by cuff, measured again",
    "shock": "shock index: `hr` over `sbp` at rest",
    "glucose": "`glucose`, mg/dL",
    "glucose_forecast": "P(a reading below 70 mg/dL within the hour)",
    "illness": "nights against the own last weeks: pulse and temperature at rest",
    "treatment": "a vital against its usual before a medicine began",
    "long_term_risk": "estimates of diabetes and hypertension, once a week at most",
    "sensor_drift": "a usual that moved at once, alone, in all contexts",
    "collect_again": "minutes without a usable signal, by cause",
    "stale_data": "silence, `VITALSTREAM_STALE_S`",
}


def _rule(rule: Rule) -> Row:
    grades = "<br>".join(_grade(grade) for grade in rule.grades)
    if rule.condition == "collect_again":
        grades = f"**info**: {', '.join(f'{cause} {s:g} s' for cause, s in rule.limits.items())}"
    if rule.condition == "stale_data":
        grades = f"**{rule.grades[0].priority}**: at once"
    measure = MEASURES[rule.condition].format(**rule.limits)
    return f"`{rule.condition}`", rule.title, measure, grades, rule.clears


def _grade(grade: GradeRule) -> str:
    edges = [f"≥ {grade.above:g}"] if grade.above is not None else []
    edges += [f"≤ {grade.below:g}"] if grade.below is not None else []
    return f"**{grade.priority}**: {' or '.join(edges)} for {grade.delay_ms / 1000:g} s"


def networks_page() -> str:
    """Every figure of the networks that ship, beside what was to be reached."""
    return _page("Networks", LEAD, networks_body())


def commands_page() -> str:
    """Every command with its options."""
    root = typer.main.get_command(build_app())
    return _page(
        "Commands",
        "`vitalstream COMMAND --help` says the same at the terminal. An expected error is one line on"
        " standard error and exit code 1; Ctrl-C is exit code 130.",
        "\n\n".join(_command(name, command) for name, command in _commands("vitalstream", root)),
    )


def _commands(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    # typer brings its own click: what is a group is told by what it has.
    if not hasattr(command, "commands"):
        yield path, command
        return
    for name in sorted(command.commands):
        yield from _commands(f"{path} {name}", command.commands[name])


def _command(name: str, command: Any) -> str:
    arguments = [p.name.upper() for p in command.params if p.param_type_name == "argument"]
    options = [_option(p) for p in command.params if p.param_type_name == "option" and not p.hidden]
    table = _table(("option", "default", "what it does"), options) if options else "No options."
    return f"## {' '.join([name, *arguments])}\n\n{(command.help or '').strip()}\n\n{table}"


def _option(option: Any) -> Row:
    if option.required:
        default = "required"
    elif option.is_flag or option.default is None:
        default = ""
    else:
        default = f"`{option.default}`"
    return ", ".join(f"`{name}`" for name in option.opts), default, option.help or ""


def _page(title: str, lead: str, body: str) -> str:
    return f"{MADE}\n\n# {title}\n\n{lead}\n\n{body}\n"


def _table(columns: Row, rows: Iterable[Row]) -> str:
    columns = list(columns)
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


if __name__ == "__main__":
    for file, content in files().items():
        Path(sys.argv[1], file).write_text(content, encoding="utf-8")

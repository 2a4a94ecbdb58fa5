"""Whether networks see what they were made for, and are right: panels of the dashboard on models."""

from __future__ import annotations

from exporters.grafana.limits import limit
from exporters.grafana.panels import Help, Panel, bars, lines, ranking
from exporters.grafana.queries import increase, of, rate

SHIFT = "vitalstream_model_input_shift_spreads"
CALIBRATION = "vitalstream_calibration"


def truth() -> list[Panel]:
    """Drift of inputs, and calibration."""
    by = "model, truth"
    return [
        ranking(
            "Inputs that are far from training",
            Help(
                "How many standard deviations a network's input is from its training data, on average.",
                "other people, other devices, or a unit gone wrong: the network extrapolates.",
                "runbooks/VitalstreamInputsShifted.md",
            ),
            "short",
            (f"topk(12, avg by (model, feature) (abs({of(SHIFT)})))", "{{model}} {{feature}}"),
        ),
        lines(
            "Greatest shift by network",
            Help(
                "The input of each network that is farthest from its training data.",
                "since when? An upgrade of devices, other wearers, another season.",
                "runbooks/VitalstreamInputsShifted.md",
            ),
            "short",
            (f"max by (model) (abs({of(SHIFT)}))", "{{model}}"),
            bad=limit("VitalstreamInputsShifted"),
        ),
        bars(
            "Cases foretold, and come true",
            Help(
                "Sum of the probabilities whose truth became known, and how many came true.",
                "if they differ for a day by more than chance, percentages do not mean what they say.",
                "runbooks/VitalstreamCalibrationOff.md",
            ),
            "short",
            (increase(f"{CALIBRATION}_expected_total", by), "{{model}} by {{truth}}: foretold"),
            (increase(f"{CALIBRATION}_true_total", by), "{{model}} by {{truth}}: true"),
        ),
        lines(
            "Calibration by band",
            Help(
                "Share of the cases of each band of probability that came true; it should be in the band.",
                "off in one band only: thresholds there mean something else than they say.",
                "runbooks/VitalstreamCalibrationOff.md",
            ),
            "percentunit",
            (
                f"{rate(f'{CALIBRATION}_true_total', 'model, band')}"
                f" / {rate(f'{CALIBRATION}_cases_total', 'model, band')}",
                "{{model}} {{band}}",
            ),
        ),
    ]

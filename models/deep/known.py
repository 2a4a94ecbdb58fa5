"""The networks that this version knows by name: how their inputs are derived, and what they must fit.

How a row is made belongs to the name and not to a version: the stream makes one kind of row for `glucose`,
and picks its answers by place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from models.deep import deterioration, diabetes, glucose, synth, unusual
from models.deep.asks import Rows
from models.deep.beat_quality import quality_inputs
from models.deep.manifest import ModelEntry, RegistryError
from models.deep.rhythm import BEATS, rhythm_inputs

Shape = tuple[int, ...]
Derive = Callable[[Rows], tuple[Rows, ...]]


@dataclass(frozen=True, slots=True)
class Known:
    """How rows of the stream become the inputs of a network, and the shapes on both sides."""

    derive: Derive
    row: Shape
    answer: Shape


def _stay(inputs: deterioration.Inputs) -> Known:
    row = (deterioration.HOURS, deterioration.channels(inputs))
    return Known(partial(deterioration.deterioration_inputs, inputs), row, (deterioration.HOURS,))


_KNOWN: Mapping[str, Known] = {
    "rhythm": Known(rhythm_inputs, (BEATS,), ()),
    "quality": Known(quality_inputs, (BEATS,), ()),
    "glucose": Known(glucose.glucose_inputs, (glucose.STEPS, 3), (len(glucose.OUTPUTS),)),
    "unusual": Known(unusual.unusual_inputs, (unusual.MINUTES, len(unusual.CHANNELS)), ()),
    "diabetes": Known(diabetes.diabetes_inputs, (len(diabetes.COLUMNS),), ()),
    "deterioration_wearable": _stay("wearable"),
    "deterioration_clinical": _stay("clinical"),
    "synth_rhythm": Known(synth.synth_rhythm_inputs, (synth.RHYTHM_ROW,), (BEATS,)),
    "synth_glucose": Known(synth.synth_glucose_inputs, (synth.GLUCOSE_ROW,), (synth.READINGS,)),
}


def known(entry: ModelEntry) -> Known:
    """What this version knows of a network. Raises RegistryError for another name or other shapes."""
    found = _KNOWN.get(entry.name)
    if found is None:
        raise RegistryError(f"{entry.file}: this version knows no inputs for a network {entry.name!r}")
    promised = entry.row.shape, *(output.shape for output in entry.outputs)
    if promised != (found.row, found.answer):
        row, *answers = (list(shape) for shape in promised)
        raise RegistryError(
            f"{entry.file}: {entry.name} {entry.version} takes rows of {row} and answers {answers}, but"
            f" this vitalstream gives {list(found.row)} and reads {[list(found.answer)]}: after an upgrade"
            " make your registry again with `vitalstream models copy`, VITALSTREAM_REGISTRY unset"
        )
    return found

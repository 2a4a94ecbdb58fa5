"""All decoders of outside bytes, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tests.fuzz.of_exporters import EXPORTERS
from tests.fuzz.of_models import MODELS
from tests.fuzz.of_streams import STREAMS
from tests.fuzz.target import Target

TARGETS: Mapping[str, Target] = MappingProxyType(
    {target.name: target for target in (*STREAMS, *EXPORTERS, *MODELS)}
)

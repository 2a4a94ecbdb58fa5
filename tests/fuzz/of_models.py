"""Decoders of files that models are ruled by: manifest, networks, policy, tables, catalogue."""

from __future__ import annotations

import msgspec

from models.advice.catalogue import DEFAULT as CATALOGUE
from models.advice.catalogue import load_catalogue
from models.deep.manifest import MANIFEST, Manifest, RegistryError, read_manifest
from models.deep.networks import COMMITTED as REGISTRY
from models.deep.onnx_file import OnnxFileError, check_onnx
from models.policy.rules import DEFAULT as POLICY
from models.policy.rules import load_policy
from models.risk.fusion_table import DEFAULT as FUSION
from models.risk.fusion_table import load_table
from models.usefulness.adaptation import DEFAULT as ADAPTATION
from models.usefulness.adaptation import load_adaptation
from tests.fuzz.target import Target, in_file

_MANIFEST = msgspec.json.decode((REGISTRY / MANIFEST).read_bytes(), type=Manifest)
_ONE = msgspec.json.encode(msgspec.structs.replace(_MANIFEST, models=_MANIFEST.models[:1]))
_SMALLEST = min(REGISTRY.glob("*.onnx"), key=lambda path: path.stat().st_size)

MODELS = (
    Target(
        "model_manifest",
        in_file(MANIFEST, lambda path: read_manifest(path.parent)),
        (RegistryError,),
        (_ONE,),
    ),
    Target("network", check_onnx, (OnnxFileError,), (_SMALLEST.read_bytes(),)),
    Target("policy", in_file("policy.toml", load_policy), (ValueError,), (POLICY.read_bytes(),)),
    Target(
        "adaptation", in_file("adaptation.toml", load_adaptation), (ValueError,), (ADAPTATION.read_bytes(),)
    ),
    Target("fusion", in_file("fusion.toml", load_table), (ValueError,), (FUSION.read_bytes(),)),
    Target(
        "catalogue",
        in_file("catalogue.yaml", load_catalogue),
        (ValueError,),
        (CATALOGUE.read_bytes(),),
    ),
)

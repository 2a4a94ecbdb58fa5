"""The manifests say what this program understands, and nothing that Kubernetes would refuse."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import jsonschema
import kubernetes_validate
import pytest
import typer.main
import yaml
from prometheus_client import CollectorRegistry

from deploy.kubernetes import prometheusrule
from exporters.api import health
from exporters.deliveries.routes import load_routes
from exporters.metrics.server import MetricsServer
from streams.cli import build_app
from streams.engine.names import VITALS
from streams.settings import PREFIX, Settings

FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes"
CUSTOM = {
    "keda.sh": ("github.com/kedacore/keda/v2@v2.21.0", "config/crd/bases"),
    "monitoring.coreos.com": (
        "github.com/prometheus-operator/prometheus-operator@v0.85.0",
        "example/prometheus-operator-crd",
    ),
}
"""Go modules that hold the definitions of kinds that are not Kubernetes' own."""

KINDS = ("_scaledobjects", "_triggerauthentications", "_servicemonitors", "_prometheusrules")

Manifest = dict[str, Any]


def tool(*names: str) -> str:
    """The first of these programs that is there; without any the test is skipped, but not in CI."""
    for name in names:
        if found := shutil.which(name):
            return found
    if os.environ.get("CI"):
        pytest.fail(f"CI needs one of {', '.join(names)}")
    return str(pytest.skip(f"none of {', '.join(names)} is installed"))


@pytest.fixture(scope="module")
def manifests() -> list[Manifest]:
    """All that `overlays/production` comes to."""
    program = tool("kustomize", "kubectl")
    words = ["build"] if Path(program).name == "kustomize" else ["kustomize"]
    done = subprocess.run(
        [program, *words, str(FOLDER / "overlays" / "production")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


@pytest.fixture(scope="module")
def definitions() -> dict[tuple[str, str], Manifest]:
    """Schemas of custom kinds by (apiVersion, kind), as their operators publish them."""
    found = {}
    for module, folder in CUSTOM.values():
        told = subprocess.run(
            [tool("go"), "mod", "download", "-json", module], capture_output=True, text=True, check=False
        )
        assert told.returncode == 0, told.stdout + told.stderr
        for file in (Path(json.loads(told.stdout)["Dir"]) / folder).glob("*.yaml"):
            if not any(kind in file.name for kind in KINDS):
                continue
            spec = yaml.load(file.read_text(), yaml.CSafeLoader)["spec"]
            for one in spec["versions"]:
                key = f"{spec['group']}/{one['name']}", spec["names"]["kind"]
                found[key] = one["schema"]["openAPIV3Schema"]
    return found


def named(manifests: list[Manifest], kind: str, name: str) -> Manifest:
    [one] = [one for one in manifests if (one["kind"], one["metadata"]["name"]) == (kind, name)]
    return one


def pods(manifests: list[Manifest]) -> Iterator[tuple[str, Manifest]]:
    """Name and pod template of everything that runs."""
    for one in manifests:
        spec = one.get("spec", {})
        spec = spec["jobTemplate"]["spec"] if one["kind"] == "CronJob" else spec
        if "template" in spec:
            yield one["metadata"]["name"], spec["template"]


def containers(manifests: list[Manifest]) -> Iterator[tuple[Manifest, Manifest]]:
    """Each container with its pod."""
    for _, template in pods(manifests):
        for container in template["spec"]["containers"]:
            yield container, template["spec"]


def settings_file() -> dict[str, str]:
    lines = (FOLDER / "base" / "settings.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def is_custom(manifest: Manifest) -> bool:
    return manifest["apiVersion"].partition("/")[0] in CUSTOM


def strict(schema: Any) -> Any:
    """The same schema, with which a property that it does not name is an error."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: strict(value) for key, value in schema.items()}
    if isinstance(schema.get("pattern"), str):  # Go's words: Python wants the flag first
        closed["pattern"] = schema["pattern"].replace("^(?i)", "(?i)^")
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        closed.setdefault("additionalProperties", bool(schema.get("x-kubernetes-preserve-unknown-fields")))
    return closed


def test_kubernetes_own_kinds_match_their_schemas(manifests: list[Manifest]) -> None:
    own = [one for one in manifests if not is_custom(one)]

    for one in own:
        kubernetes_validate.validate(one, "1.33", strict=True)

    kinds = {one["kind"] for one in own}
    assert {"StatefulSet", "Deployment", "PodDisruptionBudget", "NetworkPolicy", "Job", "CronJob"} <= kinds


def test_kinds_of_keda_and_prometheus_match_their_definitions(
    manifests: list[Manifest], definitions: dict[tuple[str, str], Manifest]
) -> None:
    custom = [one for one in manifests if is_custom(one)]

    for one in custom:
        schema = strict(definitions[one["apiVersion"], one["kind"]])
        jsonschema.validate({"spec": one["spec"]}, schema)

    kinds = {one["kind"] for one in custom}
    assert {"ScaledObject", "TriggerAuthentication", "ServiceMonitor", "PrometheusRule"} == kinds


def test_a_property_that_nobody_knows_would_be_found(
    manifests: list[Manifest], definitions: dict[tuple[str, str], Manifest]
) -> None:
    scaled = named(manifests, "ScaledObject", "worker")
    schema = strict(definitions[scaled["apiVersion"], scaled["kind"]])

    with pytest.raises(jsonschema.ValidationError, match="maxReplicas"):
        jsonschema.validate({"spec": scaled["spec"] | {"maxReplicas": 3}}, schema)


def test_every_setting_is_one(manifests: list[Manifest]) -> None:
    told = [entry["name"] for container, _ in containers(manifests) for entry in container.get("env", [])]

    for name in [*told, *settings_file()]:
        assert name.startswith(PREFIX), name
        assert name.removeprefix(PREFIX).removesuffix("_FILE").lower() in Settings.model_fields, name


def test_the_settings_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in settings_file().items():
        monkeypatch.setenv(name, value)

    settings = Settings()

    assert settings.kafka_security == "SASL_SSL"
    assert settings.partitions == 12


def test_images_are_those_of_this_version(manifests: list[Manifest]) -> None:
    images = {container["image"] for container, _ in containers(manifests)}

    assert images == {f"registry.example.com/vitalstream:{version('vitalstream')}"}


def test_every_command_is_understood(manifests: list[Manifest]) -> None:
    command = typer.main.get_command(build_app())
    started = [container["args"] for container, _ in containers(manifests) if "command" not in container]

    for words in started:
        inner = command.get_command(None, words[0])  # type: ignore[attr-defined]
        assert inner is not None, words
        inner.make_context(words[0], [str(word) for word in words[1:]], resilient_parsing=False)

    assert sorted(words[0] for words in started) == ["api", "deliver", "topics", "worker"]


def test_the_backup_script_is_a_script_and_calls_a_command(manifests: list[Manifest]) -> None:
    spec = named(manifests, "CronJob", "backup")["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    [script] = spec["containers"][0]["args"]

    done = subprocess.run(["sh", "-n"], input=script, text=True, capture_output=True, check=False)

    assert done.stderr == ""
    assert "vitalstream backup " in script


@pytest.mark.parametrize("name", ["worker", "deliver"])
def test_probes_of_what_has_metrics_ask_pages_that_are_there(manifests: list[Manifest], name: str) -> None:
    [container] = named(manifests, "StatefulSet", name)["spec"]["template"]["spec"]["containers"]
    server = MetricsServer(CollectorRegistry(), lambda: "Kafka is away")

    try:
        paths = [probe["httpGet"]["path"] for probe in probes(container) if "httpGet" in probe]
        answers = [status(f"http://127.0.0.1:{server.port}{path}") for path in paths]
    finally:
        server.close()

    assert answers, "readiness is asked for by HTTP"
    assert 404 not in answers
    assert "tcpSocket" in container["livenessProbe"], "no worker is killed because Kafka is away"


def test_probes_of_the_api_ask_pages_that_are_there(manifests: list[Manifest]) -> None:
    [container] = named(manifests, "Deployment", "api")["spec"]["template"]["spec"]["containers"]
    nothing: Any = None

    routes = {route.path for route in health.routes(nothing, nothing, nothing, nothing)}  # type: ignore[attr-defined]

    assert {probe["httpGet"]["path"] for probe in probes(container)} <= routes
    assert container["livenessProbe"]["httpGet"]["path"] == "/health", "which does not ask Redis"


def probes(container: Manifest) -> list[Manifest]:
    return [container[kind] for kind in ("startupProbe", "livenessProbe", "readinessProbe")]


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


def test_there_are_never_more_workers_than_partitions(manifests: list[Manifest]) -> None:
    partitions = int(settings_file()["VITALSTREAM_PARTITIONS"])
    base = yaml.safe_load_all((FOLDER / "base" / "worker.yaml").read_text())
    scaled = named(manifests, "ScaledObject", "worker")["spec"]

    assert next(base)["spec"]["replicas"] <= partitions
    assert scaled["maxReplicaCount"] == partitions
    assert scaled["fallback"]["replicas"] <= partitions
    assert "replicas" not in named(manifests, "StatefulSet", "worker")["spec"], "KEDA says how many"


def test_the_scaler_looks_at_what_workers_read(manifests: list[Manifest]) -> None:
    [trigger] = named(manifests, "ScaledObject", "worker")["spec"]["triggers"]
    settings = settings_file()

    assert trigger["metadata"]["bootstrapServers"] == settings["VITALSTREAM_BROKER"]
    assert trigger["metadata"]["consumerGroup"] == Settings.model_fields["app_id"].default
    assert trigger["metadata"]["topic"] == VITALS


def test_every_pod_is_bare(manifests: list[Manifest]) -> None:
    for container, pod in containers(manifests):
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert "memory" in container["resources"]["limits"]
        assert {"cpu", "memory"} == container["resources"]["requests"].keys()


def test_every_secret_is_in_the_example_and_has_no_value_there(manifests: list[Manifest]) -> None:
    example = {
        one["metadata"]["name"]: one["stringData"]
        for one in yaml.safe_load_all((FOLDER / "secrets.example.yaml").read_text())
    }

    for path, secret in files_of_secrets(manifests):
        assert path in example[secret], f"{secret} has no {path}"
    for name, content in example.items():
        assert set(content.values()) <= {"", "scaler"}, name
    for one in manifests:
        assert one["kind"] != "Secret"


def files_of_secrets(manifests: list[Manifest]) -> Iterator[tuple[str, str]]:
    """File and secret of each setting that names a file of one."""
    shared = [(name, value) for name, value in settings_file().items() if value.startswith("/run/secrets/")]
    for container, pod in containers(manifests):
        secrets = {volume["name"]: volume.get("secret", {}).get("secretName") for volume in pod["volumes"]}
        mounts = {mount["mountPath"]: secrets.get(mount["name"]) for mount in container["volumeMounts"]}
        own = [(entry["name"], entry["value"]) for entry in container["env"]]
        for name, value in [*own, *shared]:
            folder, _, file = value.rpartition("/")
            if folder in mounts and mounts[folder] is not None:
                yield file, mounts[folder]
            else:
                assert (name, value) not in own or not value.startswith("/run/"), f"{name} is not mounted"


def test_services_and_monitors_find_their_pods(manifests: list[Manifest]) -> None:
    labels = [template["metadata"]["labels"] for _, template in pods(manifests)]
    services = [one for one in manifests if one["kind"] == "Service"]
    monitors = [one for one in manifests if one["kind"] == "ServiceMonitor"]

    for service in services:
        assert any(service["spec"]["selector"].items() <= found.items() for found in labels)
    for monitor in monitors:
        [wanted] = monitor["spec"]["selector"]["matchExpressions"]
        met = [one for one in services if one["metadata"]["labels"][wanted["key"]] in wanted["values"]]
        ports = {port["name"] for one in met for port in one["spec"]["ports"]}
        assert {endpoint["port"] for endpoint in monitor["spec"]["endpoints"]} <= ports


def test_who_talks_to_kafka_is_let_through(manifests: list[Manifest]) -> None:
    [wanted] = named(manifests, "NetworkPolicy", "kafka")["spec"]["podSelector"]["matchExpressions"]
    users = {
        template["metadata"]["labels"]["app.kubernetes.io/name"]
        for _, template in pods(manifests)
        if any(
            entry["name"] == "VITALSTREAM_KAFKA_USER" for entry in template["spec"]["containers"][0]["env"]
        )
    }

    assert set(wanted["values"]) == users


def built(folder: Path, *components: str) -> list[Manifest]:
    """The base with these components."""
    at = os.path.relpath(FOLDER, folder)
    told = {"resources": [f"{at}/base"], "components": [f"{at}/components/{name}" for name in components]}
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(told))
    program = tool("kustomize", "kubectl")
    words = ["build"] if Path(program).name == "kustomize" else ["kustomize"]
    done = subprocess.run([program, *words, str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


@pytest.mark.parametrize(
    ("component", "policy", "pod", "port", "setting"),
    [
        ("sign-in", "issuer", "api", 443, "VITALSTREAM_OIDC_ISSUER"),
        ("traces", "traces", "worker", 4318, "OTEL_EXPORTER_OTLP_ENDPOINT"),
    ],
)
def test_who_has_to_be_asked_elsewhere_is_let_through(
    tmp_path: Path, component: str, policy: str, pod: str, port: int, setting: str
) -> None:
    """An address that is set and may not be reached would be found out by whoever can't come in."""
    found = built(tmp_path, component)

    for one in found:
        if not is_custom(one):
            kubernetes_validate.validate(one, "1.33", strict=True)
    [told] = [
        entry
        for container, template in containers(found)
        for entry in container["env"]
        if entry["name"] == setting
    ]
    spec = named(found, "NetworkPolicy", policy)["spec"]
    assert told["value"].startswith("http")
    assert spec["podSelector"]["matchLabels"] == {"app.kubernetes.io/name": pod}
    assert spec["egress"][0]["ports"] == [{"port": port, "protocol": "TCP"}]


def test_the_rules_are_those_that_prometheus_reads() -> None:
    assert prometheusrule.TARGET.read_text() == prometheusrule.text(), (
        "run: python deploy/kubernetes/prometheusrule.py"
    )


def test_runbooks_are_linked_where_docs_are_published() -> None:
    told = prometheusrule.text("https://docs.example.com/vitalstream")

    assert "https://docs.example.com/vitalstream/runbooks/" in told
    assert "localhost" not in told


def test_the_example_of_routes_is_taken() -> None:
    routes = load_routes(FOLDER / "components" / "deliver" / "routes.toml")

    assert list(routes.receivers) == ["alertmanager"]


def test_the_shell_has_the_settings_of_all_others() -> None:
    shell = yaml.safe_load((FOLDER / "shell.yaml").read_text())
    told = {entry["name"]: entry["value"] for entry in shell["spec"]["containers"][0]["env"]}

    kubernetes_validate.validate(shell, "1.33", strict=True)

    for name, value in told.items():
        assert name.removeprefix(PREFIX).removesuffix("_FILE").lower() in Settings.model_fields
        assert settings_file().get(name, value) == value, name

"""`vitalstream profile set | show`: what is known of a wearer besides vitals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from streams.records import Profile

profile = typer.Typer(help="What is known of a wearer besides vitals.", no_args_is_help=True)

Wearer = Annotated[str, typer.Argument(help="the wearer's pseudonym")]
Json = Annotated[bool, typer.Option("--json", help="print one JSON object")]


def register(app: typer.Typer) -> None:
    """Add `profile` to the command line."""
    app.add_typer(profile, name="profile")


@profile.command()
def show(wearer: Wearer, json_: Json = False) -> None:
    """Print a wearer's profile as it stands on the topic."""
    from streams.errors import UserError
    from streams.gateways.profiles import read_profile

    found = read_profile(_broker(), wearer)
    if found is None:
        raise UserError(f"there is no profile of {wearer}: make one with `vitalstream profile set`")
    _print(found, json_)


@profile.command("set")
def set_(
    wearer: Wearer,
    file: Annotated[Path | None, typer.Option("--file", help="a whole profile as JSON; - = stdin")] = None,
    birth_year: Annotated[int | None, typer.Option(help="e.g. 1968")] = None,
    sex: Annotated[Literal["female", "male", "other"] | None, typer.Option()] = None,
    height: Annotated[float | None, typer.Option(help="cm")] = None,
    weight: Annotated[float | None, typer.Option(help="kg")] = None,
    condition: Annotated[list[str] | None, typer.Option(help="ICD-10 code, e.g. I10; repeatable")] = None,
    medicine: Annotated[
        list[str] | None, typer.Option(help="ATC code with begin and end: C07AB02@2026-03-01..2026-05-01")
    ] = None,
    habit: Annotated[list[str] | None, typer.Option(help="something begun: walking@2026-03-01")] = None,
    baseline: Annotated[list[str] | None, typer.Option(help="a known usual value: hr=52")] = None,
    threshold: Annotated[
        list[str] | None,
        typer.Option(
            help="a clinician's edge: desaturation:below=86,until=2027-01-01,author=dr-7,reason=COPD"
        ),
    ] = None,
    genotype: Annotated[list[str] | None, typer.Option(help="e.g. CYP2D6_poor; repeatable")] = None,
    oxygen_scale: Annotated[int | None, typer.Option(min=1, max=2, help="NEWS2 SpO2 scale")] = None,
    on_oxygen: Annotated[bool | None, typer.Option("--on-oxygen/--on-air")] = None,
    athlete: Annotated[bool | None, typer.Option("--athlete/--no-athlete")] = None,
    pregnant: Annotated[bool | None, typer.Option("--pregnant/--not-pregnant")] = None,
    admitted: Annotated[str | None, typer.Option(help="begin of the stay in hospital (ISO 8601)")] = None,
    consent: Annotated[Literal["given", "refused", "unknown"] | None, typer.Option()] = None,
    purpose: Annotated[list[str] | None, typer.Option(help="what the consent is for; repeatable")] = None,
    clear: Annotated[list[str] | None, typer.Option(help="field to empty, e.g. medicines")] = None,
    json_: Json = False,
) -> None:
    """Change what is given and keep the rest; a repeatable option replaces its whole list."""
    from models.risk.doubts import checks, doubts
    from streams.gateways.profile_words import changed, whole
    from streams.gateways.profiles import read_profile, write_profile

    broker = _broker()
    given: dict[str, Any] = {
        "birth_year": birth_year, "sex": sex, "height_cm": height, "weight_kg": weight,
        "conditions": condition, "medicines": medicine, "habits": habit, "baselines": baseline,
        "thresholds": threshold, "genotype": genotype, "oxygen_scale": oxygen_scale,
        "on_oxygen": on_oxygen, "athlete": athlete, "pregnant": pregnant, "admitted": admitted,
    }  # fmt: skip
    found = read_profile(broker, wearer) if file is None else whole(wearer, file)
    made = changed(wearer, found, given, consent, purpose, clear or [])
    write_profile(broker, made)
    _print(made, json_)
    for line in doubts(made):
        typer.echo(f"ignored: {line}", err=True)
    for line in checks(made):
        typer.echo(f"check: {line}", err=True)


def _broker() -> str:
    from streams.settings import Settings
    from streams.stack import discover

    return discover(Settings()).broker


def _print(found: Profile, json_: bool) -> None:
    import msgspec

    if json_:
        typer.echo(msgspec.json.encode(found).decode())
        return
    from streams.gateways.profile_words import described

    for name, value in described(found):
        typer.echo(f"{name:<14} {value}")

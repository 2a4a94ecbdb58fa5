"""`vitalstream profile set | show`: what is known of a wearer besides vitals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from streams.records import Profile
    from streams.wires import Broker

profile = typer.Typer(help="What is known of a wearer besides vitals.", no_args_is_help=True)

Wearer = Annotated[str, typer.Argument(help="the wearer's pseudonym")]
OPTIONS = (
    "--birth-year, --sex, --height, --weight, --condition, --medicine, --habit, --baseline, --threshold, "
    "--genotype, --oxygen-scale, --on-oxygen, --athlete, --pregnant, --admitted, --care-unit, --consent, "
    "--purpose, --clear"
)
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
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            help="a whole profile as JSON, - = stdin; replaces all but the consent, which stays"
            " unless the file names it",
        ),
    ] = None,
    birth_year: Annotated[int | None, typer.Option(help="e.g. 1968")] = None,
    sex: Annotated[
        Literal["female", "male", "other"] | None, typer.Option(help="as rules ask for it")
    ] = None,
    height: Annotated[float | None, typer.Option(help="cm")] = None,
    weight: Annotated[float | None, typer.Option(help="kg")] = None,
    condition: Annotated[list[str] | None, typer.Option(help="ICD-10 code, e.g. I10; repeatable")] = None,
    medicine: Annotated[
        list[str] | None, typer.Option(help="ATC code with begin and end: C07AB02@2026-03-01..2026-05-01")
    ] = None,
    habit: Annotated[list[str] | None, typer.Option(help="something begun: walking@2026-03-01")] = None,
    baseline: Annotated[
        list[str] | None, typer.Option(help="a known usual value: hr=52, hr@asleep=48 or hr@rest=55")
    ] = None,
    threshold: Annotated[
        list[str] | None,
        typer.Option(
            help="a clinician's edge: desaturation:below=86,until=2027-01-01,author=dr-7,reason=COPD, stable"
            " (the reason last; it may hold commas)"
        ),
    ] = None,
    genotype: Annotated[list[str] | None, typer.Option(help="e.g. CYP2D6_poor; repeatable")] = None,
    oxygen_scale: Annotated[int | None, typer.Option(min=1, max=2, help="NEWS2 SpO2 scale")] = None,
    on_oxygen: Annotated[
        bool | None, typer.Option("--on-oxygen/--on-air", help="breathes oxygen or room air")
    ] = None,
    athlete: Annotated[
        bool | None, typer.Option("--athlete/--no-athlete", help="a slow pulse counts later")
    ] = None,
    pregnant: Annotated[
        bool | None, typer.Option("--pregnant/--not-pregnant", help="MEOWS in the place of NEWS2")
    ] = None,
    admitted: Annotated[str | None, typer.Option(help="begin of the stay in hospital (ISO 8601)")] = None,
    care_unit: Annotated[
        Literal["coronary", "cardiac_surgery", "medical", "surgical"] | None,
        typer.Option(help="ward of the stay in hospital"),
    ] = None,
    consent: Annotated[
        Literal["given", "refused", "unknown"] | None,
        typer.Option(help="whether vitals may be processed; refused forgets what they taught"),
    ] = None,
    purpose: Annotated[list[str] | None, typer.Option(help="what the consent is for; repeatable")] = None,
    clear: Annotated[list[str] | None, typer.Option(help="field to empty, e.g. medicines")] = None,
    json_: Json = False,
) -> None:
    """Change what is given and keep the rest; a repeatable option replaces its whole list."""
    import time

    from models.risk.doubts import checks, doubts
    from streams.errors import UserError
    from streams.gateways.profile_checks import ignored, unlikely
    from streams.gateways.profile_words import changed
    from streams.gateways.profiles import read_profile, write_profile

    given: dict[str, Any] = {
        "birth_year": birth_year, "sex": sex, "height_cm": height, "weight_kg": weight,
        "conditions": condition, "medicines": medicine, "habits": habit, "baselines": baseline,
        "thresholds": threshold, "genotype": genotype, "oxygen_scale": oxygen_scale,
        "on_oxygen": on_oxygen, "athlete": athlete, "pregnant": pregnant, "admitted": admitted,
        "care_unit": care_unit,
    }  # fmt: skip
    if file is None and all(one is None for one in (*given.values(), consent, purpose, clear)):
        raise UserError(f"nothing to set: give {OPTIONS} or --file (see --help)")
    broker = _broker()
    found = read_profile(broker, wearer) if file is None else _from_file(broker, wearer, file)
    made = changed(wearer, found, given, consent, purpose, clear or [])
    write_profile(broker, made)
    _print(made, json_)
    for line in (*doubts(made), *ignored(made, round(time.time() * 1000))):
        typer.echo(f"ignored: {line}", err=True)
    for line in (*checks(made), *unlikely(made)):
        typer.echo(f"check: {line}", err=True)


def _from_file(broker: Broker, wearer: str, file: Path) -> Profile:
    """The profile in a file, with the consent that stands where it names none."""
    from streams.gateways.profile_words import whole
    from streams.gateways.profiles import UnreadableProfile, read_profile

    try:
        return whole(wearer, file, read_profile(broker, wearer))
    except UnreadableProfile:
        made = whole(wearer, file)
        if made.consent.status == "unknown":
            raise
        return made


def _broker() -> Broker:
    from streams.settings import Settings
    from streams.stack import discover
    from streams.wires.rights import reach

    return reach(discover(Settings()), "care")


def _print(found: Profile, json_: bool) -> None:
    import msgspec

    if json_:
        typer.echo(msgspec.json.encode(found).decode())
        return
    from streams.gateways.profile_words import described

    for name, value in described(found):
        typer.echo(f"{name:<14} {value}")

"""`vitalstream access grant | list | revoke` and `vitalstream audit verify`."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from exporters.access.access import Access
    from exporters.access.chain import Head, Verdict
    from exporters.access.tokens import Grant

RoleName = Literal["wearer", "clinician", "operator", "admin"]
Json = Annotated[bool, typer.Option("--json", help="print JSON")]

DAMAGED = "break-glass.json beside the audit log can't be read: remove it, which ends what it has opened"

access = typer.Typer(help="Who may use the alert API and the board.", no_args_is_help=True)
audit = typer.Typer(help="The record of who saw and did what.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add `access` and `audit` to the command line."""
    app.add_typer(access, name="access")
    app.add_typer(audit, name="audit")


@access.command()
def grant(
    name: Annotated[str, typer.Argument(help="whose token it is; stands in answers and in the audit log")],
    role: Annotated[RoleName, typer.Option(help="operator and admin see no health detail")],
    wearer: Annotated[
        list[str] | None, typer.Option(help="whose data; once for a wearer, again for each of a clinician's")
    ] = None,
    every_wearer: Annotated[
        bool, typer.Option("--every-wearer", help="a clinician for all, those to come too")
    ] = False,
    expires: Annotated[float | None, typer.Option(help="days until it ends; never if left out")] = None,
    json_: Json = False,
) -> None:
    """Make a token and print it, once: only its SHA-256 is kept. It works at once."""
    from streams.errors import UserError

    if every_wearer and (role != "clinician" or wearer):
        raise UserError("--every-wearer is for a clinician, in the place of --wearer")
    opened = _open()
    wearers = None if every_wearer else wearer or []
    made, token = opened.tokens.prepare(name, role, wearers, expires)
    _recorded(opened, "grant", made)
    opened.tokens.add(made)
    if json_:
        _json({**_told(opened, made), "token": token})
        return
    typer.echo(token)
    typer.echo(f"{_line(opened, made)}\nThe token is shown this once; it is sent as", err=True)
    typer.echo("  Authorization: Bearer TOKEN", err=True)


@access.command("list")
def list_(json_: Json = False) -> None:
    """Show who has a token, and which wearers are open by break-glass now. Times in UTC."""
    from streams.errors import UserError

    opened = _open()
    grants = opened.tokens.all()
    try:
        running = opened.glass.running()
    except ValueError as error:
        raise UserError(DAMAGED) from error
    if json_:
        import msgspec

        _json({"tokens": [_told(opened, one) for one in grants], "break_glass": msgspec.to_builtins(running)})
        return
    for one in grants:
        typer.echo(_line(opened, one))
    for glass in running:
        typer.echo(
            f"break-glass: {glass.wearer} is open to {glass.who} until {_utc(glass.until)}: {glass.reason}"
        )
    if not grants:
        typer.echo("nobody has a token: `vitalstream access grant NAME --role ROLE` makes one", err=True)


@access.command()
def revoke(
    name: Annotated[str, typer.Argument(help="name or id, as `access list` shows it")], json_: Json = False
) -> None:
    """End a token at once, and what break-glass has opened by it; streams end within seconds."""
    from streams.errors import UserError

    opened = _open()
    found = opened.tokens.find(name)
    _recorded(opened, "revoke", found)
    opened.tokens.remove(found)
    try:
        opened.glass.end(found.name)
    except ValueError as error:
        raise UserError(f"{found.name}'s token has ended; {DAMAGED}") from error
    if json_:
        _json({"revoked": found.name, "id": found.id})
    else:
        typer.echo(f"the token of {found.name} has ended")


@audit.command()
def verify(
    anchor: Annotated[
        list[str] | None, typer.Option(help="NUMBER:HASH that an earlier check printed, kept elsewhere")
    ] = None,
    json_: Json = False,
) -> None:
    """Check every row: altered, removed, moved and put in rows are found, and rows cut off at the end.

    Who can write to both the log and its head file can write another past that fits: against that,
    keep the anchor that this prints on another machine, and give it to a later check. Exit code 1 when
    something is wrong.
    """
    opened = _open()
    verdict = opened.audit.verify([_anchor(text) for text in anchor or ()])
    if json_:
        import msgspec

        _json({"whole": verdict.whole, **msgspec.to_builtins(verdict)})
    else:
        _print(verdict)
    if not verdict.whole:
        raise typer.Exit(1)


def _open() -> Access:
    from exporters.access.access import Access
    from streams.settings import Settings

    return Access.files(Settings())


def _recorded(opened: Access, what: str, made: Grant) -> None:
    from exporters.access.audit import AuditUnavailable
    from exporters.access.chain import Entry
    from streams.errors import UserError

    wearers = "every wearer" if made.wearers is None else " ".join(made.wearers)
    detail = {"change": what, "name": made.name, "id": made.id, "for": made.role, "wearers": wearers}
    if made.expires is not None:
        detail["expires"] = _utc(made.expires)
    try:
        opened.audit.write_now(Entry(f"local:{local_user()}", "admin", "manage", None, "done", detail))
    except AuditUnavailable as error:
        raise UserError(f"{error}; access is not changed without a record") from error


def local_user() -> str:
    """Who runs a command, as the machine names it."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def _told(opened: Access, one: Grant) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.name,
        "role": one.role,
        "wearers": one.wearers,
        "created": one.created,
        "expires": one.expires,
        "expired": opened.tokens.expired(one),
    }


def _line(opened: Access, one: Grant) -> str:
    whose = "every wearer" if one.wearers is None else ", ".join(one.wearers) or "no health detail"
    ends = "" if one.expires is None else f"until {_utc(one.expires)}"
    if opened.tokens.expired(one):
        ends = f"ended {_utc(one.expires or 0)}"
    return f"{one.name:<16} {one.role:<10} {one.id}  {whose}  {ends}".rstrip()


def _utc(ms: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")


def _anchor(text: str) -> Head:
    from exporters.access.chain import Head
    from streams.errors import UserError

    number, _, hash_ = text.partition(":")
    if not number.isdecimal() or len(hash_) != 64:
        raise UserError("--anchor is NUMBER:HASH, as `vitalstream audit verify` printed it")
    return Head(int(number), hash_)


def _print(verdict: Verdict) -> None:
    for fault in verdict.faults:
        typer.echo(f"line {fault.line}: {fault.what}")
    if verdict.whole:
        typer.echo(f"{verdict.rows} rows are whole; anchor {verdict.head.seq}:{verdict.head.hash}")


def _json(told: object) -> None:
    import json

    typer.echo(json.dumps(told))

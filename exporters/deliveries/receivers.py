"""Receivers: a webhook, a push or mail service, an Alertmanager; and where their secrets are."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

from exporters.deliveries.address import checked

Kind = Literal["webhook", "push", "alertmanager"]
Concurrency = Annotated[int, Meta(ge=1, le=64)]
Timeout = Annotated[float, Meta(ge=1, le=120)]


class _Http(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    url: str = ""
    url_env: str = ""
    url_file: str = ""
    allow: list[str] = []
    """Link-local networks that may be called all the same, such as 169.254.7.0/24."""
    ca_file: str = ""
    concurrency: Concurrency = 4
    timeout_s: Timeout = 15.0

    def address(self, folder: Path) -> str:
        """The URL. Raises ValueError when there is none, or one that is not to be called."""
        return checked(self.url or _said("url", self.url_env, self.url_file, folder))

    def _http_faults(self, folder: Path) -> Iterator[str]:
        if (fault := _one_of(url=self.url, url_env=self.url_env, url_file=self.url_file)) is not None:
            yield fault
            return
        for network in self.allow:
            if not _is_network(network):
                yield f"allow: {network!r} is no network, such as 169.254.7.0/24"
        if self.ca_file and not (folder / self.ca_file).is_file():
            yield "ca_file: there is no such file"
        if (fault := _fault(lambda: self.address(folder))) is not None:
            yield fault


class Webhook(_Http, tag="webhook", tag_field="kind", frozen=True, kw_only=True):
    """A URL of a program: every revision in order, signed after Standard Webhooks."""

    secret_env: str = ""
    secret_file: str = ""
    kind: ClassVar[Kind] = "webhook"
    usual_detail: ClassVar[Literal["full"]] = "full"
    newest_only: ClassVar[bool] = False
    needs_ends: ClassVar[bool] = False

    def secret(self, folder: Path) -> str:
        """The key of signatures. Raises ValueError when there is none or it is too short."""
        from standardwebhooks import Webhook as Signer

        said = _said("secret", self.secret_env, self.secret_file, folder)
        try:
            Signer(said)
        except Exception:
            raise ValueError("secret: it must be whsec_ and base64 (`vitalstream routes secret`)") from None
        return said

    def faults(self, folder: Path) -> Iterator[str]:
        """What is wrong with it, each in one line that begins with the field."""
        yield from self._http_faults(folder)
        fault = _one_of(secret_env=self.secret_env, secret_file=self.secret_file)
        yield from filter(None, [fault or _fault(lambda: self.secret(folder))])


class Push(Struct, tag="push", tag_field="kind", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person's phone or mailbox by Apprise: only the newest, in words free of health detail."""

    url_env: str = ""
    url_file: str = ""
    language: Literal["en", "zh"] = "en"
    concurrency: Concurrency = 2
    timeout_s: Timeout = 30.0
    kind: ClassVar[Kind] = "push"
    usual_detail: ClassVar[Literal["none"]] = "none"
    newest_only: ClassVar[bool] = True
    needs_ends: ClassVar[bool] = False

    def address(self, folder: Path) -> str:
        """The URL of Apprise, one a line. Raises ValueError when there is none."""
        return _said("url", self.url_env, self.url_file, folder)

    def faults(self, folder: Path) -> Iterator[str]:
        """What is wrong with it, each in one line that begins with the field."""
        fault = _one_of(url_env=self.url_env, url_file=self.url_file)
        yield from filter(None, [fault or _fault(lambda: self.address(folder))])


class Alertmanager(_Http, tag="alertmanager", tag_field="kind", frozen=True, kw_only=True):
    """An Alertmanager: what is open, said again before it would expire there."""

    wearer: Literal["none", "hash"] = "none"
    salt_env: str = ""
    salt_file: str = ""
    resend_s: Annotated[int, Meta(ge=1, le=3600)] = 60
    kind: ClassVar[Kind] = "alertmanager"
    usual_detail: ClassVar[Literal["none"]] = "none"
    newest_only: ClassVar[bool] = True
    needs_ends: ClassVar[bool] = True

    def salt(self, folder: Path) -> bytes | None:
        """What wearers' names are hashed with; None = they are left out."""
        if self.wearer == "none":
            return None
        salt = _said("salt", self.salt_env, self.salt_file, folder).encode()
        if len(salt) < 16:
            raise ValueError("salt: give 16 random characters or more")
        return salt

    def faults(self, folder: Path) -> Iterator[str]:
        """What is wrong with it, each in one line that begins with the field."""
        yield from self._http_faults(folder)
        fault = None if self.wearer == "none" else _one_of(salt_env=self.salt_env, salt_file=self.salt_file)
        yield from filter(None, [fault or _fault(lambda: self.salt(folder))])


Receiver = Webhook | Push | Alertmanager


def _said(what: str, variable: str, file: str, folder: Path) -> str:
    """The secret that an environment variable or a file holds; neither is ever shown."""
    try:
        said = os.environ.get(variable, "") if variable else (folder / file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ValueError(f"{what}_file: it can't be read") from None
    if not said.strip():
        raise ValueError(f"{what}_env: {variable} is not set" if variable else f"{what}_file: it is empty")
    return said.strip()


def _one_of(**given: str) -> str | None:
    if sum(map(bool, given.values())) == 1:
        return None
    return f"{next(iter(given))}: give one of {', '.join(given)}"


def _fault(read: object) -> str | None:
    try:
        read()  # type: ignore[operator]
    except ValueError as error:
        return str(error)
    return None


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True
